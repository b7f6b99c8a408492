"""Puts the eight tables of a week into one workbook."""

import io
from collections.abc import Mapping

from openpyxl import Workbook

from parkportal.clock import end_of, park_now, week_days
from parkportal.dashboard import narrative
from parkportal.dashboard.models import WeeklyIssue
from parkportal.dashboard.weekly import tables
from parkportal.dashboard.weekly.layout import bar_chart, lay_out
from parkportal.records import figures
from parkportal.records.figures import FigureValue

TITLE = "长沙岳麓高新区疫情防控和复工复产工作周报（第{number}期）"


def issue_number(week: str) -> int:
    """The number of the week's issue: its own when frozen, else the next after the last frozen one before it."""
    found = WeeklyIssue.objects.filter(week=week).values_list("number", flat=True).first()
    return found or WeeklyIssue.objects.filter(week__lt=week).count() + 1


def workbook_of(week: str) -> bytes:
    """The week's workbook: a frozen issue as it was written, otherwise made now and marked 未定稿."""
    issue = WeeklyIssue.objects.filter(week=week).select_related("workbook").first()
    if issue:
        with issue.workbook.file.open() as stored:
            return stored.read()
    _, sunday = week_days(week)
    day = min(sunday, park_now().date())
    return build_workbook(week, figures.of_day(day))


def build_workbook(week: str, values: Mapping[str, FigureValue]) -> bytes:
    """The xlsx of a week from the figures of its last day."""
    monday, sunday = week_days(week)
    as_of = min(end_of(sunday), park_now())
    is_running = end_of(sunday) > park_now()
    title = TITLE.format(number=issue_number(week)) + ("　未定稿" if is_running else "")
    stamp = f"{week} {'未定稿' if is_running else '定稿'} 截至 {as_of:%Y-%m-%d %H:%M}"
    line = f"填报时间：截至{narrative.moment(as_of)}"
    words = narrative.text(values)
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables.all_tables(values, as_of=as_of, monday=monday, words=words):
        sheet = book.create_sheet(table.name)
        lay_out(sheet, table, title=title, as_of=line, unit="单位：家、人", stamp=stamp)
        if table.name == tables.KINDS_SHEET:
            bar_chart(sheet, title="四上企业复工", heads=(2, 3), rows=len(table.rows), anchor="A16")
    book.properties.creator = book.properties.title = "岳麓高新区工作台"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
