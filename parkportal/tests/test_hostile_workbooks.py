"""Hostile and broken files: a clear refusal in Chinese or the right reading, within 20 s and 512 MiB."""

import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parkportal.tests import handmade
from parkportal.tests.handmade import number, row, sheet, text, workbook
from parkportal.workbooks.reading import read_workbook
from parkportal.workbooks.sheets import REFUSALS, WorkbookRefused

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PLAIN = sheet(row(1, text("A1", "姓名")))
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


def million_rows():
    return sheet("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 1_000_001)))


def lying_sizes():
    """A part that says that it unpacks to 100 bytes and unpacks to megabytes."""
    data = bytearray(workbook(sheet(*[row(n, number(f"A{n}", 1)) for n in range(1, 50_000)])))
    entry = data.rfind(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<I", data, entry + 24, 100)
    return bytes(data)


def truncated():
    data = workbook(PLAIN)
    return data[: len(data) * 2 // 3]


def many_parts():
    return workbook(PLAIN, extra={f"xl/media/{n}.png": b"" for n in range(1200)})


def one_long_text_many_times():
    shared = f'<sst xmlns="{handmade.MAIN}"><si><t>{"长" * 30_000}</t></si></sst>'
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    relation = f'<Relationship Id="t" Type="{handmade.OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    relations = (
        f'<Relationships xmlns="{handmade.PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{handmade.OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>{relation}</Relationships>'
    )
    extra = {"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": relations}
    return workbook(sheet(cells), extra=extra)


REFUSED = {
    "zip bomb": (lambda: workbook(sheet(" " * 130_000_000)), "unpacks_too_large"),
    "zip bomb in a picture": (
        lambda: workbook(PLAIN, extra={"xl/media/a.png": b"\0" * 130_000_000}),
        "unpacks_too_large",
    ),
    "a part larger than it says": (lying_sizes, "damaged"),
    "many parts": (many_parts, "too_many_parts"),
    "far cell": (lambda: workbook(sheet(row(1, text("A1", "a")), row(2, text("XFD1048576", "b")))), "too_many_rows"),
    "far column on every row": (
        lambda: workbook(sheet(*[row(n, number(f"XFD{n}", 1)) for n in range(1, 1000)])),
        "area_too_large",
    ),
    "far formula": (
        lambda: workbook(sheet(row(1, text("A1", "a")), '<row r="900000"><c r="A900000"><f>A1</f></c></row>')),
        "too_many_rows",
    ),
    "a million rows": (lambda: workbook(million_rows()), "too_many_rows"),
    "very many merges": (
        lambda: workbook(sheet(row(1, text("A1", "a")), merges=[f"A{n}:B{n}" for n in range(1, 60_000)])),
        "too_many_merges",
    ),
    "merges over everything, again and again": (
        lambda: workbook(
            sheet(*[row(n, text(f"A{n}", "a")) for n in (1, 90_000)], merges=["A1:A1048576"] * 500),
        ),
        "too_many_merges",
    ),
    "one long text many times": (one_long_text_many_times, "too_big"),
    "DOCTYPE in a sheet": (lambda: workbook(sheet(row(1, text("A1", "&b;")), prefix=DOCTYPE)), "doctype"),
    "DOCTYPE in the workbook": (lambda: workbook(PLAIN, prefix=DOCTYPE), "doctype"),
    "DOCTYPE in the styles, UTF-16": (
        lambda: workbook(PLAIN, extra={"xl/styles.xml": ('<?xml version="1.0"?>' + DOCTYPE + "<a/>").encode("utf-16")}),
        "doctype",
    ),
    "DOCTYPE behind a long comment": (
        lambda: workbook(PLAIN, extra={"docProps/core.xml": f"<!--{'x' * 9000}-->{DOCTYPE}<a/>"}),
        "doctype",
    ),
    "encrypted": (lambda: OLE2 + bytes(1000) + "EncryptedPackage\0".encode("utf-16-le"), "encrypted"),
    "macro": (lambda: workbook(PLAIN, extra={"xl/vbaProject.bin": b"macro"}), "macro"),
    "macro in an old workbook": (
        lambda: OLE2 + bytes(1000) + "Workbook\0_VBA_PROJECT\0".encode("utf-16-le"),
        "macro",
    ),
    "binary workbook": (lambda: workbook(PLAIN, extra={"xl/workbook.bin": b"b"}), "binary_workbook"),
    "a letter, not a workbook": (lambda: OLE2 + bytes(600) + "WordDocument\0".encode("utf-16-le"), "not_a_table"),
    "an old workbook in ruins": (lambda: OLE2 + b"\xff" * 600 + "Workbook\0".encode("utf-16-le"), "damaged"),
    "truncated": (truncated, "damaged"),
    "broken XML": (lambda: workbook(sheet("<row><c></row>")), "damaged"),
    "nonsense references": (lambda: workbook(sheet(row(1, text("长1", "a")))), "damaged"),
    "a sheet that is not there": (
        lambda: workbook(PLAIN).replace(b"worksheets/sheet1.xml", b"worksheets/sheet9.xml"),
        "damaged",
    ),
    "a picture named .xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not_a_table"),
    "a PDF": (lambda: b"%PDF-1.7\n" + b"x" * 500, "not_a_table"),
    "random bytes": (lambda: bytes((n * 7919 + n * n) % 256 for n in range(5000)), "not_a_table"),
    "a web page named .xls": (
        lambda: "<html><table><tr><td>姓名</td></tr></table></html>".encode("gb18030"),
        "web_page",
    ),
    "a quote that never ends": (lambda: '姓名,手机\n"张三,19900000001\n李四,19900000002\n'.encode(), "open_quote"),
    "no text of any encoding": (lambda: b"\xe5\xa7\x93\xff\xff\xff,1\n", "bad_encoding"),
    "empty": (lambda: b"", "empty"),
    "too large": (lambda: b"a" * (20 * 1024 * 1024 + 1), "too_large"),
    "very many text rows": (lambda: b"1\n" * 100_001, "too_many_rows"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_by_name(name, tmp_path):
    make, code = REFUSED[name]
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(make())
    begun = time.monotonic()
    with pytest.raises(WorkbookRefused) as refusal:
        read_workbook(path)
    assert refusal.value.code == code
    assert refusal.value.message_zh == REFUSALS[code]
    assert time.monotonic() - begun < 20


def test_a_file_that_is_gone_is_refused(tmp_path):
    with pytest.raises(WorkbookRefused, match="不存在"):
        read_workbook(tmp_path / "gone.xlsx")


def read(tmp_path, data):
    path = tmp_path / "表.xlsx"
    path.write_bytes(data)
    return read_workbook(path).sheets[0]


def test_a_false_dimension_is_not_believed(tmp_path):
    rows = [row(n, number(f"A{n}", n), text(f"F{n}", "x")) for n in range(1, 11)]
    found = read(tmp_path, workbook(sheet(*rows, before='<dimension ref="A1:D4"/>')))
    assert list(found.rows) == list(range(1, 11))
    assert found.row(10).cell(5).value == "x"


def test_a_huge_dimension_costs_nothing(tmp_path):
    found = read(tmp_path, workbook(sheet(row(1, text("A1", "a")), before='<dimension ref="A1:XFD1048576"/>')))
    assert len(found.rows) == 1


def test_a_giant_merge_is_read(tmp_path):
    rows = [row(1, text("A1", "标题")), row(5, text("B5", "x"))]
    found = read(tmp_path, workbook(sheet(*rows, merges=["A1:XFD1048576"])))
    assert sorted(found.rows) == [1, 2, 3, 4, 5]
    assert found.row(5).cell(0).value == "标题" and found.row(5).cell(0).merged


def test_one_far_column_is_read(tmp_path):
    found = read(tmp_path, workbook(sheet(row(1, text("A1", "a"), text("XFD1", "b")), row(2, text("A2", "c")))))
    assert found.row(1).cell(16383).value == "b"


def test_empty_styled_rows_to_the_end_cost_nothing(tmp_path):
    rows = "".join(f'<row r="{n}" s="1" customFormat="1"/>' for n in range(2, 300_000))
    found = read(tmp_path, workbook(sheet(row(1, text("A1", "a")), rows)))
    assert list(found.rows) == [1]


def test_the_reading_process_cannot_take_more_memory(tmp_path):
    """The limit holds for whatever a library would do: shown by a child that asks for 1 GiB under the same limits."""
    script = (
        "import parkportal.workbooks.__main__ as child\n"
        "child.open_file = lambda path, words: bytearray(1024 ** 3)\n"
        "child.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "x"],
        input=b"[]",
        capture_output=True,
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )
    assert done.stdout == b'{"refused": "too_big"}'
