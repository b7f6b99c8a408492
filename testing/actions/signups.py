"""Signing up, moving, cancelling. The last place of a slot goes to exactly one person."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.urls import reverse

from enterprises.models import Enterprise, Person, PersonFlag
from enterprises.models.people import number_hash
from parkportal.clock import SHANGHAI, park_now, park_today
from parkportal.messaging import outbox
from parkportal.prepared import Prepared, inserting, send
from parkportal.reasons import plain_reason
from parkportal.records.audit import record
from parkportal.records.codes import take_code
from parkportal.records.models import Parked
from parkportal.states import Refused
from testing.actions.notices import forget_reminder
from testing.actions.waiting import hold_campaign, join_waiting, member_left, offer_places
from testing.drafts import throw_away
from testing.groups import Facts, group_of, mode_of
from testing.models import Campaign, Group, Mode, Session, SignUp, SignUpMove, SignUpStatus, Slot, Source, WaitingParty


class AlreadySignedUp(Refused):
    """This document is signed up for this campaign. Nobody is told more than that."""

    def __init__(self, signup_id: int) -> None:
        super().__init__("already_signed_up", "这个证件已经登记过这次检测。")
        self.signup_id = signup_id


@dataclass(frozen=True)
class Declaration:
    """What a person says about themselves; `number` and `phone` are already normalised."""

    name: str
    document_type: str
    number: str
    phone: str = ""
    enterprise_id: int | None = None
    enterprise_name: str = ""
    post: str = ""
    is_key_post: bool = False
    origin: str = ""
    from_outside: bool = False
    from_hubei: bool = False
    arrived_on: date | None = None
    had_contact: bool = False
    symptoms: tuple[str, ...] = ()
    address: str = ""
    guardian_name: str = ""
    language: str = "zh-hans"
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def document_hash(self) -> str:
        return number_hash(self.document_type, self.number)

    def as_kept(self) -> dict[str, Any]:
        """What stays encrypted beside the sign-up."""
        return {
            "post": self.post,
            "is_key_post": self.is_key_post,
            "origin": self.origin,
            "from_outside": self.from_outside,
            "from_hubei": self.from_hubei,
            "arrived_on": self.arrived_on.isoformat() if self.arrived_on else None,
            "had_contact": self.had_contact,
            "symptoms": list(self.symptoms),
            **self.extra,
        }


def group_for(declaration: Declaration) -> Group:
    """The group of who signs up: what is declared, the flags on the known person, and the employer's kind."""
    today = park_today()
    flags = PersonFlag.objects.in_force(today).filter(
        person__document_type=declaration.document_type, person__number_hash=declaration.document_hash
    )
    enterprise = Enterprise.objects.filter(pk=declaration.enterprise_id).first()
    recent = declaration.arrived_on is None or (today - declaration.arrived_on).days <= 14
    return group_of(
        Facts(
            flags=frozenset(flags.values_list("kind", flat=True)),
            symptoms=declaration.symptoms,
            had_contact=declaration.had_contact,
            from_hubei=declaration.from_hubei and recent,
            from_outside=declaration.from_outside,
            is_key_post=declaration.is_key_post,
            is_key_project=bool(enterprise and enterprise.is_key_project),
            is_sishang=bool(enterprise and enterprise.sishang_kind),
        )
    )


def sign_up(
    *,
    campaign_id: int,
    declaration: Declaration,
    group: str,
    slot_id: int | None,
    consent_id: int | None,
    code: str = "",
    token: UUID | None = None,
    source: str = Source.SELF,
    by: Any = None,
    wait: int | None = None,
    phone_confirmed_at: datetime | None = None,
    draft: Parked | None = None,
) -> SignUp:
    """One person's sign-up. `code` is a person code drawn before, so that its counter is not locked here. `draft`, the
    parked answers that become it, goes with the same commit.

    `wait` instead of a slot puts the person into the waiting list of that sitting, 0 into that of any. The same token
    gives back the first outcome. Raises AlreadySignedUp, or Refused `campaign_closed`, `group_not_invited`,
    `slot_gone`, `slot_full`.
    """
    made = {"token": token, "source": source, "by": by, "wait": wait, "phone_confirmed_at": phone_confirmed_at}
    try:
        with transaction.atomic():
            signup = _sign_up(campaign_id, declaration, group, slot_id, consent_id, code, **made)
            throw_away(draft)
            return signup
    except IntegrityError as fault:
        return _lost_the_race(fault, campaign_id, declaration, token)


