"""What the laboratory sees: an equation that has to close, the worklist, boxes, what waits for a second person."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q

from parkportal.clock import at, end_of, park_now
from testing.actions.lab import latest_readings
from testing.models import Box, InvalidReason, Reading, ResultValue, Specimen, SpecimenStatus, own_labs

S = SpecimenStatus
ON_THE_WAY = (S.COLLECTED, S.PACKED, S.HANDED)


@dataclass(frozen=True)
class Part:
    """One term of the equation: how many tubes, what they are, and a link to them."""

    count: int
    words: str
    query: str


@dataclass(frozen=True)
class Equation:
    """Today's tubes of the laboratory: every one is somewhere."""

    total: int
    parts: list[Part]

    @property
    def closes(self) -> bool:
        return self.total == sum(part.count for part in self.parts)


def equation(user: Any, day: date) -> Equation:
    """Collected on a day for the person's laboratories, by where they are now; counts only, no tube is named."""
    rows = Specimen.objects.filter(
        lab__in=own_labs(user), collected_at__gte=at(day), collected_at__lt=end_of(day)
    ).exclude(invalid_reason="undone")
    counted = rows.aggregate(
        total=Count("pk"),
        released=Count("pk", filter=Q(status=S.RELEASED)),
        verifying=Count("pk", filter=Q(status=S.VERIFYING)),
        testing=Count("pk", filter=Q(status__in=[S.RECEIVED, S.TESTING])),
        coming=Count(
            "pk",
            filter=Q(status__in=ON_THE_WAY, box__status__in=["packing", "sealed", "handed"]) | Q(status=S.COLLECTED),
        ),
        missing=Count("pk", filter=Q(status=S.HANDED, box__status__in=["short", "received"])),
        again=Count("pk", filter=Q(status__in=[S.RECOLLECT, S.REJECTED, S.VOID])),
    )
    parts = [
        Part(counted["released"], "已发布", "released"),
        Part(counted["verifying"], "待审核", "verifying"),
        Part(counted["testing"], "检测中", "testing"),
        Part(counted["coming"], "还没到实验室", "coming"),
        Part(counted["again"], "不合格，已约重采", "again"),
        Part(counted["missing"], "短少，正在找", "missing"),
    ]
    return Equation(counted["total"], [part for part in parts if part.count])


@dataclass(frozen=True)
class Task:
    """One row of the worklist: what kind, which box, until when, one verb."""

    kind: str
    title: str
    detail: str
    verb: str
    url_name: str
    code: str
    due_at: Any = None

    @property
    def is_late(self) -> bool:
        """A box that is on its way has no due time; what stands there is when it left."""
        return self.kind != "收箱" and self.due_at is not None and self.due_at < park_now()


def tasks(user: Any) -> list[Task]:
    """What is to be done, by box; one statement."""
    boxes = (
        Box.objects.at_bench(user)
        .filter(Q(status__in=["handed", "short"]) | Q(specimens__status__in=[S.RECEIVED, S.TESTING, S.VERIFYING]))
        .select_related("session__point")
        .annotate(
            to_test=Count("specimens", filter=Q(specimens__status__in=[S.RECEIVED, S.TESTING])),
            to_verify=Count("specimens", filter=Q(specimens__status=S.VERIFYING)),
            lost=Count("specimens", filter=Q(specimens__status=S.HANDED)),
            due=Min("specimens__due_at", filter=Q(specimens__released_at__isnull=True)),
        )
        .order_by("handed_at")
    )
    return [task for box in boxes for task in _tasks_of(box)]


def _tasks_of(box: Any) -> list[Task]:
    name = f"{box.session.point} 第 {box.number} 箱"
    found = []
    if box.status == "handed":
        words = f"运送人 {box.courier}" if box.courier else ""
        title = f"{name}，{box.expected} 管"
        found.append(Task("收箱", title, words, "收箱", "testing:lab_box", box.code, box.handed_at))
    if box.status == "short" and box.lost:
        title = f"{name}少 {box.lost} 管"
        found.append(Task("短少", title, box.short_reason, "接着找", "testing:lab_box", box.code))
    if box.to_test:
        title = f"{name}，{box.to_test} 管"
        found.append(Task("录结果", title, "上传仪器文件或逐管录", "录结果", "testing:lab_bench", box.code, box.due))
    if box.to_verify:
        title = f"{name}，{box.to_verify} 管"
        found.append(Task("待审核", title, "第二个人审核后发布", "审核", "testing:lab_verify", box.code, box.due))
    return found


@dataclass
class Verification:
    """A box's tubes that wait for a second person: negatives in one batch, the others one by one."""

    box: Box
    negatives: list[Specimen] = field(default_factory=list)
    others: list[tuple[Specimen, Reading]] = field(default_factory=list)
    own: list[Specimen] = field(default_factory=list)
    testers: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.negatives) + len(self.others) + len(self.own)


def verification(box: Box, user: Any) -> Verification:
    """What this person may release, what is odd, and what they tested themselves."""
    tubes = list(box.specimens.filter(status=S.VERIFYING).select_related("signup").order_by("position"))
    readings = latest_readings([tube.pk for tube in tubes])
    shown = Verification(box)
    for tube in tubes:
        reading = readings.get(tube.pk)
        if reading is None:
            continue
        if reading.tester_name not in shown.testers:
            shown.testers.append(reading.tester_name)
        if reading.tester_id == user.pk:
            shown.own.append(tube)
        elif reading.value == ResultValue.NEGATIVE:
            shown.negatives.append(tube)
        else:
            reading.named = InvalidReason.in_words(reading.note)  # type: ignore[attr-defined]
            shown.others.append((tube, reading))
    return shown


PLATE_LETTERS, PLATE_COLUMNS = "ABCDEFGH", range(1, 13)
KEYS = (
    (ResultValue.NEGATIVE, "阴性", "阴"),
    (ResultValue.SUSPECT, "可疑，填 Ct", "疑"),
    (ResultValue.POSITIVE, "阳性，填 Ct", "阳"),
    (ResultValue.INVALID, "无效", "无效"),
)


def bench_rows(box: Box) -> list[dict[str, Any]]:
    """The box's tubes in order with their last reading, and the cell of the plate that each stands in: A1 down to H1, then A2."""
    tubes = list(box.specimens.order_by("position"))
    readings = latest_readings([tube.pk for tube in tubes])
    return [
        {
            "tube": tube,
            "reading": readings.get(tube.pk),
            "is_open": tube.status in {S.RECEIVED, S.TESTING},
            "cell": _cell(tube.position or 1),
        }
        for tube in tubes
    ]


def _cell(position: int) -> str:
    column, row = divmod(position - 1, len(PLATE_LETTERS))
    return f"{PLATE_LETTERS[row]}{column + 1}"


def plate(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """The same as eight rows of twelve cells, empty where no tube stands."""
    by_cell = {row["cell"]: row for row in rows}
    return [(letter, [by_cell.get(f"{letter}{number}") for number in PLATE_COLUMNS]) for letter in PLATE_LETTERS]
