"""Which tubes may be used, and what is wrong with the one that was scanned."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, QuerySet, Subquery

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.identifiers import CODE_PREFIXES, IdentifierProblem, luhn_digit, normal_barcode, normalise_scan
from parkportal.printing.labels import LABEL_FORMATS, Offset, OffsetTooLarge
from parkportal.records.audit import record
from parkportal.records.codes import take_codes
from parkportal.states import Refused
from testing.models import InvalidReason, LabelPrinter, Specimen, SpecimenMove, SpecimenStatus, TubeRange

RANGE_CODE = re.compile(r"([A-Z]{1,8})([0-9]{4,})")
LARGEST_RUN = 5000


@dataclass(frozen=True)
class ScannedTube:
    """What is known about a barcode: the code as it is kept, and how the tables see it."""

    barcode: str
    prefix: str
    length: int = 0


def looks_like_a_tube(text: str) -> bool:
    """Whether a scan can be meant for a tube: a quick hand scans it before the desk has said where the person stands."""
    return RANGE_CODE.fullmatch("".join(normalise_scan(text).split())) is not None


def read_tube(text: str) -> ScannedTube:
    """The barcode of a tube. Raises Refused `wrong_kind`, `dropped_digit`, `bad_tube` by name, before anything changes."""
    code = "".join(normalise_scan(text).split()).replace("'", "")
    prefix = code[:2]
    if prefix in CODE_PREFIXES and prefix != "YL":
        raise Refused("wrong_kind", f"这是{CODE_PREFIXES[prefix]}，这一步要扫试管。", said="扫错了码")
    try:
        code = normal_barcode(code)
    except IdentifierProblem as problem:
        raise _misread(code, problem) from problem
    match = RANGE_CODE.fullmatch(code)
    return ScannedTube(code, match.group(1) if match else code[:2], len(code))


def _misread(code: str, problem: IdentifierProblem) -> Refused:
    digits = code[2:]
    if code.startswith("YL") and digits.isdigit() and len(digits) != 12:
        missing = 12 - len(digits)
        words = f"条码少读了 {missing} 位" if missing > 0 else f"条码多了 {-missing} 位"
        return Refused("dropped_digit", words, said="这支管不能用")
    if problem.code == "barcode_checksum":
        return Refused("bad_tube", "条码校验位不对", said="这支管不能用")
    return Refused("bad_tube", "这不是试管条码", said="扫错了码")


def tube_facts(tube: ScannedTube) -> dict[str, Any]:
    """Annotations that tell in the caller's own statement whether a tube is registered, whose it is, and used by whom."""
    specimen = Specimen.objects.filter(barcode=tube.barcode)
    ranges = covering(tube)
    return {
        "tube_specimen": Subquery(specimen.values("pk")[:1]),
        "tube_signup": Subquery(specimen.values("signup")[:1]),
        "tube_status": Subquery(specimen.values("status")[:1]),
        "tube_is_own": Exists(ranges.filter(is_own=True)),
        "tube_lab": Subquery(ranges.filter(is_own=False).values("lab")[:1]),
    }


def covering(tube: ScannedTube) -> QuerySet[TubeRange]:
    """The registered ranges that hold a barcode."""
    return TubeRange.objects.filter(
        prefix=tube.prefix, length=tube.length, first__lte=tube.barcode, last__gte=tube.barcode
    )


def refuse_unusable(facts: Any, *, signup_id: int, lab_id: int) -> None:
    """Raise Refused `tube_void`, `tube_used`, `tube_unknown` or `tube_foreign` for a tube that this person may not get."""
    if facts.tube_status == SpecimenStatus.VOID:
        raise Refused("tube_void", "这支管已经作废", said="这支管不能用")
    if facts.tube_specimen and facts.tube_signup != signup_id:
        raise Refused("tube_used", "这支管已经给了别人", said="这支管不能用")
    if facts.tube_specimen and facts.tube_status != SpecimenStatus.ISSUED:
        raise Refused("tube_used", "这支管已经用过", said="这支管不能用")
    if facts.tube_specimen or facts.tube_is_own:
        return
    if facts.tube_lab is None:
        raise Refused("tube_unknown", "没有登记过这个号段的管", said="这支管不能用")
    if facts.tube_lab != lab_id:
        raise Refused("tube_foreign", "这是别的实验室的管", said="这支管不能用")


