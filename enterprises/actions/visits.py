"""Calls and visits: written on the spot, ending what was planned, and leading to the next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from enterprises.actions.boards import post_board, verify_board
from enterprises.actions.needs import register_need
from enterprises.actions.resuming import plan_resumption
from enterprises.models import Board, Enterprise, Need, PlannedContact, Promise, Visit, VisitPhoto, on_site
from parkportal.clock import park_now, park_today
from parkportal.idempotency import once
from parkportal.records import files, terms
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused

PHOTO_TYPES = ("jpeg", "png", "webp")
PHOTO_LIMIT = 9


@dataclass(frozen=True)
class Heard:
    """What a call or a visit brought. Everything but the channel may be missing: the common case is all in order."""

    channel: str
    met: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    planned_on: date | None = None
    headcount: int | None = None
    difficulties: Sequence[str] = ()
    observations: str = ""
    photos: Sequence[UploadedFile] = ()
    promise: str = ""
    promise_on: date | None = None
    next_on: date | None = None
    next_channel: str = ""
    next_purpose: str = ""
    seen_board: int | None = None


def record_visit(*, enterprise: Enterprise, heard: Heard, by: Any, token: UUID | None = None) -> Visit:
    """Write a call or a visit with all that follows from it; nothing is asked twice.

    The planned day and the headcount go to the register, a difficulty becomes a need where none of its kind is open,
    what was planned up to today is done, a board that was seen on the wall is verified. The same token again gives the first record. Raises Refused: `file_…`,
    `picture_…` with `facts["field"]`, `too_many_photos`, `too_early`, `past_day`.
    """
    if len(heard.photos) > PHOTO_LIMIT:
        raise Refused("too_many_photos", f"最多 {PHOTO_LIMIT} 张照片。", field="photos")
    _refuse_past(heard.next_on, "next_on")
    _refuse_past(heard.promise_on, "promise_on")
    with transaction.atomic():
        locked = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        visit, is_new = once(Visit, token, lambda: _visit(locked, heard, by=by, token=token))
        if not is_new:
            return visit
        for photo in heard.photos:
            VisitPhoto.objects.create(visit=visit, file=_kept(photo))
        _tell_the_register(locked, heard, by=by)
        _end_what_was_planned(visit)
        _needs(visit, by=by)
        _look_ahead(visit, heard, by=by)
        _verify(visit, heard.seen_board, by=by)
    return visit


def _refuse_past(day: date | None, field_name: str) -> None:
    if day is not None and day < park_today():
        raise Refused("past_day", "这一天已经过去，请选今天或以后的日期。", field=field_name)


def _visit(enterprise: Enterprise, heard: Heard, *, by: Any, token: UUID | None) -> Visit:
    record("visit.noted", by=by, subject=enterprise, after={"kind": terms.word("visit_channel", heard.channel)})
    return Visit.objects.create(
        enterprise=enterprise,
        channel=heard.channel,
        by=by,
        met=heard.met,
        is_in_order=not heard.problems,
        problems=dict(heard.problems),
        planned_on=heard.planned_on,
        headcount=heard.headcount,
        difficulties=list(heard.difficulties),
        observations=heard.observations,
        token=token,
    )


def _kept(photo: UploadedFile) -> Any:
    try:
        return files.keep(photo, name="走访照片.jpg", purpose="visit", owner=None, allow=PHOTO_TYPES)
    except Refused as refused:
        refused.facts["field"] = "photos"
        raise


def _tell_the_register(enterprise: Enterprise, heard: Heard, *, by: Any) -> None:
    """What the enterprise said about itself becomes the register's."""
    if heard.planned_on is not None:
        plan_resumption(enterprise=enterprise, on=heard.planned_on, by=by, reason="走访摸底")
    if heard.headcount is not None and heard.headcount != enterprise.headcount:
        before = enterprise.headcount
        Enterprise.objects.filter(pk=enterprise.pk).update(
            headcount=heard.headcount, version=enterprise.version + 1, changed_at=park_now(), changed_by=by
        )
        after = {"headcount": heard.headcount}
        record("enterprise.corrected", by=by, subject=enterprise, before={"headcount": before}, after=after)


