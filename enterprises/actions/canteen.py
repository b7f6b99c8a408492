"""定点分时供餐 and 食堂指导: who guides whose canteen, and a plan in which nobody sits where somebody else does."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from enterprises.models import Enterprise, Guidance, MealPoint, MealSlot
from enterprises.models.canteen import GuidanceStatus
from parkportal.accounts.models import User, in_force
from parkportal.clock import park_now, park_today
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.records.audit import record
from parkportal.states import Refused


def ask_for_guidance(*, enterprise: Enterprise, wish: str, by: Any, token: UUID | None = None) -> Guidance:
    """An enterprise asks for a guidance officer. The same token again gives the first request.

    Raises Refused `already_open`: one request at a time.
    """

    def create() -> Guidance:
        guidance = Guidance.objects.create(enterprise=enterprise, wish=wish, token=token)
        guidance.moves.create(to_status=guidance.status, by=by)
        return guidance

    try:
        with transaction.atomic():
            return once(Guidance, token, create)[0]
    except IntegrityError:
        raise Refused("already_open", "这家企业已经有一件食堂指导在办，办完再申请。", field="wish") from None


def assign_guidance(
    *, guidance: Guidance, officer: User, visit_on: date, by: Any, token: UUID | None = None
) -> Guidance:
    """指导员 by name and day; both sides are told. Raises Refused `past_day`, `forbidden_move`."""
    if visit_on < park_today():
        raise Refused("past_day", "哪天去，请选今天或以后。", field="visit_on")
    with transaction.atomic():
        locked = Guidance.objects.select_for_update().get(pk=guidance.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        locked.officer, locked.visit_on = officer, visit_on
        locked.move_to(
            GuidanceStatus.ASSIGNED, by=by, reason=officer.name, token=token, save=("officer_id", "visit_on")
        )
        contacts = locked.enterprise.contacts.filter(in_force(), user__is_active=True).select_related("user")
        for user in dict.fromkeys([officer, *(contact.user for contact in contacts)]):
            _tell_assigned(locked, user, by=by)
    return locked


def close_guidance(*, guidance: Guidance, to: str, words: str, by: Any, token: UUID | None = None) -> Guidance:
    """指导完成 with what was agreed, or 撤回 with why. Raises Refused `no_words`, `forbidden_move`; AlreadyMoved."""
    if not words.strip():
        raise Refused("no_words", "请写一句：指导了什么，或者为什么撤回。", field="words")
    with transaction.atomic():
        locked = Guidance.objects.select_for_update().get(pk=guidance.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        locked.move_to(to, by=by, reason=words.strip()[:200], token=token)
        outbox.withdraw("guidance_assigned", occasion=_occasion(locked), by=by, reason="已经办完")
    return locked


def _occasion(guidance: Guidance) -> str:
    return f"guidance-{guidance.pk}"


def _tell_assigned(guidance: Guidance, user: User, *, by: Any) -> None:
    officer, day = guidance.officer, guidance.visit_on or park_today()
    outbox.put(
        "guidance_assigned",
        occasion=_occasion(guidance),
        to_user=user,
        values={
            "name": user.name,
            "day": f"{day.month}月{day.day}日",
            "officer": officer.name if officer else "",
            "firm": guidance.enterprise.short_name or guidance.enterprise.name,
            "link": reverse("enterprises:guidance_detail", args=[guidance.pk]),
        },
        by=by,
        label=guidance.enterprise.name,
        about_id=guidance.enterprise_id,
        context_id=guidance.pk,
    )


def open_meal_point(
    *, enterprise: Enterprise | None, name: str, place: str, seats: int, by: Any, token: UUID | None = None
) -> MealPoint:
    """A canteen of the park (no enterprise) or of an enterprise. The same token again gives the first.

    Raises Refused `name_taken`.
    """

    def create() -> MealPoint:
        return MealPoint.objects.create(enterprise=enterprise, name=name, place=place, seats=seats, token=token)

    try:
        with transaction.atomic():
            point, is_new = once(MealPoint, token, create)
            if is_new:
                record("meals.opened", by=by, subject=point, after={"座位": seats})
            return point
    except IntegrityError:
        raise Refused("name_taken", "已经有同名的供餐点，请换个名字。", field="name") from None


def close_meal_point(*, point: MealPoint, by: Any) -> None:
    """No meals there any more; its plan stays readable in the audit."""
    with transaction.atomic():
        if MealPoint.objects.filter(pk=point.pk, closed_at=None).update(closed_at=park_now()):
            record("meals.closed", by=by, subject=point)


def add_meal_slot(
    *, point: MealPoint, starts: time, ends: time, group: str, cap: int, by: Any, token: UUID | None = None
) -> MealSlot:
    """One line of the plan, when it clashes with none: seats are never promised twice, and no group eats twice at once.

    All points of the same canteen owner are locked, in one order. Raises Refused `closed`, and `clash`, which names what
    is in the way.
    """

    def create() -> MealSlot:
        slot = MealSlot.objects.create(point=point, starts=starts, ends=ends, group=group, cap=cap, token=token)
        record("meals.slot_added", by=by, subject=point, after={"时段": str(slot), "人数": cap})
        return slot

    with transaction.atomic():
        if token is not None and (found := MealSlot.objects.filter(token=token).first()):
            return found
        same_owner = MealPoint.objects.filter(enterprise=point.enterprise_id, closed_at=None).order_by("pk")
        points = list(same_owner.select_for_update())
        if point not in points:
            raise Refused("closed", f"{point}已经停用，不能再排。")
        slots = MealSlot.objects.filter(point__in=points, ended_at=None).select_related("point")
        if problems := clashes(point, slots, starts=starts, ends=ends, group=group, cap=cap):
            raise Refused("clash", "".join(problems))
        return once(MealSlot, token, create)[0]


def clashes(
    point: MealPoint, slots: Iterable[MealSlot], *, starts: time, ends: time, group: str, cap: int
) -> list[str]:
    """What is in the way of a new line, in sentences. A slot that ends when another begins does not overlap it."""
    meanwhile = [slot for slot in slots if slot.starts < ends and starts < slot.ends]
    here = [slot for slot in meanwhile if slot.point_id == point.pk]
    problems = [
        f"“{slot.group}”{slot.starts:%H:%M}–{slot.ends:%H:%M} 已经排在{slot.point}，同一批人不能同时排两处。"
        for slot in meanwhile
        if _same_group(slot.group, group)
    ]
    fullest = _fullest(here, starts, ends)
    if fullest + cap > point.seats:
        names = "、".join(str(slot) for slot in here)
        there = f"同时还有 {fullest} 人（{names}），" if here else ""
        problems.append(f"{point}只有 {point.seats} 个座位，{there}再排 {cap} 人坐不下。")
    return problems


def _same_group(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _fullest(slots: list[MealSlot], starts: time, ends: time) -> int:
    """The most people that these slots promise seats to at one moment; it is reached where one of them begins."""
    moments = {starts, *(slot.starts for slot in slots if starts <= slot.starts < ends)}
    return max(sum(slot.cap for slot in slots if slot.starts <= moment < slot.ends) for moment in moments)


def end_meal_slot(*, slot: MealSlot, by: Any) -> None:
    """The line is taken out of the plan."""
    with transaction.atomic():
        if MealSlot.objects.filter(pk=slot.pk, ended_at=None).update(ended_at=park_now()):
            record("meals.slot_ended", by=by, subject=slot.point, after={"时段": str(slot)})
