"""Sampling at the door: a round is planned in the order of the buildings, walked, and each door has its outcome."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.urls import reverse

from enterprises.models import Squad
from parkportal.clock import at, park_now
from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions.desk import collect, measure
from testing.actions.notices import tell_person
from testing.models import Campaign, DoorRound, DoorStop, Mode, SamplingPoint, Session, SignUp, SignUpStatus
from testing.words import clock_words, day_words

NOTE = "穿防护服，戴 N95 口罩、面屏、双层手套；一户一换外层手套，废弃物装黄色垃圾袋封口带回。"


@dataclass(frozen=True)
class RoundPlan:
    """What the form says about a round."""

    point: SamplingPoint
    day: date
    start: time
    end: time
    team: Sequence[Any]
    signups: Sequence[SignUp]
    squad: Squad | None = None
    note: str = NOTE


TO_BE_VISITED = (SignUpStatus.REGISTERED, SignUpStatus.STOPPED, SignUpStatus.RECOLLECT)


def waiting_at_the_door(campaign: Campaign | None = None) -> Any:
    """Group A that nobody is on the way to yet, with whoever was too warm twice at a desk; of one campaign or of all."""
    planned = DoorStop.objects.filter(outcome__in=["planned", "done"])
    people = SignUp.objects.filter(mode=Mode.DOOR, status__in=TO_BE_VISITED).exclude(pk__in=planned.values("signup"))
    return (people.filter(campaign=campaign) if campaign else people).select_related("enterprise")


def in_building_order(signups: Sequence[SignUp]) -> list[SignUp]:
    """By address as it is walked: 3 栋 before 12 栋, 201 before 1103; who has no address comes last."""
    return sorted(signups, key=lambda one: (not one.address, _natural(one.address), one.pk))


def _natural(words: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", words)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]


def plan_round(*, campaign: Campaign, plan: RoundPlan, by: Any, token: UUID | None = None) -> DoorRound:
    """A round of visits with a sitting of its own, without slots; the people are told when. The same token gives the
    same round. Raises Refused `outside`, `times`, `nobody`, `no_team`, `elsewhere`.
    """
    if not campaign.starts_on <= plan.day <= campaign.ends_on:
        raise Refused("outside", "日期不在检测任务的起止日期里。")
    if plan.end <= plan.start:
        raise Refused("times", "结束时间要晚于开始时间。")
    if not plan.team:
        raise Refused("no_team", "请选谁上门。")

    def create() -> DoorRound:
        wanted = [signup.pk for signup in plan.signups]
        people = list(waiting_at_the_door(campaign).filter(pk__in=wanted))
        if not people:
            raise Refused("nobody", "请选去哪几家。")
        if len(people) < len(wanted):
            raise Refused("elsewhere", "有人刚刚排进另一轮，请刷新后再选。")
        session = Session.objects.create(
            campaign=campaign, point=plan.point, kind=Session.Kind.DOOR, day=plan.day, lanes=1,
            starts_at=at(plan.day, plan.start), ends_at=at(plan.day, plan.end),
        )  # fmt: skip
        made = DoorRound.objects.create(session=session, squad=plan.squad, note=plan.note, created_by=by, token=token)
        made.team.set(plan.team)
        ordered = in_building_order(people)
        DoorStop.objects.bulk_create(
            [DoorStop(round=made, signup=signup, position=n) for n, signup in enumerate(ordered, 1)]
        )
        record("door.planned", by=by, subject=made, after={"stops": len(ordered)})
        for signup in ordered:
            _tell(signup, session, by=by)
        return made

    return once(DoorRound, token, create)[0]


def _tell(signup: SignUp, session: Session, *, by: Any) -> None:
    when = f"{day_words(session.day)} {clock_words(session)}"
    link = reverse("public:signup_code", args=[signup.public_token])
    occasion = f"signup:{signup.pk}:door:{session.pk}"
    tell_person(signup, "door_visit", occasion=occasion, values={"when": when, "link": link}, by=by)


def collect_at_door(
    *, stop: DoorStop, temperature: str, tube: str, by: Any, token: UUID, done_at: datetime | None = None
) -> DoorStop:
    """Temperature and tube of one door; a fever stops nobody here. The same token again changes nothing.

    `done_at` is when it was done, if it waited in the phone's queue. Raises what the desk raises, by the same names.
    """
    session_id, code = stop.round.session_id, stop.signup.code
    with transaction.atomic():
        stop = DoorStop.objects.select_for_update(of=("self",)).select_related("signup").get(pk=stop.pk)
        if stop.outcome == DoorStop.Outcome.DONE:
            return stop
        if stop.signup.status not in {SignUpStatus.MEASURED, SignUpStatus.KITTED}:
            step = uuid5(token, "measure")
            measure(session_id=session_id, code=code, text=temperature, by=by, token=step, done_at=done_at)
        collect(session_id=session_id, code=code, text=tube, by=by, token=token, done_at=done_at)
        return _close(stop, DoorStop.Outcome.DONE, "", by=by, at=done_at)


def leave_stop(*, stop: DoorStop, outcome: str, note: str = "", by: Any, done_at: datetime | None = None) -> DoorStop:
    """Nobody at home, or no swab wanted: the person waits for another round. The same again by the same hand changes
    nothing: its first answer was lost. Raises Refused `outcome`, `closed`."""
    if outcome not in {DoorStop.Outcome.ABSENT, DoorStop.Outcome.REFUSED, DoorStop.Outcome.DROPPED}:
        raise Refused("outcome", "请选这一家怎么样了。")
    with transaction.atomic():
        stop = DoorStop.objects.select_for_update(of=("self",)).get(pk=stop.pk)
        if (stop.outcome, stop.outcome_by_id) == (outcome, by.pk):
            return stop
        if stop.outcome != DoorStop.Outcome.PLANNED:
            raise Refused("closed", f"这一家已经记了“{stop.get_outcome_display()}”。")
        return _close(stop, outcome, note, by=by, at=done_at)


def _close(stop: DoorStop, outcome: str, note: str, *, by: Any, at: datetime | None) -> DoorStop:
    stop.outcome, stop.outcome_at, stop.outcome_by, stop.note = outcome, at or park_now(), by, note[:200]
    stop.save(update_fields=["outcome", "outcome_at", "outcome_by", "note"])
    record("door.outcome", by=by, subject=stop, after={"outcome": outcome})
    return stop
