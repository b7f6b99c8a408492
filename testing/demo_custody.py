"""How the demo park's tubes went from the point to the laboratory, and what was found in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.calendar import due_after_one_working_day
from parkportal.records.codes import take_codes
from testing.models import (
    BOX_PLACES,
    Box,
    BoxCheck,
    BoxMove,
    Budget,
    InvalidReason,
    LabDay,
    LabelPrinter,
    LabTerms,
    Reading,
    Result,
    Session,
    Specimen,
)

COURIER, PLATE = "游之", "湘A0D18F"
SUSPECT_CT = Decimal("37.80")
UNFIT = InvalidReason.LEAKED
SEALING = timedelta(minutes=2)
PRICE_FEN, BUDGET_FEN = 120_00, 300_000_00


def plant_agreement(stage: Stage, lab: Any) -> None:
    """What a tube costs, that the laboratory also works this Saturday, and what the park set aside."""
    clerk, made_at = stage.users["guanwei2"], at(date(2020, 2, 9), time(11))
    LabTerms.objects.create(lab=lab, valid_from=date(2020, 2, 10), price_fen=PRICE_FEN, made_at=made_at, made_by=clerk)
    LabDay.objects.create(lab=lab, day=date(2020, 2, 22), is_working=True, note="实验室加班")
    Budget.objects.create(
        payer="园区财政", amount_fen=BUDGET_FEN, starts_on=date(2020, 2, 10), ends_on=date(2020, 3, 31),
        note="疫情防控专项", made_at=made_at, made_by=clerk,
    )  # fmt: skip


@dataclass
class Tube:
    """A specimen that is being planted, with the steps it made and what was written of it; saved at the end."""

    specimen: Specimen
    moves: list[tuple[str, str, datetime, Any]] = field(default_factory=list)
    check: BoxCheck | None = None
    reading: Reading | None = None
    result: Result | None = None

    def went(self, to: str, when: datetime, by: Any) -> None:
        before = self.moves[-1][1] if self.moves else ""
        self.moves.append((before, to, when, by))
        self.specimen.status = to


def plant_boxes(
    stage: Stage,
    session: Session,
    tubes: Sequence[Tube],
    *,
    handed_at: datetime,
    received_at: datetime,
    unfit: Sequence[Tube] = (),
) -> None:
    """Boxes of 48 in order, handed over and received together."""
    sizes = [min(BOX_PLACES, len(tubes) - n) for n in range(0, len(tubes), BOX_PLACES)]
    codes = take_codes("YX", len(sizes), day=session.day)
    start = 0
    for number, (size, code) in enumerate(zip(sizes, codes, strict=True), 1):
        part = tubes[start : start + size]
        start += size
        box = _box(stage, session, number, code, part, handed_at)
        _pack(stage, box, part, handed_at=handed_at)
        _receive(stage, box, part, received_at, unfit=unfit)


def plant_today(stage: Stage, session: Session, tubes: Sequence[Tube]) -> list[Tube]:
    """165 tubes = 47 that wait for the second person + 47 on the machine + 69 on their way or being packed + 1 unfit
    + 1 that the laboratory did not find. The unfit ones."""
    day = session.day
    codes = take_codes("YX", 4, day=day)
    first, second, third, rest = tubes[:48], tubes[48:96], tubes[96:144], tubes[144:]
    unfit, lost = [first[40]], [second[28]]
    for number, part, handed, received in ((1, first, time(11, 28), time(11, 38)), (2, second, time(14, 31), time(14, 52)),
                                           (3, third, time(16, 40), None)):  # fmt: skip
        box = _box(stage, session, number, codes[number - 1], part, at(day, handed))
        _pack(stage, box, part, handed_at=at(day, handed))
        if received:
            _receive(stage, box, part, at(day, received), unfit=unfit, lost=lost)
    box = _box(stage, session, 4, codes[3], rest, None)
    _pack(stage, box, [tube for n, tube in enumerate(rest) if n not in {5, 14, 20}], handed_at=None)
    fit = [tube for tube in first if tube not in unfit]
    _read(stage, fit, at(day, time(16, 20)), suspect=fit[4])
    for tube in second:
        if tube not in lost:
            tube.went("testing", at(day, time(16, 55)), stage.users["jianyan"])
    return unfit


def _box(
    stage: Stage, session: Session, number: int, code: str, part: Sequence[Tube], handed_at: datetime | None
) -> Box:
    opened = part[0].specimen.collected_at or session.starts_at
    made: dict[str, Any] = {"status": "packing"}
    if handed_at:
        made = {
            "status": "handed",
            "seal": f"FQ{session.day:%m%d}-{number:03d}",
            "expected": len(part),
            "temperature_tenths": 46 + number,
            "courier": COURIER,
            "plate": PLATE,
            "sealed_at": handed_at - SEALING,
            "handed_at": handed_at,
            "handed_by": stage.users["caiyang1"],
        }
    box = Box.objects.create(
        code=code, session=session, lab=session.campaign.lab, number=number, created_at=opened, **made
    )
    steps = [("", "packing", opened)]
    if handed_at:
        steps += [("packing", "sealed", handed_at - SEALING), ("sealed", "handed", handed_at)]
    _moves(box, steps, stage.users["caiyang1"])
    return box


def _moves(box: Box, steps: Sequence[tuple[str, str, datetime]], by: Any) -> None:
    BoxMove.objects.bulk_create(
        [
            BoxMove(subject=box, from_status=before, to_status=to, effective_at=when, recorded_at=when, by=by)
            for before, to, when in steps
        ]
    )


def _pack(stage: Stage, box: Box, part: Sequence[Tube], *, handed_at: datetime | None) -> None:
    clerk = stage.users["caiyang1"]
    for position, tube in enumerate(part, 1):
        tube.specimen.box, tube.specimen.position = box, position
        taken = tube.specimen.collected_at or box.created_at
        tube.went("packed", taken + timedelta(minutes=1), clerk)
        if handed_at:
            tube.specimen.handed_at = handed_at
            tube.went("handed", handed_at, clerk)


def _receive(
    stage: Stage,
    box: Box,
    part: Sequence[Tube],
    received_at: datetime,
    *,
    unfit: Sequence[Tube] = (),
    lost: Sequence[Tube] = (),
) -> None:
    """The laboratory signs for what it found: a leaking tube is done again, a missing one keeps its place open."""
    taker = stage.users["jianyan"]
    seen = [tube for tube in part if tube not in lost]
    box.status, box.received_at, box.received_by = "received", received_at, taker
    if len(seen) < len(part):
        box.status, box.short_reason = "short", "采样点没有放进箱，等回话"
    box.actual, box.seal_state = sum(tube not in unfit for tube in seen), "intact"
    box.save(update_fields=["status", "short_reason", "received_at", "received_by", "actual", "seal_state"])
    _moves(box, [("handed", box.status, received_at)], taker)
    due = due_after_one_working_day(received_at)
    for tube in seen:
        is_fit = tube not in unfit
        tube.check = BoxCheck(
            box=box, specimen=tube.specimen, is_fit=is_fit, reason="" if is_fit else UNFIT, seen_at=received_at,
            seen_by=taker,
        )  # fmt: skip
        tube.specimen.received_at = received_at
        if is_fit:
            tube.specimen.due_at = due
            tube.went("received", received_at, taker)
        else:
            tube.specimen.rejected_at, tube.specimen.invalid_reason = received_at, UNFIT
            tube.went("recollect", received_at, taker)


def plant_readings(stage: Stage, tubes: Sequence[Tube], *, day: date, rerun: int) -> None:
    """Everything negative and released the next day, but the last few, which went on the machine once more."""
    morning = at(day + timedelta(days=1), time(9, 30))
    released = list(tubes[: len(tubes) - rerun])
    _read(stage, released, morning)
    _release(stage, released, at(day + timedelta(days=1), time(11, 40)))
    for tube in tubes[len(released) :]:
        tube.went("testing", morning, stage.users["jianyan"])


def _read(stage: Stage, tubes: Sequence[Tube], moment: datetime, suspect: Tube | None = None) -> None:
    tester = stage.users["jianyan"]
    for tube in tubes:
        tube.reading = Reading(
            specimen=tube.specimen,
            value="suspect" if tube is suspect else "negative",
            ct_n=SUSPECT_CT if tube is suspect else None,
            tester=tester,
            tester_name=tester.name,
            tested_at=moment,
            recorded_at=moment,
            note="ORF1ab 未检出，N 基因弱阳" if tube is suspect else "",
        )
        tube.went("testing", moment - timedelta(hours=2), tester)
        tube.specimen.tested_at = moment
        tube.went("verifying", moment, tester)


def _release(stage: Stage, tubes: Sequence[Tube], moment: datetime) -> None:
    tester, verifier = stage.users["jianyan"], stage.users["shenhe"]
    for tube in tubes:
        tube.result = Result(
            specimen=tube.specimen,
            reading=tube.reading,
            value="negative",
            tester=tester,
            tester_name=tester.name,
            tested_at=tube.specimen.tested_at,
            verifier=verifier,
            released_at=moment,
        )
        tube.specimen.released_at = moment
        tube.went("released", moment, verifier)


def plant_printers(stage: Stage) -> None:
    """The two label printers of the point, each with the drift that was measured on it."""
    measured = {"measured_at": at(date(2020, 2, 9), time(15, 20)), "measured_by": stage.users["caiyang1"]}
    LabelPrinter.objects.bulk_create(
        [
            LabelPrinter(name="A1 栋激光机", label_format="a4-4x13", offset_x_tenths=5, offset_y_tenths=-3, **measured),
            LabelPrinter(name="A1 栋标签机", label_format="roll-50x20", **measured),
        ]
    )
