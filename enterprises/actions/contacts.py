"""The enterprise's own people with an account: invited by a link, ended with a day."""

from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.actions.registering import correct_enterprise
from enterprises.models import Enterprise, EnterpriseContact
from parkportal.accounts import invitations
from parkportal.accounts.models import Invitation, User, in_force
from parkportal.clock import park_today
from parkportal.identifiers import normal_phone
from parkportal.records.audit import record
from parkportal.states import Refused

PURPOSE = "enterprise_contact"


def invite_contact(
    *, enterprise: Enterprise, name: str, phone: str, kind: str, by: Any, token: UUID | None = None
) -> Invitation:
    """Send a single-use link that makes its reader the liaison or principal of this enterprise.

    Raises Refused `already_contact` when the phone's account is one already, IdentifierProblem for a wrong phone.
    """
    number = normal_phone(phone)
    held = enterprise.contacts.filter(in_force(), user__phone_hash=_phone_hash(number), kind=kind)
    if held.exists():
        raise Refused("already_contact", "这个手机号的账号已经是这家企业的联络人。", field="phone")
    return invitations.invite(
        name=name, phone=number, role=kind, purpose=PURPOSE, subject_id=enterprise.pk, by=by, token=token
    )


def _phone_hash(number: str) -> str:
    probe = User()
    probe.set_phone(number)
    return probe.phone_hash


def hand_over(*, contact: EnterpriseContact, name: str, phone: str, by: Any, token: UUID | None = None) -> Invitation:
    """Invite a successor; when the link is used the account that hands over ends by itself.

    Raises Refused `already_contact`, IdentifierProblem for a wrong phone.
    """
    with transaction.atomic():
        locked = EnterpriseContact.objects.select_for_update().select_related("enterprise").get(pk=contact.pk)
        invitation = invite_contact(
            enterprise=locked.enterprise, name=name, phone=phone, kind=locked.kind, by=by, token=token
        )
        if locked.handing_over_to_id != invitation.pk:
            locked.handing_over_to = invitation
            locked.save(update_fields=["handing_over_to"])
    return invitation


def complete_invitation(invitation: Invitation, user: User) -> None:
    """Called when the link is used: the account reaches the enterprise from today, and whoever handed over leaves."""
    enterprise = Enterprise.objects.get(pk=invitation.subject_id).living()
    held = EnterpriseContact.objects.filter(in_force(), enterprise=enterprise, user=user).first()
    if held is None:
        EnterpriseContact.objects.create(enterprise=enterprise, user=user, kind=invitation.role)
    elif invitation.role == EnterpriseContact.Kind.PRINCIPAL:
        EnterpriseContact.objects.filter(pk=held.pk).update(kind=invitation.role)
    record("enterprise.contact_added", by=user, subject=enterprise, after={"kind": invitation.role})
    for leaving in EnterpriseContact.objects.filter(in_force(), handing_over_to=invitation).exclude(user=user):
        _succeed(leaving, enterprise, user)


def _succeed(leaving: EnterpriseContact, enterprise: Enterprise, user: User) -> None:
    """The account ends; where the register names the one who leaves, it names the successor from now on."""
    leaving.end()
    record("enterprise.contact_ended", by=user, subject=enterprise, before={"kind": leaving.kind}, reason="交接")
    who = "principal" if leaving.kind == EnterpriseContact.Kind.PRINCIPAL else "liaison"
    if getattr(enterprise, f"{who}_name") == leaving.user.name:
        data = {f"{who}_name": user.name, f"{who}_phone": user.phone}
        correct_enterprise(enterprise=enterprise, data=data, version=enterprise.version, by=user, reason="交接")


def describe_invitation(invitation: Invitation) -> str:
    """The enterprise that the link leads to."""
    return Enterprise.objects.filter(pk=invitation.subject_id).values_list("name", flat=True).first() or ""


def end_contact(*, contact: EnterpriseContact, by: Any, reason: str = "") -> None:
    """The account reaches the enterprise no longer. The last one cannot leave alone. Raises Refused `last_contact`."""
    with transaction.atomic():
        enterprise = Enterprise.objects.select_for_update().get(pk=contact.enterprise_id)
        held = enterprise.contacts.filter(in_force(park_today()))
        if not by.has_role("committee") and not held.exclude(pk=contact.pk).exists():
            raise Refused("last_contact", "这是最后一个联络账号，请先邀请接手的人。")
        contact.end()
        record("enterprise.contact_ended", by=by, subject=enterprise, before={"kind": contact.kind}, reason=reason)
