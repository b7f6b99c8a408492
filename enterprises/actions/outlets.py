"""打包外卖: outlets of the park, their checks, and which of them stand on the public list."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from enterprises.models import Outlet, OutletCheck
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.records.files import keep
from parkportal.records.sniffing import PICTURES
from parkportal.states import Refused

FACTS = ("name", "english_name", "place", "offers", "opens", "closes")


def save_outlet(outlet: Outlet, *, by: Any, token: UUID | None = None) -> Outlet:
    """A new outlet, or one whose facts were corrected. The same token again gives the first. Raises Refused `name_taken`."""
    is_new = outlet.pk is None

    def create() -> Outlet:
        outlet.token = token
        outlet.save()
        return outlet

    try:
        with transaction.atomic():
            if is_new:
                kept = once(Outlet, token, create)[0]
            else:
                kept = outlet
                kept.save(update_fields=FACTS)
            facts = {name: str(getattr(kept, name)) for name in FACTS}
            record("outlet.added" if is_new else "outlet.changed", by=by, subject=kept, after=facts)
            return kept
    except IntegrityError:
        raise Refused("name_taken", "这家店已经登记过。", field="name") from None


def check_outlet(
    *, outlet: Outlet, passed: bool, words: str, photo: UploadedFile | None, by: Any, token: UUID | None = None
) -> OutletCheck:
    """One look; not in order takes it off the public list at once. Raises Refused `no_words`, and what `keep` refuses."""
    if not passed and not words.strip():
        raise Refused("no_words", "不合格要写明看到了什么。", field="words")

    def create() -> OutletCheck:
        kept = photo and keep(photo, name="外卖店照片", purpose="outlet_photo", owner=None, allow=PICTURES)
        return OutletCheck.objects.create(
            outlet=outlet, passed=passed, words=words.strip()[:200], file=kept or None, by=by, token=token
        )

    with transaction.atomic():
        return once(OutletCheck, token, create)[0]


def set_outlet_open(*, outlet: Outlet, is_open: bool, by: Any) -> None:
    """停业 takes it off the list until it opens again."""
    with transaction.atomic():
        Outlet.objects.filter(pk=outlet.pk).update(closed_at=None if is_open else park_now())
        record("outlet.opened" if is_open else "outlet.closed", by=by, subject=outlet)
