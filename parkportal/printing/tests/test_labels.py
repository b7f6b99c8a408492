"""Tube labels: as many as asked, each readable at 203 dpi even when the sheet lies a millimetre off."""

from collections import Counter

import pytest

from parkportal.printing.barcodes import CannotBeCoded
from parkportal.printing.calibration import TEST_CODE, calibration_page_pdf
from parkportal.printing.labels import (
    LABEL_FORMATS,
    LabelCountMismatch,
    Offset,
    OffsetTooLarge,
    TubeLabel,
    expected_distances,
    label_sheet_pdf,
    tube_labels,
)
from parkportal.printing.tests.reading import HOSTILE, codes, ink_edges, own_code, pages, text

SHEET = LABEL_FORMATS["a4-4x13"]
ROLL = LABEL_FORMATS["roll-50x20"]
DOUBLE_ROLL = LABEL_FORMATS["roll-2x50x20"]
NAMES = ("陆青禾", "王", "上官若水", "买买提·吐尔逊阿不都热合曼", "Maximilian-Alexander von Hohenlohe", "䶮𬱖", HOSTILE)
LINES = ("女　27", "A1栋", "02-18")


def labels_of(people, first=1):
    return [
        label
        for number in range(first, first + people)
        for label in tube_labels(own_code("YL", number), NAMES[number % len(NAMES)], LINES)
    ]


def per_mm(dpi):
    return dpi / 25.4


def test_the_code_of_the_demo_day_has_its_check_digit():
    assert own_code("YL", 1) == "YL200218000012"
    assert own_code("YL", 863) == "YL200218008635"


@pytest.mark.parametrize(("dpi", "mono"), [(203, False), (203, True), (300, False), (300, True)])
def test_every_label_of_a_batch_decodes_twice(dpi, mono):
    labels = labels_of(60)

    printed = pages(label_sheet_pdf(labels, SHEET, asked=120, note="A1栋 2020-02-18"), dpi, mono=mono)

    assert len(printed) == 3
    assert Counter(code for page in printed for code in codes(page)) == Counter(label.code for label in labels)


def test_the_foot_counts_pages_and_labels():
    shown = text(label_sheet_pdf(labels_of(60), SHEET, asked=120, note="A1栋 2020-02-18"))

    assert "第 1 页，共 3 页" in shown
    assert "本批 120 张，本页 52 张" in shown
    assert "本批 120 张，本页 16 张" in shown
    assert shown.count("试管 1/2") == shown.count("登记单 2/2") == 60


@pytest.mark.parametrize("label_format", [ROLL, DOUBLE_ROLL])
def test_a_roll_has_a_page_for_each_row(label_format):
    labels = labels_of(7)

    printed = pages(label_sheet_pdf(labels, label_format, asked=14))

    assert len(printed) == 14 // label_format.per_page
    assert sorted(code for page in printed for code in codes(page)) == sorted(label.code for label in labels)


@pytest.mark.parametrize("x", [-1, 0, 1])
@pytest.mark.parametrize("y", [-1, 0, 1])
def test_a_label_reads_when_the_printer_is_a_millimetre_off(x, y):
    label = TubeLabel(own_code("YL", 863), "试管 1/2", "上官若水", LINES)

    (printed,) = pages(label_sheet_pdf([label], ROLL, Offset(x, y)), mono=True)

    assert codes(printed) == [label.code]


@pytest.mark.parametrize("mono", [False, True], ids=["grey", "mono"])
@pytest.mark.parametrize(("right", "down"), [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)])
def test_each_label_of_a_drifted_sheet_shows_its_own_code_only(right, down, mono):
    """The die cuts stay where they are; the print lies a millimetre off: to each side, up, down, and cornerwise."""
    labels = labels_of(26)
    (printed,) = pages(label_sheet_pdf(labels, SHEET), 203, mono=mono)
    unit = per_mm(203)
    for place in range(0, 52, 7):
        x, y = (at - off for at, off in zip(SHEET.corner(place), (right, down), strict=True))
        cut = printed.crop(tuple(round(at * unit) for at in (x, y, x + 50, y + 20)))
        assert codes(cut) == [labels[place].code]


def test_offset_moves_the_print_by_so_much():
    label = labels_of(1)[:1]
    (plain,) = pages(label_sheet_pdf(label, ROLL), 600)
    (moved,) = pages(label_sheet_pdf(label, ROLL, Offset(0.4, 0.6)), 600)

    assert ink_edges(moved)[0] - ink_edges(plain)[0] == pytest.approx(0.4 * per_mm(600), abs=1.5)
    assert ink_edges(moved)[1] - ink_edges(plain)[1] == pytest.approx(0.6 * per_mm(600), abs=1.5)


