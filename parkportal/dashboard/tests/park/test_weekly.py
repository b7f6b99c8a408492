"""The weekly workbook: eight sheets as data, the running week 未定稿, a frozen week as it was written."""

import io
import re
import subprocess
from collections import Counter
from datetime import date

import pytest
from openpyxl import load_workbook

from enterprises.models import Enterprise, Inspection
from enterprises.tests.factories import make_enterprise
from parkportal.clock import at, park_now
from parkportal.dashboard.models import WeeklyIssue
from parkportal.dashboard.weekly import tables, workbook_of

SHEETS = ["1", "2", "3", "4", "5", "6", "7", "8"]
A4_LANDSCAPE = (842, 595)


@pytest.fixture
def book(printed, tmp_path):
    """The running week's workbook, as the command writes it."""
    path = tmp_path / "W08.xlsx"
    assert printed("weekly", "--week", "2020-W08", "--output", str(path)).startswith("2020-W08 → ")
    return path


def cells(path):
    return [
        cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]


def test_eight_sheets_in_order(book):
    assert [name.split()[0] for name in load_workbook(book).sheetnames] == SHEETS


def test_the_sixth_sheet_counts_the_inspections_and_what_came_of_them(book):
    rows = [[cell.value for cell in row] for row in load_workbook(book).worksheets[5].iter_rows()]
    head = next(row for row in rows if row[0] == "小分队")
    total = dict(zip(head, next(row for row in rows if row[0] == "合计"), strict=True))
    assert total["应上墙"] == total["已上墙"] + total["缺"] == 70
    assert (total["检查（次）"], total["问题（项）"], total["整改合格（件）"]) == (0, 0, 1), "none began in this week"
    assert total["在整改（件）"] == Inspection.objects.open().count() == 3
    assert total["逾期（件）"] == Inspection.objects.overdue().count() == 1


def test_inspections_are_counted_in_the_week_in_which_they_were(clock):
    inspected = sum(tables._inspected(at(date(2020, 2, 17)), at(date(2020, 2, 10))).values(), Counter())
    assert inspected == {"seen": 12, "found": 4, "open": 4}, "nothing was closed and nothing was late by Sunday"
    void = Inspection.objects.filter(status="passed").first()
    void.move_to("void", by=void.by, reason="登记错了")
    assert sum(tables._inspected(park_now(), at(date(2020, 2, 10))).values(), Counter())["seen"] == 11


def test_the_running_week_says_that_it_is_not_final(book):
    sheet = load_workbook(book).worksheets[0]
    assert sheet["A1"].value.endswith("周报（第3期）　未定稿")
    assert any("截至2月18日17时40分" in str(cell.value) for cell in sheet[2])
    assert "未定稿" in sheet.oddFooter.right.text


def test_the_first_sheet_states_the_figures_and_the_narrative(book):
    sheet = load_workbook(book).worksheets[0]
    rows = {row[0].value: row[2].value for row in sheet.iter_rows(min_row=4, max_col=3) if row[0].value}
    assert (rows["已复工企业"], rows["已采样"], rows["已复工工地"]) == (139, 863, 6)
    assert any("园区已复工企业139家" in str(row[0].value) for row in sheet.iter_rows(min_row=4))


def test_nothing_in_it_is_a_formula(clock, tmp_path):
    Enterprise.objects.filter(pk=Enterprise.objects.sites().first().pk).update(name='=HYPERLINK("http://x","点我")')
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(workbook_of("2020-W08"))
    found = cells(path)
    assert not [cell for cell in found if cell.data_type == "f"]
    assert [cell for cell in found if str(cell.value).startswith("=HYPERLINK")]


def printed_pages(book, folder):
    """(width, height in points, text without spaces) of each page that LibreOffice makes of the workbook."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    run(["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(book)])
    pdf = str(book.with_suffix(".pdf"))
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", run(["pdfinfo", "-l", "99", pdf]))
    texts = run(["pdftotext", "-layout", pdf, "-"]).split("\f")
    return [
        (round(float(width)), round(float(height)), "".join(text.split()))
        for (width, height), text in zip(sizes, texts, strict=False)
    ]


def run(words):
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=180).stdout


def test_a_printer_gets_a4_landscape_one_page_wide(book, tmp_path):
    pages = printed_pages(book, tmp_path)
    assert {(width, height) for width, height, _ in pages} == {A4_LANDSCAPE}
    for sheet in load_workbook(book):
        heads = [str(cell.value) for cell in sheet[3] if cell.value]
        assert any(all(letter in text for head in (heads[0], heads[-1]) for letter in head) for _, _, text in pages)
        assert sheet.page_setup.fitToWidth == 1
    assert len(pages) < 30 and all("未定稿" in text for _, _, text in pages)


def test_a_frozen_week_is_handed_out_exactly_as_it_was_written(clock, enter):
    issue = WeeklyIssue.objects.get(week="2020-W07")
    before = workbook_of("2020-W07")
    make_enterprise(status="resumed", resumed_on=issue.as_of.date().replace(day=12))
    answer = enter("lingdao").get("/reports/weekly/2020-W07/download/")
    assert answer.content == before == workbook_of("2020-W07")
    assert "未定稿" not in load_workbook(io.BytesIO(before)).worksheets[0]["A1"].value


@pytest.mark.parametrize("week", ["2020-W09", "2019-W50", "2020-W99", "rubbish"])
def test_a_week_without_an_issue_is_no_page(enter, week):
    assert enter("lingdao").get(f"/reports/weekly/{week}/download/").status_code == 404


def test_a_week_is_signed_once(enter):
    browser = enter("lingdao")
    for words in ("已签发。", "已经签发过了"):
        answer = browser.post("/reports/weekly/2020-W07/sign/", follow=True)
        assert words in answer.content.decode()
    issue = WeeklyIssue.objects.get(week="2020-W07")
    assert issue.signed_by.username == "lingdao"
