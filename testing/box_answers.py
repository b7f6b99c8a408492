"""What the box pages say to a scan, at the sampling point and at the laboratory."""

from typing import Any
from uuid import UUID

from parkportal.printing.barcodes import grouped_code
from parkportal.states import Refused
from testing.actions import pack_tube, see_all_tubes, see_tube, take_out_last
from testing.actions.boxes import missing_tubes
from testing.desk_words import Answer, clock
from testing.models import Box, BoxStatus, Specimen

LETTERS = "ABCDEFGH"
ROW = 12


def _tube_words(specimen: Specimen) -> str:
    words = grouped_code(specimen.barcode)
    if specimen.collected_at:
        words += f"，{clock(specimen.collected_at, '%H:%M')} 采样"
    return words


def pack(box: Box, *, text: str, do: str, by: Any, token: UUID) -> Answer:
    """A tube into the box, or the last one out again."""
    try:
        if do == "out":
            specimen = take_out_last(box=box, by=by, token=token)
            return Answer(
                "warn", "拿出来了", name=_tube_words(specimen), lines=("这一管不在箱里了",), sound="warn", code="out"
            )
        specimen, is_new = pack_tube(box=box, text=text, by=by, token=token)
    except Refused as refusal:
        return refused(refusal, "请放到一边，扫下一管")
    if not is_new:
        line = f"在本箱第 {specimen.position} 位"
        return Answer("before", "已经装过", name=_tube_words(specimen), lines=(line,), sound="before", code="packed")
    lines = ("先听到一短声，再放下一管",)
    return Answer(
        "done", f"放第 {specimen.position} 位", name=_tube_words(specimen), lines=lines, sound="done", code="ok"
    )


def see(box: Box, *, text: str, reason: str | None, by: Any, token: UUID) -> Answer:
    """The laboratory counts a tube of the box. `reason`: why it is unfit, "" for a fit one, None for what is no reason."""
    if reason is None:
        unknown = Refused("unknown_reason", "没有这样的外观，请从列表里选", said="外观没选对")
        return refused(unknown, "什么都没有记，请选好再扫")
    try:
        specimen, _ = see_tube(box=box, text=text, by=by, token=token, reason=reason)
    except Refused as refusal:
        if refusal.code == "already_seen":
            return Answer(
                "before", "扫过了", name=refusal.text, lines=("没有重复计数",), sound="before", code="already_seen"
            )
        return refused(refusal, "箱单上没有的管不收，请放到一边")
    if reason:
        line = "记为不合格，会请本人重新采样"
        return Answer(
            "warn",
            f"第 {specimen.position} 位不合格",
            name=_tube_words(specimen),
            lines=(line,),
            sound="warn",
            code="unfit",
        )
    return Answer(
        "done", f"第 {specimen.position} 位", name=_tube_words(specimen), lines=("收到",), sound="done", code="ok"
    )


COUNT_REMEDIES = {"count_differs": "请逐管扫，才知道是哪一管", "no_count": "什么都没有记；也可以逐管扫"}


def count(box: Box, *, counted: int | None, by: Any) -> Answer:
    """The laboratory counted the box instead of scanning each tube."""
    try:
        see_all_tubes(box=box, by=by, counted=counted)
    except Refused as refusal:
        return refused(refusal, COUNT_REMEDIES.get(str(refusal.code), "不用再点数"))
    return receiving_prompt(box, box.checks.count())


def refused(refusal: Refused, remedy: str) -> Answer:
    word = refusal.facts.get("said", "这样不行")
    return Answer(
        "refused", word, name=refusal.text.rstrip("。"), lines=(remedy,), sound="refused", code=str(refusal.code)
    )


def packing_prompt(box: Box, packed: int) -> Answer:
    """Before the first scan of the page."""
    if box.status != BoxStatus.PACKING:
        return Answer("waiting", box.get_status_display(), name=f"{packed} 管，封签 {box.seal}", code="closed")
    return Answer("waiting", "扫管装箱", name="采好的管按次序扫，听到一短声再放", code="prompt")


def receiving_prompt(box: Box, seen: int) -> Answer:
    """What the laboratory sees first, or after all is seen."""
    missing = (box.expected or 0) - seen
    if box.status == BoxStatus.RECEIVED:
        return Answer(
            "waiting", "已收齐", name=f"{box.actual} 管，{clock(box.received_at, '%H:%M')} 签收", code="closed"
        )
    if not seen:
        return Answer("waiting", f"应到 {box.expected} 管", name="逐管扫；外观完好的一箱，也可以只点数", code="prompt")
    if missing:
        return Answer(
            "warn",
            f"少 {missing} 管",
            name=missing_words(box),
            lines=("看看箱底和吸水纸里；找到了，直接扫",),
            code="short",
        )
    return Answer("waiting", "数量相符", name=f"{seen} 管都看到了，请签收", code="complete")


def missing_words(box: Box) -> str:
    first = box.specimens.filter(box_check__isnull=True).order_by("position").first()
    return f"{grouped_code(first.barcode)}，箱内第 {first.position} 位" if first else ""


def packing_places(box: Box, now_position: int | None) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows of twelve places: packed, just now, or free."""
    held = set(box.specimens.values_list("position", flat=True))

    def css(place: int) -> str:
        if place == now_position:
            return "place-now"
        return "" if place in held else "place-free"

    return _rows(box.places, css)


def receiving_places(box: Box) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows of twelve places: seen, on the sheet but not seen, or never used."""
    listed = dict(box.specimens.values_list("position", "box_check"))
    nothing_seen = not any(listed.values())

    def css(place: int) -> str:
        if place not in listed or nothing_seen:
            return "place-free"
        return "" if listed[place] else "place-missing"

    return _rows(box.places, css)


def _rows(places: int, css: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    numbers = range(1, places + 1)
    return [
        (LETTERS[n], [{"n": place, "css": css(place)} for place in numbers[n * ROW : (n + 1) * ROW]])
        for n in range((places + ROW - 1) // ROW)
    ]


def gap(box: Box) -> dict[str, Any]:
    """The sum that has to close: swabbed since the box before = in the box + not found."""
    missing = list(missing_tubes(box))
    packed = box.specimens.count()
    return {"packed": packed, "missing": missing, "sampled": packed + len(missing)}
