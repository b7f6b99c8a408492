"""The resumption filing (备案): filled in steps, filed at once or after an approval, returned field by field."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from enterprises.actions.resuming import refuse_too_early
from enterprises.filing_pack import BY_CODE, as_kept, missing_steps, step_answers
from enterprises.models import Enterprise, Filing, ResumptionStatus
from parkportal.accounts.models import User, in_force
from parkportal.clock import park_now
from parkportal.editing import Spoken, changes, mark_of, plainly
from parkportal.messaging import outbox
from parkportal.records import parked, settings
from parkportal.records.audit import last_act, record
from parkportal.states import Refused

DRAFT_PURPOSE = "filing_step"


def open_filing(*, enterprise: Enterprise, by: Any, token: UUID | None = None) -> Filing:
    """The enterprise's filing that is not finished, or a new one that begins with what the register knows."""
    with transaction.atomic():
        found = _unfinished(enterprise)
        if found is not None:
            return found
        try:
            with transaction.atomic():
                filing = Filing.objects.create(enterprise=enterprise, token=token, pack=_known(enterprise))
                filing.moves.create(to_status=Filing.Status.DRAFT, by=by)
        except IntegrityError:
            found = _unfinished(enterprise)
            if found is None:
                raise
            return found
    return filing


def _unfinished(enterprise: Enterprise) -> Filing | None:
    unfinished = [Filing.Status.DRAFT, Filing.Status.SUBMITTED, Filing.Status.RETURNED]
    return Filing.objects.filter(enterprise=enterprise, status__in=unfinished).first()


def _known(enterprise: Enterprise) -> dict[str, Any]:
    """What need not be asked again."""
    known = {
        "headcount": enterprise.headcount,
        "has_canteen": enterprise.has_canteen,
        "exemption": enterprise.exemption,
    }
    known["has_dormitory"] = enterprise.has_dormitory
    return {name: value for name, value in known.items() if value not in (None, "")}


def save_filing_step(
    *, filing: Filing, step: str, values: Mapping[str, Any], by: Any, seen: str | None = None, spoken: Spoken = plainly
) -> Filing:
    """Keep one step that is filled in rightly; the person's parked draft of it is done with.

    `seen` is the mark of the answers that the form was drawn from; without one nobody has read them before.
    Raises Refused `not_open` when the filing is not to be filled any more, EditConflict.
    """
    with transaction.atomic():
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        if locked.status not in {Filing.Status.DRAFT, Filing.Status.RETURNED}:
            raise Refused("not_open", "这份备案已经交了，不能再改。")
        current = step_answers(locked.pack, step)
        mark = mark_of(current) if seen is None else seen
        typed = {name: as_kept(value) for name, value in values.items()}
        changed = changes(
            seen=mark,
            current=current,
            typed=typed,
            spoken=spoken,
            touched=partial(last_act, locked, since=locked.created_at),
        )
        if changed:
            record("filing.step_saved", by=by, subject=locked, after={"步骤": BY_CODE[step].title})
        locked.pack = {**locked.pack, **values, "steps": sorted({*locked.pack.get("steps", []), step})}
        locked.planned_on = values.get("planned_on", locked.planned_on)
        locked.corrections = {name: words for name, words in locked.corrections.items() if name not in values}
        locked.version += 1
        locked.save(update_fields=["pack", "planned_on", "corrections", "version"])
        parked.drop(DRAFT_PURPOSE, owner=by, subject=f"{filing.pk}:{step}")
    return locked


