"""Drafts: what somebody began and has not finished. Encrypted, read by the owner or by whoever has the token, 24 hours."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from parkportal.prepared import Prepared
from parkportal.records.models import Parked
from parkportal.records.models.files import DRAFT_LIFE


def put(
    purpose: str,
    content: Any,
    *,
    owner: Any = None,
    token: UUID | None = None,
    subject: str = "",
    life: timedelta = DRAFT_LIFE,
) -> Parked:
    """Keep a draft. With a token (or, without, the owner's of this purpose and subject) an earlier one is replaced."""
    found = get(purpose, owner=owner, token=token, subject=subject)
    draft = found or Parked(purpose=purpose, owner=owner, subject=subject)
    draft.content = content
    draft.expires_at = timezone.now() + life
    draft.save()
    return draft


def begin(purpose: str, content: Any, *, owner: Any = None, subject: str = "", life: timedelta = DRAFT_LIFE) -> Parked:
    """Always a new draft, beside others of the same purpose."""
    expires_at = timezone.now() + life
    return Parked.objects.create(purpose=purpose, content=content, owner=owner, subject=subject, expires_at=expires_at)


def get(purpose: str, *, owner: Any = None, token: UUID | None = None, subject: str = "") -> Parked | None:
    """The living draft of this token, or the owner's latest of this purpose and subject. Without either: None."""
    if owner is None:
        return _BY_TOKEN.first((), _nobodys, purpose=purpose, token=token, now=timezone.now()) if token else None
    drafts = _living(purpose, timezone.now()).filter(owner=owner)
    return drafts.filter(token=token).first() if token is not None else drafts.filter(subject=subject).first()


_BY_TOKEN = Prepared()


def _living(purpose: str, now: datetime) -> QuerySet[Parked]:
    return Parked.objects.filter(purpose=purpose, expires_at__gt=now).order_by("-id")


def _nobodys(*, purpose: str, token: UUID, now: datetime) -> QuerySet[Parked]:
    return _living(purpose, now).filter(owner=None, token=token)


def drop(purpose: str, *, owner: Any = None, token: UUID | None = None, subject: str = "") -> None:
    """The draft has become what it was for, or is given up."""
    found = get(purpose, owner=owner, token=token, subject=subject)
    if found is not None:
        found.delete()
