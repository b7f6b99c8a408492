"""A run of tube labels as a job: codes are drawn first, then printed; count printed = count asked."""

from parkportal.printing.labels import LABEL_FORMATS, Offset
from parkportal.records import jobs
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE
from testing.actions.tubes import codes_of_run
from testing.models import TubeRange
from testing.papers import labels_of_run

KIND = "label_run"


@jobs.handler(KIND, unit="张")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """Draw the labels of a registered run."""
    row = TubeRange.objects.get(pk=job.params["run"])
    codes = codes_of_run(row)
    progress.tick(0, 2 * len(codes), at_once=True)
    offset = Offset(float(job.params.get("x") or 0), float(job.params.get("y") or 0))
    pdf = labels_of_run(codes, job.params["format"], offset, row.note)
    title = LABEL_FORMATS[job.params["format"]].title
    stored = keep_made(pdf, "pdf", name=f"试管标签-{row.first}", purpose="labels", owner=job.owner, life=JOB_LIFE)
    progress.tick(2 * len(codes), 2 * len(codes), at_once=True)
    return jobs.Finished(message=f"要 {2 * len(codes)} 张，出 {2 * len(codes)} 张，{title}", result=stored)