def file_resumption(*, filing: Filing, by: Any, token: UUID | None = None) -> Filing:
    """Hand the filing in: filed at once (告知), or waiting for approval where the park's setting says so.

    The same token again shows the first outcome. Raises Refused `incomplete` with `facts["steps"]`, `not_corrected`, `too_early`,
    `forbidden_move`.
    """
    with transaction.atomic():
        locked = Filing.objects.select_for_update().select_related("enterprise").get(pk=filing.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        missing = missing_steps(locked.pack)
        if missing or locked.planned_on is None:
            raise Refused("incomplete", "还有没有填完的步骤，请先填完再提交。", steps=missing)
        if locked.corrections:
            raise Refused("not_corrected", f"还有 {len(locked.corrections)} 项没有补正，请先改好再提交。")
        exemption = locked.pack.get("exemption", "")
        refuse_too_early(locked.planned_on, exemption=exemption)
        if settings.get_flag("filing_needs_approval"):
            locked.move_to(Filing.Status.SUBMITTED, by=by, token=token)
        else:
            _put_on_file(locked, by=by, token=token)
    return locked


def approve_filing(*, filing: Filing, by: Any, token: UUID | None = None) -> Filing:
    """The committee accepts a filing that waits. Raises Refused `forbidden_move`; AlreadyMoved."""
    with transaction.atomic():
        locked = Filing.objects.select_for_update().select_related("enterprise").get(pk=filing.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        _put_on_file(locked, by=by, token=token)
    return locked


def return_filing(
    *, filing: Filing, corrections: Mapping[str, str], by: Any, reason: str = "", token: UUID | None = None
) -> Filing:
    """Back to the enterprise: which field, and what to correct. Its people get a message.

    Raises Refused `no_corrections` when nothing is said, `forbidden_move`.
    """
    words = {name: text.strip() for name, text in corrections.items() if text.strip()}
    if not words:
        raise Refused("no_corrections", "请至少写明一项要补正的内容。")
    with transaction.atomic():
        locked = Filing.objects.select_for_update().select_related("enterprise").get(pk=filing.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        locked.corrections = words
        locked.filed_at = locked.filed_by = None
        save = ("corrections", "filed_at", "filed_by")
        move = locked.move_to(Filing.Status.RETURNED, by=by, reason=reason, token=token, save=save)
        _tell_returned(locked, occasion=f"filing-{locked.pk}-{move.pk}", count=len(words), by=by)
    return locked


def _put_on_file(filing: Filing, *, by: Any, token: UUID | None) -> None:
    """已备案: the filing, and the enterprise where it has not resumed yet."""
    now = park_now()
    filing.filed_at, filing.filed_by = now, by
    filing.move_to(Filing.Status.FILED, by=by, at=now, token=token, save=("filed_at", "filed_by"))
    enterprise = Enterprise.objects.select_for_update().get(pk=filing.enterprise_id)
    pack = filing.pack
    enterprise.planned_on = filing.planned_on
    enterprise.exemption = pack.get("exemption") or enterprise.exemption
    enterprise.headcount = pack.get("headcount", enterprise.headcount)
    enterprise.has_canteen = pack.get("has_canteen", enterprise.has_canteen)
    enterprise.has_dormitory = pack.get("has_dormitory", enterprise.has_dormitory)
    known = ("planned_on", "exemption", "headcount", "has_canteen", "has_dormitory")
    if enterprise.can_move(ResumptionStatus.FILED):
        enterprise.move_to(ResumptionStatus.FILED, by=by, at=now, reason="复工备案", save=known)
    else:
        enterprise.save(update_fields=known)
    record("filing.filed", by=by, subject=enterprise, after={"planned_on": str(filing.planned_on)})


def _tell_returned(filing: Filing, *, occasion: str, count: int, by: Any) -> None:
    people = User.objects.filter(pk__in=filing.enterprise.contacts.filter(in_force()).values("user"), is_active=True)
    for user in people:
        outbox.put(
            "filing_returned",
            occasion=occasion,
            to_user=user,
            values={"name": user.name, "count": count, "link": reverse("enterprises:filing_detail", args=[filing.pk])},
            by=by,
            label=filing.enterprise.name,
            about_id=filing.enterprise_id,
            context_id=filing.pk,
        )
