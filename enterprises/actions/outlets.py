"""打包外卖: outlets of the park, their checks, and which of them stand on the public list."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from enterprises.models import Outlet, OutletCheck
from parkportal.clock import park_now
from parkportal.editing import Spoken, changes
from parkportal.idempotency import once
from parkportal.records.audit import last_act, record
from parkportal.records.files import keep
from parkportal.records.models import StoredFile
from parkportal.records.sniffing import PICTURES
from parkportal.states import Refused


def open_outlet(*, facts: Mapping[str, Any], by: Any, token: UUID | None = None) -> Outlet:
    """A new outlet. The same token again gives the first. Raises Refused `name_taken`."""

    def create() -> Outlet:
        outlet = Outlet.objects.create(token=token, **facts)
        record("outlet.added", by=by, subject=outlet, after=_spoken(facts))
        return outlet

    try:
        with transaction.atomic():
            return once(Outlet, token, create)[0]
    except IntegrityError:
        raise _taken() from None


def correct_outlet(*, outlet: Outlet, facts: Mapping[str, Any], seen: str, spoken: Spoken, by: Any) -> Outlet:
    """Other facts of an outlet; `seen` is the mark of those that the form was drawn from.

    Raises Refused `name_taken`, EditConflict.
    """
    try:
        with transaction.atomic():
            locked = Outlet.objects.select_for_update().get(pk=outlet.pk)
            touched = partial(last_act, locked)
            changed = changes(seen=seen, current=locked.facts(), typed=facts, spoken=spoken, touched=touched)
            if changed:
                before = {name: getattr(locked, name) for name in changed}
                Outlet.objects.filter(pk=locked.pk).update(**changed)
                record("outlet.changed", by=by, subject=locked, before=_spoken(before), after=_spoken(changed))
            locked.refresh_from_db()
            return locked
    except IntegrityError:
        raise _taken() from None


def _taken() -> Refused:
    return Refused("name_taken", "这家店已经登记过。", field="name")


def _spoken(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items()}


def check_outlet(
    *, outlet: Outlet, passed: bool, words: str, photo: UploadedFile | None, by: Any, token: UUID | None = None
) -> OutletCheck:
    """One look; not in order takes it off the public list at once. Raises Refused `no_words`, and what `keep` refuses."""
    if not passed and not words.strip():
        raise Refused("no_words", "不合格要写明看到了什么。", field="words")

    def create() -> OutletCheck:
        kept = photo and _kept(photo)
        check = OutletCheck.objects.create(
            outlet=outlet, passed=passed, words=words.strip()[:200], file=kept or None, by=by, token=token
        )
        record("outlet.checked", by=by, subject=outlet, after={"合格": passed}, reason=check.words)
        return check

    with transaction.atomic():
        return once(OutletCheck, token, create)[0]


def _kept(photo: UploadedFile) -> StoredFile:
    try:
        return keep(photo, name="外卖店照片", purpose="outlet_photo", owner=None, allow=PICTURES)
    except Refused as refused:
        refused.facts["field"] = "photo"
        raise


def set_outlet_open(*, outlet: Outlet, is_open: bool, by: Any) -> None:
    """停业 takes it off the list until it opens again; a second press changes nothing."""
    with transaction.atomic():
        standing = Outlet.objects.filter(pk=outlet.pk, closed_at__isnull=not is_open)
        if standing.update(closed_at=None if is_open else park_now()):
            record("outlet.opened" if is_open else "outlet.closed", by=by, subject=outlet)
