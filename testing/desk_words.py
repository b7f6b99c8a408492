"""What the desk speaks in: a scan as it came, an answer of one colour and one phrase, and the prompts between."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from parkportal.clock import SHANGHAI, park_now
from testing.models import Pool, SignUp, SignUpStatus

FIND, TEMPERATURE, TUBE, REASON = "find", "temperature", "tube", "reason"
PLACEHOLDERS = {
    FIND: "等待扫码",
    TEMPERATURE: "录体温，如 36.5",
    TUBE: "扫试管",
    REASON: "按 1 到 4，或写事由，不写姓名",
}
UNDO_REASONS = {"1": "扫错了人", "2": "体温录错", "3": "试管拿错", "4": "这位不采了"}
REMEDIES = {
    "dropped_digit": "请把条码放平再扫；还不行就换一支新管",
    "bad_tube": "请把条码放平再扫；还不行就换一支新管",
    "tube_void": "请换一支新管，这一支交给组长",
    "tube_used": "请换一支新管，这一支交给组长",
    "tube_unknown": "请换一支登记过的管，或按 F3 打印新条码",
    "tube_foreign": "请换一支本次检测的管",
    "other_tube": "请扫发给这位的那一支；要换管先按 F4 撤销",
    "stopped": "请到旁边休息 10 分钟再测",
    "door_only": "请到旁边等，工作人员会联系上门",
    "unknown_person": "请先扫海报上的码登记，或看是不是别的检测任务的码",
    "badge_void": "请用新发的工作证",
    "badge_elsewhere": "请找这个采样点的同事，或登录自己的账号",
    "packed": "请到装箱页先拿出这一管",
    "says_who": "按 F4 再撤销，按 1 到 4，或只写事由",
    "pool_full": "请拿一支新管，装下一组",
    "pool_closed": "请拿一支新管，装下一组",
    "other_pool": "请放进正在装的那一支；要换管先按 F6 封管",
    "pool_excluded": "医学观察期和复检的人一人一管：请换一支新管",
}


@dataclass(frozen=True)
class Scan:
    """One scan as the desk sent it; `token` makes it harmless to send again."""

    session_id: int
    token: UUID
    text: str = ""
    do: str = ""
    step: str = FIND
    current: str = ""
    lane: int | None = None
    found_at: datetime | None = None
    measured_at: datetime | None = None
    reason: str = ""
    badge: str = ""  # of the colleague who has taken over
    done_at: datetime | None = None  # when it was scanned, if it waited in the browser's queue

    @property
    def now(self) -> datetime:
        return self.done_at or park_now()


@dataclass(frozen=True)
class Meter:
    """The mixed tube at the desk: 7 of 10."""

    barcode: str
    count: int
    size: int
    is_open: bool = True

    @property
    def words(self) -> str:
        return f"{self.count}/{self.size}" if self.is_open else f"已封 {self.count} 人"

    @property
    def places(self) -> list[bool]:
        return [place < self.count for place in range(self.size)]


def meter_of(pool: Pool | None) -> Meter | None:
    return Meter(pool.specimen.barcode, pool.count, pool.size, pool.is_open) if pool is not None else None


@dataclass(frozen=True)
class Answer:
    """`tone` is waiting, done, before, refused or warn. `sound` may differ: a step that went well sounds done.

    `current`, `step`, `found_at`, `measured_at` are where the desk stands after it; `delta` changes the count. Where
    nobody is here, `last` says who was.
    """

    tone: str
    word: str
    name: str = ""
    tail: str = ""
    lines: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    step: str = FIND
    current: str = ""
    sound: str = ""
    delta: int = 0
    found_at: datetime | None = None
    measured_at: datetime | None = None
    label: tuple[str, str, tuple[str, ...]] | None = None
    code: str = ""
    meter: "Meter | None" = None
    badge: str = ""
    holder: str = ""
    last: str = ""
    then: "Answer | None" = field(default=None, repr=False)

    @property
    def placeholder(self) -> str:
        if self.step == FIND and self.tone in {"done", "before"}:
            return "可以扫下一位"
        return "再扫试管" if self.step == TUBE and self.tone == "refused" else PLACEHOLDERS[self.step]

    @property
    def is_idle(self) -> bool:
        """Nobody is at the desk."""
        return self.tone == "waiting" and self.step == FIND

    @property
    def is_conflict(self) -> bool:
        """What must not go by unseen: if nobody saw it, the browser keeps it for review."""
        return self.tone in {"refused", "before"} or self.code in {"door_only", "fever"}

    @property
    def text(self) -> str:
        """The answer in one line."""
        return "，".join(part for part in (self.word, self.name, *self.lines[:1]) if part)

    @property
    def clears_after(self) -> int:
        """Milliseconds after which the page shows what comes next by itself."""
        return {"done": 3000, "before": 5000, "refused": 8000, "warn": 8000}.get(self.tone, 0)


def clock(instant: datetime | None, form: str = "%H:%M:%S") -> str:
    return instant.astimezone(SHANGHAI).strftime(form) if instant else ""


def waiting(last: str = "") -> Answer:
    """Nobody is at the desk."""
    lines = ("手机上的码或登记单上的码都可以", *([f"上一位：{last}"] if last else []))
    return Answer("waiting", "请扫人员码", lines=lines, last=last)


def prompt(signup: SignUp, scan: Scan, *, sound: str = "", measured_at: datetime | None = None) -> Answer:
    """The person is known; what comes next."""
    at: dict[str, Any] = {
        "current": signup.code,
        "found_at": scan.found_at,
        "name": signup.name,
        "tail": signup.number_tail,
        "sound": sound,
    }
    found = f"人员码 {clock(scan.found_at)}".strip()
    if signup.status in {SignUpStatus.MEASURED, SignUpStatus.KITTED}:
        measured = measured_at or scan.measured_at
        steps = (found, f"体温 {signup.temperature} ℃ {clock(measured)}".strip())
        which = "扫预印管，或按 F3 打印新条码" if signup.status == SignUpStatus.MEASURED else "扫贴好的那一支管"
        told = (f"{signup.temperature} ℃", which)
        return Answer("waiting", "扫试管", lines=told, steps=steps, step=TUBE, measured_at=measured, **at)
    lines = ("核对证件，额温枪量好再录",)
    if signup.status == SignUpStatus.STOPPED:
        was = f"上次 {signup.temperature} ℃，" if signup.temperature is not None else ""
        lines = (f"{was}休息后重新测",)
    return Answer("waiting", "录体温", lines=lines, steps=(found,), step=TEMPERATURE, **at)
