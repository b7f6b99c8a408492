"""What the investment office does: leads and their stages, contacts, meetings, units, share links."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from investment.models import (
    Building,
    Contact,
    Lead,
    LeadStage,
    Meeting,
    Photo,
    ShareLink,
    ShareView,
    TimeRequest,
    Unit,
)
from investment.models.leads import SIDE
from parkportal.clock import local, park_now
from parkportal.editing import Spoken, changes
from parkportal.idempotency import once
from parkportal.records.audit import last_act, record
from parkportal.records.files import keep, throw_away
from parkportal.states import Refused

PHOTO_LIMIT = 12


@transaction.atomic
def add_lead(*, by: Any, token: UUID | None, **facts: Any) -> Lead:
    """Enter a lead; the same token again answers the first one."""

    def create() -> Lead:
        lead = Lead.objects.create(owner=by, token=token, **facts)
        lead.moves.create(to_status=lead.status, by=by)
        record("lead.added", by=by, subject=lead)
        return lead

    return once(Lead, token, create)[0]


@transaction.atomic
def correct_lead(lead: Lead, *, facts: Mapping[str, Any], seen: str, spoken: Spoken, by: Any) -> Lead:
    """Correct a lead's facts; `seen` is the mark of those that the form was drawn from. Raises EditConflict, Refused `does_not_fit`."""
    locked = Lead.objects.select_for_update().get(pk=lead.pk)
    touched = partial(last_act, locked, "lead.added", "lead.corrected")
    changed = changes(seen=seen, current=locked.facts(), typed=facts, spoken=spoken, touched=touched)
    if changed:
        _write(locked, changed)
        record("lead.corrected", by=by, subject=locked, after={"栏目": list(changed)})
    return locked


def _write(thing: Lead | Unit, changed: Mapping[str, Any]) -> None:
    for name, value in changed.items():
        setattr(thing, name, value)
    try:  # after a conflict the two halves of what people chose may not fit
        thing.validate_constraints()
    except ValidationError as problem:
        raise Refused("does_not_fit", problem.messages[0]) from None
    thing.save(update_fields=list(changed))


@transaction.atomic
def move_lead(lead: Lead, to: str, *, by: Any, reason: str = "", token: UUID | None = None) -> Lead:
    """Move a lead to another stage. Aside only with a reason; no visit while the epidemic blocks it."""
    locked = Lead.objects.select_for_update().get(pk=lead.pk)
    if to in SIDE and not reason.strip():
        raise Refused("reason_needed", "搁置或流失要写明原因。")
    if to == LeadStage.VISIT and locked.visit_blocked:
        raise Refused("visit_blocked", "疫情暂缓考察，先约视频。")
    locked.move_to(to, by=by, reason=reason.strip(), token=token)
    return locked


@transaction.atomic
def note_contact(lead: Lead, *, by: Any, token: UUID | None, **facts: Any) -> Contact:
    """Write down a contact and the next step it agreed on; the lead shows that step from now on.

    A video meeting as next step is also entered in the diary, in both time zones.
    """
    meeting_minutes = facts.pop("meeting_minutes", None)

    def create() -> Contact:
        contact = Contact.objects.create(lead=lead, by=by, token=token, **facts)
        record("lead.contact_noted", by=by, subject=lead)
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        locked.next_step, locked.next_at = contact.next_step, contact.next_at
        locked.save(update_fields=["next_step", "next_at"])
        if contact.next_at and meeting_minutes:
            Meeting.objects.create(
                lead=lead, starts_at=contact.next_at, minutes=meeting_minutes, subject=contact.next_step, by=by
            )
        return contact

    return once(Contact, token, create)[0]


@transaction.atomic
def add_building(building: Building, *, by: Any) -> Building:
    """Enter a building that the form has judged; the same token again answers the first one."""

    def create() -> Building:
        building.save()
        record("building.added", by=by, subject=building)
        return building

    return once(Building, building.token, create)[0]