def register_range(
    *, first: str, last: str, lab: Enterprise, by: Any, note: str = "", token: UUID | None = None
) -> TubeRange:
    """Register a laboratory's pre-printed tubes, first to last.

    Raises Refused `range_code`, `range_order`, `range_overlap` with what is wrong.
    """
    ends = [RANGE_CODE.fullmatch("".join(normalise_scan(code).split())) for code in (first, last)]
    if not all(ends) or ends[0].group(1) != ends[1].group(1) or len(ends[0].group()) != len(ends[1].group()):  # type: ignore[union-attr]
        raise Refused("range_code", "首尾要用同样的字母开头、同样的位数，例如 HZ200000001 到 HZ200000500。")
    start, end = ends[0].group(), ends[1].group()  # type: ignore[union-attr]
    prefix, length = ends[0].group(1), len(start)  # type: ignore[union-attr]
    if prefix[:2] in CODE_PREFIXES or not 6 <= length <= 20:
        raise Refused("range_code", "条码要 6 到 20 位，不能用 RY、YL、YX、PS、GH 开头。")
    count = int(end[len(prefix) :]) - int(start[len(prefix) :]) + 1
    if count < 1:
        raise Refused("range_order", "最后一管的号码小于第一管。")

    def create() -> TubeRange:
        same = TubeRange.objects.select_for_update().filter(prefix=prefix, length=length)
        if same.filter(first__lte=end, last__gte=start).exists():
            raise Refused("range_overlap", "这一段和已经登记的号段重叠。")
        row = TubeRange.objects.create(
            prefix=prefix, first=start, last=end, length=length, count=count, lab=lab, note=note, registered_by=by, token=token
        )  # fmt: skip
        record("tube_range.registered", by=by, subject=row, after={"first": start, "last": end})
        return row

    return once(TubeRange, token, create)[0]


def issue_label_run(*, count: int, by: Any, note: str = "", token: UUID | None = None) -> tuple[TubeRange, list[str]]:
    """Draw `count` consecutive tube codes of today and register them, so that they may be printed ahead and scanned.

    Raises Refused `run_size`. The same token gives the same run again.
    """
    if not 1 <= count <= LARGEST_RUN:
        raise Refused("run_size", f"一次可以打 1 到 {LARGEST_RUN} 管。")

    def create() -> TubeRange:
        codes = take_codes("YL", count)
        row = TubeRange.objects.create(
            prefix="YL", first=codes[0], last=codes[-1], length=14, count=count, is_own=True, note=note,
            registered_by=by, token=token,
        )  # fmt: skip
        record("tube_range.registered", by=by, subject=row, after={"first": row.first, "last": row.last})
        return row

    row, _ = once(TubeRange, token, create)
    return row, codes_of_run(row)


def codes_of_run(row: TubeRange) -> list[str]:
    """Every code of one of the portal's own runs, in order."""
    from_serial = int(row.first[8:13])
    day = row.first[2:8]
    return [_own(day, serial) for serial in range(from_serial, from_serial + row.count)]


def _own(day: str, serial: int) -> str:
    digits = f"{day}{serial:05d}"
    return f"YL{digits}{luhn_digit(digits)}"


def count_label_print(*, specimen: Specimen, by: Any) -> int:
    """How often the two labels of a tube have been printed now; every print stands in the audit."""
    Specimen.objects.filter(pk=specimen.pk).update(label_prints=F("label_prints") + 1)
    specimen.refresh_from_db(fields=["label_prints"])
    record("labels.printed", by=by, subject=specimen, after={"prints": specimen.label_prints})
    return specimen.label_prints


def keep_offset(
    *, name: str, label_format: str, left: float, top: float, by: Any, printed_with: Offset
) -> LabelPrinter:
    """What was measured on the calibration page becomes the printer's offset for that paper; a later measure replaces it.

    `printed_with` is the offset that the measured page was printed with. Raises Refused `offset` beyond 5 mm.
    """
    try:
        offset = Offset.from_measured(LABEL_FORMATS[label_format], left=left, top=top, printed_with=printed_with)
    except OffsetTooLarge as fault:
        raise Refused("offset", f"{fault}。") from fault
    tenths = {"offset_x_tenths": round(offset.x * 10), "offset_y_tenths": round(offset.y * 10)}
    with transaction.atomic():
        printer, _ = LabelPrinter.objects.update_or_create(
            name=name, label_format=label_format, defaults={**tenths, "measured_at": park_now(), "measured_by": by}
        )
        record("printer.measured", by=by, subject=printer, after=tenths)
    return printer


def void_tube(*, barcode: str, reason: str, by: Any, token: UUID | None = None) -> Specimen:
    """Take a tube that nobody has out of use, so that a later scan refuses it. Raises Refused."""
    tube = read_tube(barcode)
    with transaction.atomic():
        if token is not None and (first := SpecimenMove.objects.filter(token=token).first()):
            return first.subject
        if Specimen.objects.filter(barcode=tube.barcode).exists():
            raise Refused("tube_used", "这支管已经用过或作废，请到标本页处理。")
        now = park_now()
        specimen = Specimen.objects.create(
            barcode=tube.barcode, status=SpecimenStatus.VOID, voided_at=now, invalid_reason=reason or InvalidReason.BROKEN
        )  # fmt: skip
        SpecimenMove.objects.create(
            subject=specimen, to_status=SpecimenStatus.VOID, effective_at=now, by=by, token=token,
            reason=InvalidReason(specimen.invalid_reason).label,
        )  # fmt: skip
    return specimen