def _sign_up(
    campaign_id: int,
    declaration: Declaration,
    group: str,
    slot_id: int | None,
    consent_id: int | None,
    code: str,
    **made: Any,
) -> SignUp:
    now = park_now()
    mode = mode_of(group)
    seen = _look(campaign_id, declaration, slot_id, made["token"])
    if seen.same_token:
        return SignUp.objects.get(pk=seen.same_token)
    if not seen.is_open:
        raise Refused("campaign_closed", "这次检测已经不再登记。")
    if seen.same_person:
        raise AlreadySignedUp(seen.same_person)
    if made["source"] == Source.SELF and seen.groups and group not in seen.groups:
        raise Refused("group_not_invited", "这次检测先安排其他人群，还没有轮到您，请留意后面的通知。")
    waits = mode == Mode.POINT and made["wait"] is not None
    if mode != Mode.POINT or made["source"] == Source.DESK or waits:
        slot_id = None
    elif slot_id is None or not seen.is_bookable:
        raise Refused("slot_gone", "这个时段不能约了，请换一个时段。")
    signup = _row(declaration, code or take_code("RY"))
    signup.phone_confirmed_at = made["phone_confirmed_at"]
    signup.campaign_id, signup.slot_id, signup.consent_id = campaign_id, slot_id, consent_id
    signup.consented_at = now if consent_id else None
    signup.group, signup.mode, signup.person_id, signup.created_at = group, mode, seen.known_person, now
    signup.source, signup.created_by, signup.token = made["source"], made["by"], made["token"]
    if waits:
        sitting = Session.objects.filter(pk=made["wait"], campaign=campaign_id).first()
        join_waiting(campaign=seen, signups=[signup], session=sitting, by=made["by"])
        return signup
    _put_in(signup, by=made["by"], at=now)
    return signup


def _put_in(signup: SignUp, *, by: Any, at: datetime) -> None:
    """The new row, its first move and its place, all or none. Raises Refused `slot_full`."""
    move = SignUpMove(
        subject=signup, to_status=SignUpStatus.REGISTERED, effective_at=at, by=by, token=signup.token
    )  # fmt: skip
    place = [] if signup.slot_id is None else [Slot.objects.taking(signup.slot_id)]
    if not send(*place, inserting(signup), inserting(move))[0]:
        raise Refused("slot_full", "这个时段刚刚约满，请换一个时段。")


_LOOK = Prepared()


def _look(campaign_id: int, declaration: Declaration, slot_id: int | None, token: UUID | None) -> Any:
    """Everything that has to be known beforehand, in one statement."""
    told = {"document_type": declaration.document_type, "number_hash": declaration.document_hash}
    found = _LOOK.first((), _seen, campaign=campaign_id, slot=slot_id, token=token, now=park_now(), **told)
    if found is None:
        raise Campaign.DoesNotExist
    return found


def _seen(
    *, campaign: int, slot: int | None, token: UUID | None, now: datetime, document_type: str, number_hash: str
) -> QuerySet[Campaign]:
    signups = SignUp.objects.filter(campaign=OuterRef("pk"))
    known = Person.objects.filter(document_type=document_type, number_hash=number_hash)
    return Campaign.objects.filter(pk=campaign).annotate(
        same_token=Subquery(SignUp.objects.filter(token=token, token__isnull=False).values("pk")[:1]),
        same_person=Subquery(signups.open().of_document(number_hash).values("pk")[:1]),
        known_person=Subquery(known.values("pk")[:1]),
        is_bookable=Exists(Slot.objects.bookable(now).filter(pk=slot, session__campaign=OuterRef("pk"))),
    )


def _row(declaration: Declaration, code: str) -> SignUp:
    signup = SignUp(
        code=code,
        name=declaration.name,
        document_type=declaration.document_type,
        number=declaration.number,
        document_hash=declaration.document_hash,
        enterprise_id=declaration.enterprise_id,
        enterprise_name=declaration.enterprise_name,
        declared=declaration.as_kept(),
        address=declaration.address,
        guardian_name=declaration.guardian_name,
        language=declaration.language,
    )
    signup.set_phone(declaration.phone)
    return signup


def _lost_the_race(fault: IntegrityError, campaign_id: int, declaration: Declaration, token: UUID | None) -> SignUp:
    """Somebody was a moment earlier: the constraint says who, and it becomes the same answer as without a race."""
    if token is not None and (first := SignUp.objects.filter(token=token).first()):
        return first
    if "slot_not_oversold" in str(fault):
        raise Refused("slot_full", "这个时段刚刚约满，请换一个时段。") from fault
    same = SignUp.objects.filter(campaign=campaign_id).open().of_document(declaration.document_hash).first()
    if same is None:
        raise fault
    raise AlreadySignedUp(same.pk) from fault