def test_bars_are_a_quarter_millimetre_with_quiet_zones():
    (printed,) = pages(label_sheet_pdf([TubeLabel(own_code("YL", 863), "试管 1/2")], ROLL), 1016)
    unit = 1016 / 25.4
    line = [printed.getpixel((column, round(8 * unit))) < 128 for column in range(printed.width)]
    first, last = line.index(True), len(line) - 1 - line[::-1].index(True)
    runs = [len(run) for run in "".join("1" if dark else "0" for dark in line[first : last + 1]).split("0") if run]

    assert min(runs) == pytest.approx(0.25 * unit, abs=1)
    assert first >= 2.5 * unit
    assert len(line) - last >= 2.5 * unit


@pytest.mark.parametrize("asked", [0, 3, 5])
def test_a_count_that_differs_from_what_was_asked_is_refused(asked):
    with pytest.raises(LabelCountMismatch, match=f"要 {asked} 张，给了 4 张"):
        label_sheet_pdf(labels_of(2), SHEET, asked=asked)


def test_nothing_and_the_same_label_twice_are_refused():
    with pytest.raises(LabelCountMismatch, match="没有要打印的标签"):
        label_sheet_pdf([], SHEET)
    with pytest.raises(LabelCountMismatch, match="出现了两次"):
        label_sheet_pdf(labels_of(1) * 2, SHEET)


def test_used_places_of_the_first_sheet_are_skipped():
    labels = labels_of(1)

    (printed,) = pages(label_sheet_pdf(labels, SHEET, skip=50))

    assert len(codes(printed)) == 2
    assert codes(printed.crop((0, 0, printed.width, round(250 * per_mm(203))))) == []
    with pytest.raises(LabelCountMismatch, match="最多跳过 51"):
        label_sheet_pdf(labels, SHEET, skip=52)


@pytest.mark.parametrize("code", ["HZ20200218001", "ABCDEFGHIJKL", "123456", "9912345678901234"])
def test_a_laboratory_code_is_printed_whole(code):
    (printed,) = pages(label_sheet_pdf([TubeLabel(code, "试管 1/2", "上官若水", LINES)], ROLL), mono=True)

    assert codes(printed) == [code]


def test_a_code_too_wide_for_the_label_is_refused_not_squeezed():
    with pytest.raises(CannotBeCoded, match="标签放不下"):
        label_sheet_pdf([TubeLabel("ABCDEFGHIJKLMNOPQRST", "试管 1/2")], ROLL)


@pytest.mark.parametrize("offset", [(5.1, 0), (0, -5.1), (float("nan"), 0), (float("inf"), 0)])
def test_an_offset_beyond_reason_is_refused(offset):
    with pytest.raises(OffsetTooLarge):
        Offset(*offset)


def test_measured_distances_become_the_offset_that_corrects_them():
    left, top = expected_distances(SHEET)

    assert Offset.from_measured(SHEET, left=left + 0.4, top=top) == Offset(-0.4, 0)
    assert Offset.from_measured(SHEET, left=left, top=top, printed_with=Offset(-0.4, 0.3)) == Offset(-0.4, 0.3)


@pytest.mark.parametrize("label_format", LABEL_FORMATS.values(), ids=LABEL_FORMATS)
def test_the_calibration_page_lies_where_it_says(label_format):
    (printed,) = pages(calibration_page_pdf(label_format), 300)
    left, top = expected_distances(label_format)

    assert ink_edges(printed)[0] / per_mm(300) == pytest.approx(left, abs=0.3)
    assert ink_edges(printed)[1] / per_mm(300) == pytest.approx(top, abs=0.3)


def test_the_calibration_sheet_has_a_code_to_try_and_lines_to_fill():
    pdf = calibration_page_pdf(SHEET, Offset(0.4, 0))

    assert codes(pages(pdf)[0]) == [TEST_CODE]
    shown = text(pdf)
    assert "左边应是 5.0 mm，实测" in shown
    assert "右 0.4 mm" in shown


@pytest.mark.parametrize("label_format", LABEL_FORMATS.values(), ids=LABEL_FORMATS)
def test_every_format_fits_its_paper(label_format):
    x, y = label_format.corner(label_format.per_page - 1)

    assert x + label_format.width <= label_format.page[0]
    assert y + label_format.height <= label_format.page[1]


def test_a_batch_prints_the_same_bytes_again():
    labels = labels_of(3)

    assert label_sheet_pdf(labels, SHEET) == label_sheet_pdf(labels, SHEET)
