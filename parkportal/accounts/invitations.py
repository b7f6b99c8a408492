"""Links in text messages that open one account, once, for one purpose and one subject.

The app that owns a purpose says in AppConfig.ready() what becomes of it:
`register("enterprise_contact", complete, describe)`. Only a keyed hash of the link's token is kept.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from parkportal.accounts.models import Invitation, Role, RoleGrant, User
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.identifiers import normal_phone
from parkportal.messaging import outbox
from parkportal.privacy import lookup_hash
from parkportal.records.audit import record
from parkportal.states import Refused

STAFF = "staff"
Complete = Callable[[Invitation, User], None]
Describe = Callable[[Invitation], str]


@dataclass(frozen=True)
class Ending:
    complete: Complete
    describe: Describe


def _only_the_role(invitation: Invitation, user: User) -> None:
    """Staff invitations give the role and nothing else."""


_endings: dict[str, Ending] = {}


def register(purpose: str, complete: Complete, describe: Describe | None = None) -> None:
    """`complete(invitation, user)` writes the membership, in the transaction that uses the invitation up.

    `describe(invitation)` names what it leads to, e.g. the enterprise; by default the park.
    """
    _endings[purpose] = Ending(complete, describe or (lambda invitation: ""))


register(STAFF, _only_the_role)


def invite(
    *,
    name: str,
    phone: str,
    role: str,
    purpose: str,
    subject_id: int | None = None,
    by: Any,
    token: UUID | None = None,
) -> Invitation:
    """Write the invitation and its message. An earlier open one for the same phone, purpose, subject and role lapses.

    `token` is the form's: the same again gives the first invitation back.
    Raises KeyError for a purpose nobody registered, IdentifierProblem for a wrong phone.
    """
    number = normal_phone(phone)
    same = {
        "phone_hash": lookup_hash(number, kind="phone"),
        "purpose": _known(purpose),
        "subject_id": subject_id,
        "role": role,
    }

    def create() -> Invitation:
        for earlier in Invitation.objects.open().filter(**same):
            withdraw(earlier, by=by, reason="已重新邀请")
        key = secrets.token_hex(12)
        invitation = Invitation.objects.create(
            **same, token_hash=_hash(key), name=name, phone=number, invited_by=by, token=token
        )
        _send(invitation, key)
        record("invitation.sent", by=by, subject=invitation, after={"role": Role(role).label, "purpose": purpose})
        return invitation

    return once(Invitation, token, create)[0]


def _known(purpose: str) -> str:
    _endings[purpose]
    return purpose


def _send(invitation: Invitation, key: str) -> None:
    """The link stands in the message and nowhere else."""
    outbox.put(
        "invitation",
        occasion=f"invitation-{invitation.pk}",
        to_phone=invitation.phone,
        values={
            "name": invitation.name,
            "inviter": invitation.invited_by.name,
            "place": place_of(invitation) or "园区",
            "role": invitation.get_role_display(),
            "link": reverse("accounts:invitation", args=[key]),
        },
        expires_at=park_now() + (invitation.expires_at - invitation.created_at),
        by=invitation.invited_by,
        label=invitation.get_role_display(),
        context_id=invitation.pk,
    )


def withdraw(invitation: Invitation, *, by: Any, reason: str) -> None:
    """The link no longer opens anything, and the message is taken back if it has not gone out."""
    with transaction.atomic():
        if Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
            outbox.withdraw("invitation", occasion=f"invitation-{invitation.pk}", by=by, reason=reason)
            record("invitation.withdrawn", by=by, subject=invitation, reason=reason)


def _hash(token: str) -> str:
    return lookup_hash(token, kind="invitation")


def find(token: str) -> Invitation | None:
    """The open invitation of a link; used, withdrawn, lapsed and unknown ones are None alike."""
    opened = Invitation.objects.open().filter(token_hash=_hash(token), purpose__in=_endings)
    return opened.select_related("invited_by").first()


def place_of(invitation: Invitation) -> str:
    """What the invitation leads to, in words."""
    return _endings[invitation.purpose].describe(invitation)


def account_of(invitation: Invitation) -> User | None:
    """The account that the invited phone has already, if any."""
    return User.objects.filter(phone_hash=invitation.phone_hash, is_active=True).order_by("id").first()


def accept(invitation: Invitation, *, username: str, password: str) -> User:
    """Open the account. Of two at the same time one wins; the other gets Refused `used`."""
    with transaction.atomic():
        user = User(username=username, name=invitation.name)
        user.set_phone(invitation.phone)
        user.set_password(password)
        user.save()
        _use_up(invitation, user)
    return user


def accept_as(invitation: Invitation, *, user: User) -> User:
    """The person has an account already, with the invited phone: it gets the role and the membership too.

    Raises Refused `other_phone` for another person's account, `used` when somebody was quicker.
    """
    if user.phone_hash != invitation.phone_hash:
        raise Refused("other_phone", "这个邀请发给了另一个手机号，不能用现在的账号接受。")
    with transaction.atomic():
        _use_up(invitation, user)
    return user


def _use_up(invitation: Invitation, user: User) -> None:
    """The conditional update is what makes a link single-use."""
    opened = Invitation.objects.open().filter(pk=invitation.pk)
    if not opened.update(used_at=timezone.now(), used_by=user):
        raise Refused("used", "这个链接已经用过了。")
    if not user.grants.filter(role=invitation.role, ends_on__isnull=True).exists():
        RoleGrant.objects.create(user=user, role=invitation.role, granted_by=invitation.invited_by)
    _endings[invitation.purpose].complete(invitation, user)
    record("invitation.accepted", by=user, subject=invitation)
