"""The list of sign-ups as a workbook: exactly what the list shows, names and numbers masked."""

import io

from django.http import HttpRequest, QueryDict

from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE
from parkportal.workbooks.writing import write_table
from testing import lists
from testing.models import SignUp
from testing.words import clock_words

KIND = "signup_export"
HEADS = ("人员码", "姓名", "证件号码", "手机", "单位", "人群", "方式", "日期", "时段", "采样点", "状态", "体温")


@jobs.handler(KIND, unit="人")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """Write the rows of the kept query, within the owner's scope as it is now."""
    request = HttpRequest()
    request.GET, request.user = QueryDict(job.params["query"]), job.owner
    rows, _ = lists.signup_rows(request)
    total = rows.count()
    made = []
    for number, signup in enumerate(rows.iterator(chunk_size=500), 1):
        made.append(_row(signup))
        progress.tick(number, total)
    out = io.BytesIO()
    write_table(out, HEADS, made, title="登记名单（已脱敏）")
    stored = keep_made(out.getvalue(), "xlsx", name="登记名单", purpose="export", owner=job.owner, life=JOB_LIFE)
    record("signups.exported", by=job.owner, after={"人数": total})
    return jobs.Finished(message=f"{total} 人，姓名、证件和手机已脱敏", result=stored)


def _row(signup: SignUp) -> list[object]:
    slot = signup.slot
    return [
        signup.code,
        signup.masked_name,
        signup.masked_number,
        signup.masked_phone,
        signup.unit_name,
        signup.get_group_display(),
        signup.get_mode_display(),
        f"{slot.session.day:%Y-%m-%d}" if slot else "",
        clock_words(slot) if slot else "",
        slot.session.point.name if slot else "",
        signup.get_status_display(),
        str(signup.temperature) if signup.temperature is not None else "",
    ]
