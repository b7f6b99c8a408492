"""The second step of sign-in: six digits of an authenticator (TOTP), or one of ten recovery codes.

Wrong tries are counted on the device, over all sessions: after SECOND_FACTOR_TRIES the account waits half an hour.
"""

import base64
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from parkportal.accounts.models import User
from parkportal.privacy import lookup_hash
from parkportal.records.audit import record
from parkportal.states import Refused

WAIT = timedelta(minutes=30)
RECOVERY_CODES = 10
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read two ways


def device_of(user: Any) -> TOTPDevice | None:
    """The authenticator that the person has set up, if any."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("id").first()


def tries_left(user: Any) -> int:
    """How many wrong tries the person still has; 0 = wait."""
    return max(0, settings.SECOND_FACTOR_TRIES - sum(_failures(device) for device in _devices(user)))


def _devices(user: Any) -> list[Device]:
    return [*TOTPDevice.objects.filter(user=user, confirmed=True), *StaticDevice.objects.filter(user=user)]


def _failures(device: Device) -> int:
    since = device.throttling_failure_timestamp
    fresh = since is not None and timezone.now() - since < WAIT
    return device.throttling_failure_count if fresh else 0


def new_secret(user: Any, session_key: str) -> str:
    """The secret that this session's set-up page shows, in hex: drawn from the session, so that looking stores nothing."""
    return salted_hmac("parkportal.second-factor", f"{user.pk}:{session_key}", algorithm="sha256").hexdigest()[:40]


def secret_for_typing(secret: str) -> str:
    """The secret in groups of four, as it is typed into an authenticator without a camera."""
    text = base64.b32encode(bytes.fromhex(secret)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def set_up(user: Any, *, secret: str, digits: str) -> tuple[TOTPDevice, list[str]]:
    """Keep the secret once the person shows that the authenticator has it; with it come ten recovery codes.

    Raises Refused `wrong_digits`, and `has_device` when one is set up already (a reset by an administrator comes first).
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if device_of(user) is not None:
            raise Refused("has_device", "这个账号已经有验证器。要换手机，请找管理员重置。")
        device = TOTPDevice(user=user, key=secret, name="验证器", confirmed=True)
        device.save()
        if not device.verify_token(digits):
            device.delete()
            raise Refused("wrong_digits", "数字不对。请等验证器换下一组，再输一次。")
        record("second_factor.set_up", by=user, subject=user)
        return device, new_recovery_codes(user, by=user)


def new_recovery_codes(user: Any, *, by: Any) -> list[str]:
    """Ten fresh codes; the old ones are void. They are shown once, only their keyed hashes are stored."""
    codes = ["".join(secrets.choice(CODE_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user=user, name="备用码")
        device.token_set.all().delete()
        StaticToken.objects.bulk_create([StaticToken(device=device, token=_sealed(code)) for code in codes])
        record("second_factor.recovery_codes", by=by, subject=user)
    return [f"{code[:5]} {code[5:]}" for code in codes]


def recovery_codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def _sealed(code: str) -> str:
    return lookup_hash("".join(code.split()), kind="recovery")[:16]


def verify(user: Any, *, digits: str = "", recovery: str = "") -> Device:
    """The device that accepts the six digits or the recovery code; a code works once.

    Raises Refused `locked` when no tries are left, `wrong_digits` or `wrong_recovery` otherwise.
    """
    refusal: Refused
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one try at a time, so that none is free
        if not tries_left(user):
            raise Refused("locked", "试的次数太多了，30 分钟后再试。")
        device, typed = _device_and_token(user, digits, recovery)
        if device is not None:
            if not _failures(device):
                device.throttling_failure_count = 0
            if device.verify_token(typed):
                _forget_failures(user)
                if recovery:
                    record("second_factor.recovery_used", by=user, subject=user)
                return device
    left = tries_left(user)
    if not left:
        record("second_factor.locked", by=user, subject=user)
        refusal = Refused("locked", "试的次数太多了，30 分钟后再试。")
    elif recovery:
        refusal = Refused("wrong_recovery", "备用码不对，或者已经用过。每个只能用一次。")
    else:
        refusal = Refused("wrong_digits", "数字不对或者过了时，请输现在显示的。")
    raise refusal


def _device_and_token(user: Any, digits: str, recovery: str) -> tuple[Device | None, str]:
    if recovery:
        return StaticDevice.objects.filter(user=user).first(), _sealed(recovery.lower())
    return device_of(user), "".join(digits.split())


def _forget_failures(user: Any) -> None:
    for table in (TOTPDevice, StaticDevice):
        table.objects.filter(user=user).update(throttling_failure_count=0, throttling_failure_timestamp=None)


def forget(user: Any) -> None:
    """The person has lost the phone: at the next sign-in a new authenticator is set up."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
