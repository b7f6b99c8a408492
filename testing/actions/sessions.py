"""Sittings: adding, moving, ending early and calling off, and telling everybody concerned."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from parkportal.clock import SHANGHAI, at, park_now
from parkportal.editing import Spoken, changes, mark_of, plainly
from parkportal.idempotency import once
from parkportal.records.audit import last_act, record
from parkportal.states import Refused
from testing.actions.notices import forget_reminder, tell_person
from testing.actions.sitting_notices import Concerned
from testing.actions.waiting import hold_campaign, offer_soon, withdraw_offers
from testing.models import Campaign, SamplingPoint, Session, SignUp, SignUpStatus, Slot
from testing.words import place_words, sitting_words, slot_words


def slot_times(start: datetime, end: datetime, minutes: int) -> Iterator[tuple[datetime, datetime]]:
    """Slots of `minutes` from start to end; a last shorter one is left out."""
    step = timedelta(minutes=minutes)
    while start + step <= end:
        yield start, start + step
        start += step


def add_point(*, point: SamplingPoint, by: Any) -> SamplingPoint:
    """One more sampling point, which the form has judged; the same token again answers the first one."""

    def create() -> SamplingPoint:
        point.save()
        record("point.added", by=by, subject=point)
        return point

    return once(SamplingPoint, point.token, create)[0]


def add_session(
    *,
    campaign: Campaign,
    point: SamplingPoint,
    day: date,
    start: time,
    end: time,
    minutes: int,
    places: int,
    lanes: int = 2,
    walk_in_percent: int = 0,
    by: Any,
    token: UUID | None = None,
) -> Session:
    """A sitting of a point on a day, cut into slots of `minutes` for `places` people each.

    `walk_in_percent` of the places, rounded down, are kept for who comes without an appointment. The same token gives
    the same sitting. Raises Refused `outside`, `no_slot`, `session_taken`.
    """
    times = _times(campaign, day, start, end, minutes)
    session = Session(
        campaign=campaign, point=point, day=day, starts_at=times[0][0], ends_at=times[-1][1], lanes=lanes, token=token,
        walk_in_percent=walk_in_percent,
    )  # fmt: skip
    try:
        session = once(Session, token, lambda: _with_slots(session, times, places, by=by))[0]
        offer_soon(session.pk)
        return session
    except IntegrityError as fault:
        raise Refused("session_taken", "这个采样点在这段时间已经有一场。") from fault


def _with_slots(session: Session, times: list[tuple[datetime, datetime]], places: int, *, by: Any) -> Session:
    """Written with its slots. Raises Refused `session_taken`."""
    _refuse_clash(session.point, session.starts_at, session.ends_at)  # type: ignore[arg-type]
    session.save(force_insert=True)
    walk_in = places * session.walk_in_percent // 100
    Slot.objects.bulk_create(
        [Slot(session=session, starts_at=a, ends_at=b, places=places - walk_in, walk_in=walk_in) for a, b in times],
        batch_size=200,
    )
    record("session.added", by=by, subject=session, after={"slots": len(times), "places": len(times) * places})
    return session


def _refuse_clash(point: SamplingPoint, starts_at: datetime, ends_at: datetime, *, but: int | None = None) -> None:
    clash = (
        Session.objects.not_cancelled().at_points().filter(point=point, starts_at__lt=ends_at, ends_at__gt=starts_at)
    )
    if clash.exclude(pk=but).exists():
        raise Refused("session_taken", "这个采样点在这段时间已经有一场。")


def _times(campaign: Campaign, day: date, start: time, end: time, minutes: int) -> list[tuple[datetime, datetime]]:
    if not campaign.starts_on <= day <= campaign.ends_on:
        raise Refused("outside", "日期不在检测任务的起止日期里。")
    times = list(slot_times(at(day, start), at(day, end), minutes)) if end > start else []
    if not times:
        raise Refused("no_slot", "这段时间排不出一个时段，请看起止时间和每段分钟数。")
    return times


def cancel_session(*, session: Session, reason: str, by: Any) -> int:
    """Call a sitting off and tell everybody who had a place there; they choose another time. How many were told.

    Raises Refused `reason`, or `begun` when somebody was swabbed there already.
    """
    if not reason.strip():
        raise Refused("reason", "请写为什么取消，短信里会说。")
    with transaction.atomic():
        session = _lock(session)
        if session.specimens.exists():
            raise Refused("begun", "这一场已经有人采样，不能取消，只能提前结束。")
        session.status = Session.Status.CANCELLED
        session.save(update_fields=["status"])
        record("session.cancelled", by=by, subject=session, reason=reason)
        others = Concerned.by(session)
        told = _set_free(session, _with_places(session), "采样取消", reason=reason, by=by)
        others.tell(f"{sitting_words(session)}的采样取消（{reason.strip()[:20]}）", "off", by=by)
        return told


def close_session(*, session: Session, reason: str, by: Any) -> int:
    """End a sitting before its time: who has not come yet chooses another time. How many were told.

    Raises Refused `reason`, or `not_open`.
    """
    if not reason.strip():
        raise Refused("reason", "请写为什么提前结束，短信里会说。")
    with transaction.atomic():
        session = _lock(session)
        if session.status != Session.Status.OPEN:
            raise Refused("not_open", "这一场已经结束或取消。")
        session.status = Session.Status.CLOSED
        session.save(update_fields=["status"])
        record("session.closed", by=by, subject=session, reason=reason)
        coming = [row for row in _with_places(session) if row.slot and row.slot.ends_at > park_now()]
        others = Concerned.by(session)
        told = _set_free(session, coming, "采样提前结束", reason=reason, by=by)
        others.tell(f"{sitting_words(session)}的采样提前结束（{reason.strip()[:20]}）", "closed", by=by)
        return told


def where_and_when(session: Session) -> dict[str, Any]:
    """What moving changes, under the names of its form."""
    return {"point": session.point, "day": session.day, "start": session.starts_at.astimezone(SHANGHAI).time()}


def move_session(
    *, session: Session, to: Mapping[str, Any], reason: str, by: Any, seen: str | None = None, spoken: Spoken = plainly
) -> int | None:
    """The same sitting at another place or time: every slot moves along and everybody is told. How many were told.

    `to` has point, day, start, or those of them that change; `seen` is the mark of `where_and_when` that the form was
    drawn from. None when it stood so. Raises EditConflict, Refused `reason`, `begun`, `not_open`, `outside`, `past`,
    `session_taken`.
    """
    if not reason.strip():
        raise Refused("reason", "请写为什么改，短信里会说。")
    with transaction.atomic():
        session = _lock(session)
        stands, touched = where_and_when(session), partial(last_act, session, "session.added", "session.moved")
        mark = mark_of(stands) if seen is None else seen
        changed = changes(seen=mark, current=stands, typed=to, spoken=spoken, touched=touched)
        if not changed and session.status == Session.Status.OPEN:
            return None
        point, day, start = (stands | changed).values()
        _refuse_move(session, day, start)
        shift = at(day, start) - session.starts_at
        _refuse_clash(point, session.starts_at + shift, session.ends_at + shift, but=session.pk)
        before = {"point": str(session.point), "starts_at": session.starts_at.isoformat()}
        concerned = _with_places(session)
        for signup in concerned:
            forget_reminder(signup, signup.slot_id)
        others, was = Concerned.by(session), sitting_words(session)
        _shift(session, point, day, shift)
        others.add_staff(point)
        after = {"point": str(point), "starts_at": session.starts_at.isoformat()}
        record("session.moved", by=by, subject=session, before=before, after=after, reason=reason)
        _tell_new_time(session, concerned, reason, by=by)
        stamp = f"moved:{session.point_id}:{session.starts_at.astimezone(SHANGHAI):%m%d%H%M}"
        others.tell(f"{was}的采样改到{sitting_words(session)}（{reason.strip()[:20]}）", stamp, by=by)
    return len(concerned)


def _refuse_move(session: Session, day: date, start: time) -> None:
    if session.status != Session.Status.OPEN:
        raise Refused("not_open", "这一场已经结束或取消。")
    if session.specimens.exists():
        raise Refused("begun", "这一场已经有人采样，不能再改。")
    if not session.campaign.starts_on <= day <= session.campaign.ends_on:
        raise Refused("outside", "日期不在检测任务的起止日期里。")
    if at(day, start) <= park_now():
        raise Refused("past", "新的时间已经过了。")


def _shift(session: Session, point: SamplingPoint, day: date, shift: timedelta) -> None:
    """Slot by slot from the far end, so that no two of the sitting stand on the same minute meanwhile."""
    session.point, session.day = point, day
    session.starts_at, session.ends_at = session.starts_at + shift, session.ends_at + shift
    session.save(update_fields=["point", "day", "starts_at", "ends_at"])
    session.windows.all().delete()
    for slot in session.slots.order_by("-starts_at" if shift > timedelta() else "starts_at"):
        slot.starts_at, slot.ends_at = slot.starts_at + shift, slot.ends_at + shift
        slot.save(update_fields=["starts_at", "ends_at"])


def _lock(session: Session) -> Session:
    hold_campaign(session.campaign_id)
    return Session.objects.select_for_update(of=("self",)).select_related("point", "campaign").get(pk=session.pk)


def _with_places(session: Session) -> list[SignUp]:
    coming = SignUp.objects.filter(
        slot__session=session, status__in=[SignUpStatus.REGISTERED, SignUpStatus.MISSED], attended_at__isnull=True
    )
    return list(coming.select_related("slot__session__point").order_by("id"))


def _set_free(session: Session, signups: Sequence[SignUp], what: str, *, reason: str, by: Any) -> int:
    """Their places lapse; they stay signed up and choose another time. Offers in this sitting go back to the line."""
    withdraw_offers(session=session, by=by)
    for signup in signups:
        slot = signup.slot
        if slot is None:
            continue
        _tell(signup, f"原定{slot_words(slot)}的{what}（{reason.strip()[:20]}），请改约", f"off:{slot.pk}", by=by)
        forget_reminder(signup, slot.pk)
        Slot.objects.give_back(slot.pk)
        SignUp.objects.filter(pk=signup.pk).update(slot=None)
        if signup.status == SignUpStatus.MISSED:
            signup.move_to(SignUpStatus.REGISTERED, by=by, reason=what, correction=True)
    return len(signups)


def _tell_new_time(session: Session, signups: Sequence[SignUp], reason: str, *, by: Any) -> None:
    slots = {slot.pk: slot for slot in session.slots.all()}
    for signup in signups:
        slot = slots[signup.slot_id]  # type: ignore[index]
        stamp = f"{slot.starts_at.astimezone(SHANGHAI):%m%d%H%M}"
        words = f"改到{slot_words(slot)}，{place_words(session.point)}（{reason.strip()[:20]}）"
        _tell(signup, words, f"moved:{session.point_id}:{stamp}", by=by)


def _tell(signup: SignUp, what: str, occasion: str, *, by: Any) -> None:
    link = reverse("public:signup_code", args=[signup.public_token])
    tell_person(
        signup, "slot_changed", occasion=f"signup:{signup.pk}:{occasion}", values={"what": what, "link": link}, by=by
    )
