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
from testing.models import BOX_PLACES, Box, BoxCheck, BoxMove, Reading, Result, Session, Specimen

COURIER, PLATE = "游之", "湘A0D18F"
SUSPECT_CT = Decimal("37.80")


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
    received_at: datetime | None,
    packed: tuple[int, ...] = (),
) -> None:
    """Boxes of 48 in order. With `packed` only the first box is handed over and the next is being filled."""
    sizes = packed or tuple(min(BOX_PLACES, len(tubes) - n) for n in range(0, len(tubes), BOX_PLACES))
    codes = take_codes("YX", len(sizes), day=session.day)
    start = 0
    for number, (size, code) in enumerate(zip(sizes, codes, strict=True), 1):
        part = tubes[start : start + size]
        start += size
        is_open = bool(packed) and number > 1
        box = _box(stage, session, number, code, part, None if is_open else handed_at)
        _pack(stage, box, part, handed_at=None if is_open else handed_at)
        if received_at and not is_open:
            _receive(stage, box, part, received_at)


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
            "sealed_at": handed_at - timedelta(minutes=10),
            "handed_at": handed_at,
            "handed_by": stage.users["caiyang1"],
        }
    box = Box.objects.create(
        code=code, session=session, lab=session.campaign.lab, number=number, created_at=opened, **made
    )
    steps = [("", "packing", opened)]
    if handed_at:
        steps += [("packing", "sealed", handed_at - timedelta(minutes=10)), ("sealed", "handed", handed_at)]
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
        tube.went("packed", taken + timedelta(minutes=4), clerk)
        if handed_at:
            tube.specimen.handed_at = handed_at
            tube.went("handed", handed_at, clerk)


def _receive(stage: Stage, box: Box, part: Sequence[Tube], received_at: datetime) -> None:
    taker = stage.users["jianyan"]
    box.status, box.received_at, box.received_by = "received", received_at, taker
    box.actual, box.seal_state = len(part), "intact"
    box.save(update_fields=["status", "received_at", "received_by", "actual", "seal_state"])
    _moves(box, [("handed", "received", received_at)], taker)
    due = due_after_one_working_day(received_at)
    for tube in part:
        tube.check = BoxCheck(box=box, specimen=tube.specimen, seen_at=received_at, seen_by=taker)
        tube.specimen.received_at, tube.specimen.due_at = received_at, due
        tube.went("received", received_at, taker)


def plant_readings(stage: Stage, tubes: Sequence[Tube], *, day: date, is_monday: bool) -> None:
    """Everything negative and released; of Monday the first box only, the second waits with a suspect, the rest is on
    the machine."""
    morning = at(day + timedelta(days=1), time(9, 30))
    released = list(tubes[:BOX_PLACES] if is_monday else tubes)
    _read(stage, released, morning)
    _release(stage, released, at(day + timedelta(days=1), time(11, 40)))
    if is_monday:
        waiting, running = tubes[BOX_PLACES : 2 * BOX_PLACES], tubes[2 * BOX_PLACES :]
        _read(stage, waiting, at(day + timedelta(days=1), time(16, 20)), suspect=waiting[34])
        for tube in running:
            tube.went("testing", at(day + timedelta(days=1), time(16, 55)), stage.users["jianyan"])


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
