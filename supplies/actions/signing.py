"""Signing with a code from a text message, where nobody can draw: sent to the enterprise's own phone, used once."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from parkportal.messaging import outbox
from parkportal.privacy import mask_phone
from parkportal.states import Refused
from supplies.holders import phone_of
from supplies.models import Delivery, SigningCode
from supplies.models.delivery import UNDERWAY
from supplies.purposes import SIGNING_CODE

LIFE = timedelta(minutes=10)
TRIES = 5


@transaction.atomic
def send_signing_code(*, delivery: Delivery, by: Any) -> SigningCode:
    """Six digits to the liaison's phone, good for ten minutes; an earlier one is no longer good.

    Raises Refused: not_underway, no_phone, too_many_codes.
    """
    held = Delivery.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=delivery.pk)
    if held.status not in UNDERWAY:
        raise Refused("not_underway", "这张配送单现在不用签收。")
    phone = phone_of(held.enterprise)
    if not phone:
        raise Refused("no_phone", f"{held.enterprise}没有登记联络员手机，请手写签名。")
    digits = f"{secrets.randbelow(10**6):06d}"
    SigningCode.objects.filter(delivery=held, used_at__isnull=True).update(expires_at=timezone.now())
    code = SigningCode.objects.create(
        delivery=held, code_hash=_hash(held, digits), sent_to=mask_phone(phone), expires_at=timezone.now() + LIFE
    )
    values = {"code": digits, "delivery": held.code}
    outbox.put(SIGNING_CODE.code, occasion=f"signing:{code.pk}", values=values, to_phone=phone, by=by)
    return code


def check_signing_code(delivery: Delivery, digits: str) -> SigningCode:
    """The code of this delivery that these digits open. Wrong digits are counted, also when the caller gives up.

    Raises Refused: no_code, code_expired, too_many_tries, wrong_code.
    """
    with transaction.atomic():
        code = SigningCode.objects.select_for_update().filter(delivery=delivery, used_at__isnull=True).first()
        right = code is not None and hmac.compare_digest(code.code_hash, _hash(delivery, digits))
        if code is not None and not right and code.tries < TRIES:
            code.tries += 1
            code.save(update_fields=["tries"])
    if code is None:
        raise Refused("no_code", "还没有发签收码，请先点“发签收码”。")
    if code.expires_at <= timezone.now():
        raise Refused("code_expired", "签收码已经过期，请重新发一个。")
    if code.tries >= TRIES:
        raise Refused("too_many_tries", f"签收码输错 {TRIES} 次，已经作废，请重新发一个。")
    if not right:
        raise Refused("wrong_code", f"签收码不对，还可以试 {TRIES - code.tries} 次。")
    return code


def _hash(delivery: Delivery, digits: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"signing:{delivery.pk}:{digits}".encode(), hashlib.sha256).hexdigest()
