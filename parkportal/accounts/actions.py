"""What is done to accounts, by whom; every act is in the audit."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from parkportal.accounts import second_factor
from parkportal.accounts.models import Role, RoleGrant, User
from parkportal.clock import park_today
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused

TEMPORARY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def grant_role(*, user: User, role: str, by: Any) -> RoleGrant:
    """A role from today on. Raises Refused `own_account`, `already_granted`, `deactivated`."""
    _not_oneself(user, by)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            raise Refused("deactivated", "这个账号已停用，先启用再授予角色。")
        if user.grants.filter(role=role, ends_on__isnull=True).exists():
            raise AlreadyMoved("already_granted", "这个账号已经有这个角色。")
        grant = RoleGrant.objects.create(user=user, role=role, granted_by=by)
        record("role.granted", by=by, subject=user, after={"role": Role(role).label})
    return grant


def end_role(*, grant: RoleGrant, by: Any) -> None:
    """The role ends today. Raises Refused `own_account`."""
    _not_oneself(grant.user, by)
    today = park_today()
    with transaction.atomic():
        open_grant = RoleGrant.objects.filter(pk=grant.pk, ends_on__isnull=True)
        if open_grant.update(ends_on=max(today, grant.starts_on)):
            record("role.ended", by=by, subject=grant.user, before={"role": grant.get_role_display()})


def deactivate(*, user: User, by: Any, reason: str) -> None:
    """No sign-in any more, and every session ends now. Raises Refused `own_account`."""
    _not_oneself(user, by)
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            user.refresh_from_db()
            user.end_sessions()
            record("account.deactivated", by=by, subject=user, reason=reason)


def activate(*, user: User, by: Any) -> None:
    """Sign-in is open again, with the old password."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            record("account.activated", by=by, subject=user)


def reset_password(*, user: User, by: Any) -> str:
    """A temporary password, said to the person face to face and changed at the next sign-in. Every session ends."""
    _not_oneself(user, by)
    temporary = "-".join("".join(secrets.choice(TEMPORARY_LETTERS) for _ in range(5)) for _ in range(4))
    with transaction.atomic():
        user.set_password(temporary)
        user.must_change_password = True
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        user.end_sessions()
        record("password.reset", by=by, subject=user)
    return temporary


def reset_second_factor(*, user: User, by: Any, reason: str) -> None:
    """The person's phone is lost: the next sign-in sets up a new authenticator. Every session ends."""
    _not_oneself(user, by)
    with transaction.atomic():
        second_factor.forget(user)
        user.end_sessions()
        record("second_factor.reset", by=by, subject=user, reason=reason)


def change_password(*, user: User, password: str) -> None:
    """The person's own change; the form has checked the rules. Other sessions end."""
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = False
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        record("password.changed", by=user, subject=user)


def _not_oneself(user: User, by: Any) -> None:
    if by is not None and user.pk == by.pk:
        raise Refused("own_account", "自己的账号要请另一位管理员来改。")
