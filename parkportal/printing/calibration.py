"""The calibration page: frames whose distances are measured with a ruler, so that a printer's offset can be kept."""

from parkportal.printing.barcodes import LABEL_MODULE_MM
from parkportal.printing.fonts import wrap
from parkportal.printing.labels import NO_OFFSET, ROLL_FRAME_INSET_MM, LabelFormat, Offset, expected_distances
from parkportal.printing.paper import PT, STRONG, Page, PdfFile, baseline

TEST_CODE = "JZ0001"  # no prefix of the portal: a desk that scans it refuses it by name


def calibration_page_pdf(label_format: LabelFormat, offset: Offset = NO_OFFSET) -> bytes:
    """One page for one printer and one format, printed at full size and measured.

    With an offset it shows whether the stored one is right: then every measure equals what it should be.
    """
    pdf = PdfFile("校准页", label_format.page)
    if label_format.is_sheet:
        _draw_sheet(pdf.page, label_format, offset)
    else:
        _draw_roll(pdf.page, label_format, offset)
    pdf.next_page()
    return pdf.to_bytes()


def _draw_sheet(page: Page, label_format: LabelFormat, offset: Offset) -> None:
    width, height = label_format.width, label_format.height
    first, last = label_format.corner(0), label_format.corner(label_format.per_page - 1)
    for x, y in (first, last):
        _draw_frame(page, x + offset.x, y + offset.y, width, height)
    page.text(first[0] + width + 6, first[1] + 8, f"校准页　{label_format.title}", 16, bold=True)
    page.text(first[0] + width + 6, first[1] + 15.5, "按实际大小（100%）打印，不选“适合页面”", 11)
    middle = page.width / 2 - 62
    _draw_measures(page, middle, 78, "左上角的框", _corner_measures(first, width, height))
    _draw_measures(page, middle, 140, "右下角的框", _corner_measures(last)[:2])
    y = 182.0
    for line in wrap(_advice(offset), 124 / PT, 12):
        page.text(middle, y, line, 12)
        y += 7
    page.barcode(middle, y + 4, TEST_CODE, height=12, module=LABEL_MODULE_MM)
    page.text(middle + 35, y + 11.5, f"试扫这个码，应显示 {TEST_CODE}", 12)


def _advice(offset: Offset) -> str:
    shown = f"本页按偏移 右 {offset.x:.1f} mm、下 {offset.y:.1f} mm 打印。" if offset != NO_OFFSET else "本页没有偏移。"
    return (
        f"{shown}长和高不对，是打印时缩放了，请改打印设置再打一页。"
        "只有左边、上边不对，把左上角的实测值填进打印机设置，以后自动扣除；右下角差得更多，是纸没有放正。"
    )


def _corner_measures(corner: tuple[float, float], *sides: float) -> list[tuple[str, float]]:
    names = ("左边应是", "上边应是", "长应是", "高应是")
    return list(zip(names, (*corner, *sides), strict=False))


def _draw_measures(page: Page, x: float, y: float, title: str, measures: list[tuple[str, float]]) -> None:
    page.rule(x, y, x + 124, y, weight=STRONG)
    page.text(x, y + 7.5, title, 14, bold=True)
    for number, (name, value) in enumerate(measures, start=1):
        base = y + 7.5 + number * 10
        page.text(x, base, f"{name} {value:.1f} mm，实测", 14)
        page.rule(x + 62, base + 1, x + 86, base + 1)
        page.text(x + 88, base, "mm", 14)


def _draw_frame(page: Page, x: float, y: float, width: float, height: float) -> None:
    page.box(x, y, width, height, weight=0.3)
    middle = (x + width / 2, y + height / 2)
    page.rule(middle[0] - 2, middle[1], middle[0] + 2, middle[1])
    page.rule(middle[0], middle[1] - 2, middle[0], middle[1] + 2)
    for step in range(round(width) + 1):
        length = 2.4 if step % 10 == 0 else 1.7 if step % 5 == 0 else 1.0
        page.rule(x + step, y + height - length, x + step, y + height, weight=0.12)
    text = f"{width:g} × {height:g} mm"
    page.text(middle[0], y + height - 4, text, 9, align="center")


def _draw_roll(page: Page, label_format: LabelFormat, offset: Offset) -> None:
    for place in range(label_format.per_page):
        x, y = label_format.corner(place)
        x, y = x + ROLL_FRAME_INSET_MM + offset.x, y + ROLL_FRAME_INSET_MM + offset.y
        width, height = label_format.width - 2 * ROLL_FRAME_INSET_MM, label_format.height - 2 * ROLL_FRAME_INSET_MM
        page.box(x, y, width, height, weight=0.25)
        left, top = expected_distances(label_format)
        page.text(x + 2, baseline(y + 1.6, 7), f"左边应是 {left:.1f}，上边应是 {top:.1f}", 7, bold=True)
        page.text(x + 2, baseline(y + 5, 7), f"长应是 {width:.1f}，高应是 {height:.1f} mm", 7)
        page.text(x + 2, baseline(y + 8.4, 7), f"偏移 右 {offset.x:.1f} 下 {offset.y:.1f}", 7)
        page.text(x + 2, baseline(y + 11.8, 6), label_format.title, 6, room=width - 4)
