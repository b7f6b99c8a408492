"""Six digits for a phone: drawn and kept here, sent by a task that reads the row, checked with a few tries."""

import secrets
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from parkportal.privacy import lookup_hash
from testing.models import PhoneCode, SignUp
from testing.tasks import deliver_phone_code

LIFE, TRIES, KEEP = timedelta(minutes=10), 5, timedelta(days=1)


def send_code(
    purpose: str,
    *,
    phone: str = "",
    signup: SignUp | None = None,
    subject_hash: str = "",
    language: str = "zh-hans",
) -> PhoneCode:
    """Draw a code and have it delivered after the commit. A code for nobody is drawn and queued just the same."""
    now = timezone.now()
    code = PhoneCode.objects.create(
        purpose=purpose, signup=signup, subject_hash=subject_hash, phone=phone,
        phone_hash=lookup_hash(phone, kind="phone") if phone else "", digits=f"{secrets.randbelow(10**6):06d}",
        created_at=now, expires_at=now + LIFE, language=language,
    )  # fmt: skip
    transaction.on_commit(partial(deliver_phone_code.apply_async, args=[code.pk], retry=False), robust=True)
    return code


def check_code(purpose: str, token: object, digits: str) -> PhoneCode | None:
    """The code, used up, when the digits agree; None for wrong, old, used or tried too often. One try is counted."""
    now = timezone.now()
    with transaction.atomic():
        code = (
            PhoneCode.objects.select_for_update(of=("self",)).filter(public_token=_uuid(token), purpose=purpose).first()
        )
        if code is None or not _is_alive(code, now):
            return None
        agrees = secrets.compare_digest(code.digits, digits)
        PhoneCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1, used_at=now if agrees else None)
    return code if agrees else None


def _is_alive(code: PhoneCode, now: datetime) -> bool:
    return code.used_at is None and code.expires_at > now and code.tries < TRIES


def _uuid(token: object) -> UUID:
    try:
        return UUID(str(token))
    except ValueError:
        return UUID(int=0)


def forget_old(now: datetime) -> int:
    """Codes of yesterday are nobody's business. How many went."""
    return PhoneCode.objects.filter(created_at__lt=now - KEEP).delete()[0]