def _end_what_was_planned(visit: Visit) -> None:
    """A visit at the door ends what was planned up to today; a call ends only calls."""
    due = PlannedContact.objects.due(park_today()).filter(enterprise=visit.enterprise)
    if not visit.is_on_site:
        due = due.exclude(channel__in=on_site())
    due.update(visit=visit)


def _needs(visit: Visit, *, by: Any) -> None:
    """A need for each difficulty, unless one of its kind is open already."""
    known = set(Need.objects.open().filter(enterprise=visit.enterprise).values_list("kind", flat=True))
    labels = terms.labels("need_kind") if visit.difficulties else {}
    for kind in visit.difficulties:
        if kind not in known:
            words = visit.observations or f"{visit.get_channel_display()}时说有{labels.get(kind, kind)}方面的困难"
            register_need(
                enterprise=visit.enterprise, kind=kind, description=words, by=by, department="squad", owner=by
            )


def _verify(visit: Visit, seen_board: int | None, *, by: Any) -> None:
    """The board that was seen on the wall with the right names; where nobody had posted it in the portal the visit's
    first picture shows it. One that has changed since stays as it is: what the visit brought is kept all the same, and
    the page says what became of the board."""
    board = Board.objects.current().filter(pk=seen_board, enterprise=visit.enterprise).first() if seen_board else None
    if board is None or not visit.is_on_site:
        return
    try:
        with transaction.atomic():
            if board.status == Board.Status.GENERATED:
                picture = visit.photos.select_related("file").first()
                post_board(board=board, photo=picture.file if picture else None, by=by)
            verify_board(board=board, by=by)
    except Refused:
        return


def _look_ahead(visit: Visit, heard: Heard, *, by: Any) -> None:
    if heard.promise:
        due_on = heard.promise_on or heard.next_on or park_today()
        Promise.objects.create(enterprise=visit.enterprise, visit=visit, words=heard.promise, due_on=due_on)
    if heard.next_on is not None:
        purpose = heard.next_purpose or heard.promise or "再看一次"
        channel = heard.next_channel or visit.channel
        plan_contact(enterprise=visit.enterprise, channel=channel, due_on=heard.next_on, purpose=purpose[:120], by=by)


def plan_contact(
    *,
    enterprise: Enterprise,
    channel: str,
    due_on: date,
    purpose: str,
    by: Any,
    clock: time | None = None,
    token: UUID | None = None,
) -> PlannedContact:
    """A call or a visit that is to come. The same token again gives the first row. Raises Refused `past_day`."""
    _refuse_past(due_on, "due_on")

    def create() -> PlannedContact:
        record("visit.planned", by=by, subject=enterprise, after={"due_on": str(due_on)})
        return PlannedContact.objects.create(
            enterprise=enterprise, channel=channel, due_on=due_on, clock=clock, purpose=purpose, made_by=by, token=token
        )

    return once(PlannedContact, token, create)[0]


def drop_planned_contact(*, planned: PlannedContact, by: Any) -> None:
    """It is not needed any more. Raises AlreadyMoved when it is done or dropped."""
    if not PlannedContact.objects.open().filter(pk=planned.pk).update(dropped_at=park_now()):
        raise AlreadyMoved("already", "这件事已经办过或者取消了。")
    record("visit.plan_dropped", by=by, subject=planned.enterprise, before={"due_on": str(planned.due_on)})


def keep_promise(*, promise: Promise, by: Any) -> None:
    """What was promised has been done. Raises AlreadyMoved when it was already."""
    with transaction.atomic():
        if not Promise.objects.open().filter(pk=promise.pk).update(done_at=park_now(), done_by=by):
            raise AlreadyMoved("already", "这件事已经兑现了。")
        record("promise.kept", by=by, subject=promise.enterprise, after={"due_on": str(promise.due_on)})