def send_link_again(*, signup_id: int) -> None:
    """The link goes to the phone that was registered first, at most once a day, whoever asked."""
    signup = SignUp.objects.get(pk=signup_id)
    if signup.phone:
        outbox.put(
            "signup_again",
            occasion=f"signup:{signup.pk}:{park_today():%Y%m%d}",
            to_phone=signup.phone,
            values={"name": signup.masked_name, "link": reverse("public:signup_code", args=[signup.public_token])},
        )


def change_slot(*, signup: SignUp, slot_id: int, by: Any = None) -> SignUp:
    """Move a sign-up to another slot of its campaign; the old place is free at once.

    Both slots are locked in the order of their ids. Raises Refused `not_changeable`, `slot_gone`, `slot_full`.
    """
    with transaction.atomic():
        hold_campaign(signup.campaign_id)
        rows = SignUp.objects.select_for_update(of=("self",)).select_related("slot", "campaign")
        signup = rows.get(pk=signup.pk)
        if not signup.can_change or signup.is_door:
            raise Refused("not_changeable", "现在不能改时间了，请直接联系采样点。")
        if signup.slot_id == slot_id:
            return signup
        ids = [pk for pk in (signup.slot_id, slot_id) if pk]
        locked = {slot.pk: slot for slot in Slot.objects.select_for_update().filter(pk__in=ids).order_by("id")}
        bookable = Slot.objects.bookable(park_now()).filter(pk=slot_id, session__campaign=signup.campaign_id)
        if slot_id not in locked or not bookable.exists():
            raise Refused("slot_gone", "这个时段不能约了，请换一个时段。")
        if locked[slot_id].is_full or not Slot.objects.take_place(slot_id):
            raise Refused("slot_full", "这个时段刚刚约满，请换一个时段。")
        old = signup.slot_id
        signup.slot = locked[slot_id]
        signup.save(update_fields=["slot"])
        record(
            "signup.slot_changed",
            by=by,
            subject=signup,
            before=_slot_fact(locked.get(old) if old else None),
            after=_slot_fact(signup.slot),
        )
        if old:
            forget_reminder(signup, old)
            _free_again(old)
        if signup.status == SignUpStatus.MISSED:
            signup.move_to(SignUpStatus.REGISTERED, by=by, reason="改约", correction=True)
    return signup


def _slot_fact(slot: Slot | None) -> dict[str, str]:
    return {"slot": f"{slot.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if slot else ""}


def correct_guardian(*, signup: SignUp, guardian: str, by: Any) -> SignUp:
    """Somebody else answers for a person under age. What is cancelled meanwhile, or says so already, stays."""
    with transaction.atomic():
        held = SignUp.objects.select_for_update().get(pk=signup.pk)
        if held.status != SignUpStatus.CANCELLED and held.guardian_name != guardian:
            before, held.guardian_name = held.masked_guardian, guardian
            held.save(update_fields=["guardian_name"])
            after = {"监护人": held.masked_guardian}
            record("signup.guardian_corrected", by=by, subject=held, before={"监护人": before}, after=after)
    return held


def cancel_signup(*, signup: SignUp, by: Any = None, reason: str = "本人取消", token: UUID | None = None) -> SignUp:
    """Give the sign-up up; the place goes to the waiting list at once, or is free.

    Raises Refused, `says_who` for a reason that names the person, or AlreadyMoved when it is cancelled already.
    """
    with transaction.atomic():
        hold_campaign(signup.campaign_id)
        signup = SignUp.objects.select_for_update(of=("self",)).select_related("slot").get(pk=signup.pk)
        was_waiting = signup.status == SignUpStatus.WAITING
        words = plain_reason(reason, names=[signup.name])
        signup.move_to(SignUpStatus.CANCELLED, by=by, reason=words, token=token)
        if was_waiting:
            member_left(signup, by=by)
        if signup.slot_id:
            forget_reminder(signup, signup.slot_id)
            _free_again(signup.slot_id)
    return signup


def _free_again(slot_id: int) -> None:
    """One place less taken, and whoever waits for it is asked at once. The caller holds the campaign."""
    Slot.objects.give_back(slot_id)
    offer_places(Slot.objects.filter(pk=slot_id).values_list("session", flat=True).get())


def slots_left(campaign: Campaign) -> Any:
    """The bookable slots with a place, in order of time, with session and point."""
    return (
        Slot.objects.bookable(park_now())
        .filter(session__campaign=campaign)
        .select_related("session__point")
        .annotate(free=F("places") - F("taken"))
        .order_by("starts_at", "session__point__name")
    )


def waiting_by_session(campaign: Campaign) -> dict[int, int]:
    """How many people wait for each sitting; under 0 those who would take any."""
    rows = WaitingParty.objects.in_line().order_by().filter(campaign=campaign)
    return {pk or 0: people for pk, people in rows.values_list("session").annotate(people=Sum("size"))}