@transaction.atomic
def add_unit(*, by: Any, token: UUID | None, photos: Iterable[Any] = (), **facts: Any) -> Unit:
    """Enter a unit with its pictures; the same token again answers the first one."""

    def create() -> Unit:
        unit = Unit.objects.create(token=token, **facts)
        _hang(unit, photos, by)
        record("unit.added", by=by, subject=unit)
        return unit

    return once(Unit, token, create)[0]


@transaction.atomic
def correct_unit(unit: Unit, *, facts: Mapping[str, Any], seen: str, spoken: Spoken, by: Any) -> Unit:
    """Correct a unit's facts, as correct_lead does. Raises EditConflict, Refused `does_not_fit`."""
    locked = Unit.objects.select_for_update().get(pk=unit.pk)
    touched = partial(last_act, locked, "unit.added", "unit.corrected")
    changed = changes(seen=seen, current=locked.facts(), typed=facts, spoken=spoken, touched=touched)
    if changed:
        _write(locked, changed)
        record("unit.corrected", by=by, subject=locked, after={"栏目": list(changed)})
    return locked


@transaction.atomic
def add_photos(unit: Unit, *, photos: Iterable[Any], by: Any) -> int:
    """More pictures of a unit, which take nothing from what somebody else adds; how many are new.

    Raises Refused `too_many_photos`, and what `keep` refuses.
    """
    locked = Unit.objects.select_for_update().get(pk=unit.pk)
    if added := _hang(locked, photos, by):
        record("unit.photos_added", by=by, subject=locked, after={"张": added})
    return added


def _hang(unit: Unit, photos: Iterable[Any], by: Any) -> int:
    """How many hang there now that did not; a picture that is sent twice hangs once."""
    hanging = set(unit.photos.values_list("file__sha256", flat=True))
    position = before = unit.photos.count()
    for upload in photos:
        if position == PHOTO_LIMIT:
            raise Refused("too_many_photos", f"一个单元最多 {PHOTO_LIMIT} 张照片。")
        stored = keep(
            upload, name=f"unit-{unit.pk}-{position + 1}", purpose="unit-photo", owner=by, allow=("png", "jpeg", "webp")
        )
        if stored.sha256 in hanging:
            throw_away(stored)
            continue
        position += 1
        hanging.add(stored.sha256)
        Photo.objects.create(unit=unit, file=stored, position=position)
    return position - before


@transaction.atomic
def share_unit(unit: Unit, *, by: Any, token: UUID | None, lead: Lead | None = None, **facts: Any) -> ShareLink:
    """Make an address that shows one unit to one lead."""

    def create() -> ShareLink:
        link = ShareLink.objects.create(unit=unit, lead=lead, by=by, token=token, **facts)
        record("share_link.made", by=by, subject=unit, after={"到": f"{local(link.expires_at):%Y-%m-%d}"})
        return link

    return once(ShareLink, token, create)[0]


@transaction.atomic
def withdraw_link(link: ShareLink, *, by: Any) -> None:
    """Take an address back: from now on it does not exist."""
    if ShareLink.objects.filter(pk=link.pk, withdrawn_at__isnull=True).update(withdrawn_at=park_now(), withdrawn_by=by):
        record("share_link.withdrawn", by=by, subject=link)


def count_view(link: ShareLink, what: str = ShareView.What.PAGE) -> None:
    """One opening of a link."""
    ShareView.objects.create(link=link, what=what)


@transaction.atomic
def ask_for_time(link: ShareLink, *, token: UUID | None, wanted_at: datetime | None, note: str) -> TimeRequest:
    """The guest's wish for a meeting; it stands on the lead's page and on the officer's worklist."""

    def create() -> TimeRequest:
        record("share_link.time_asked", by=None, subject=link.unit)
        return TimeRequest.objects.create(link=link, wanted_at=wanted_at, note=note, token=token)

    return once(TimeRequest, token, create)[0]
