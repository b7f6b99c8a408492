"""Drafts: what somebody began and has not finished. Encrypted, read by the owner or by whoever has the token, 24 hours."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

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
    drafts = Parked.objects.filter(purpose=purpose, expires_at__gt=timezone.now()).order_by("-id")
    if owner is not None:
        drafts = drafts.filter(owner=owner)
    elif token is None:
        return None
    else:
        drafts = drafts.filter(owner=None)
    return drafts.filter(token=token).first() if token is not None else drafts.filter(subject=subject).first()


def drop(purpose: str, *, owner: Any = None, token: UUID | None = None, subject: str = "") -> None:
    """The draft has become what it was for, or is given up."""
    found = get(purpose, owner=owner, token=token, subject=subject)
    if found is not None:
        found.delete()
