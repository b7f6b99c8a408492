"""The waiting list. A place that becomes free is offered at once to whom waits longest and fits whole; an offer expires.

Whoever frees, offers or takes an offered place holds the campaign's row first (`hold_campaign`), then slots in the
order of their ids: the public sign-up takes one slot without that row and so never waits in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Sum
from django.urls import reverse

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.messaging import outbox
from parkportal.messaging.window import earliest
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.actions.notices import confirm
from testing.models import (
    Campaign,
    PartyStatus,
    Session,
    SignUp,
    SignUpMove,
    SignUpStatus,
    Slot,
    WaitingMove,
    WaitingParty,
)
from testing.words import moment_words, place_words, slot_words

OFFER_STANDS = timedelta(minutes=30)
LEAD = timedelta(minutes=20)
LOOK_AT = 50


def hold_campaign(campaign_id: int) -> None:
    """One after the other among those who free and offer places; a sign-up's foreign key does not wait for it."""
    list(Campaign.objects.select_for_update(of=("self",), no_key=True).filter(pk=campaign_id).values_list("pk"))


def join_waiting(
    *,
    campaign: Campaign,
    signups: Sequence[SignUp],
    session: Session | None,
    enterprise: Enterprise | None = None,
    may_split: bool = False,
    by: Any = None,
    token: UUID | None = None,
) -> WaitingParty:
    """Put people who are not saved yet at the end of the line, together. A place that is free meanwhile is offered.

    Raises IntegrityError for somebody who is signed up already.
    """
    with transaction.atomic():
        hold_campaign(campaign.pk)
        now = park_now()
        party = WaitingParty.objects.create(
            campaign=campaign, session=session, enterprise=enterprise, size=len(signups), may_split=may_split,
            waiting_since=now, created_by=by, token=token,
        )  # fmt: skip
        WaitingMove.objects.create(subject=party, to_status=PartyStatus.WAITING, effective_at=now, by=by)
        for signup in signups:
            signup.party, signup.status, signup.slot = party, SignUpStatus.WAITING, None
        if len(signups) == 1:
            signups[0].save(force_insert=True)
        else:
            SignUp.objects.bulk_create(signups, batch_size=200)
        SignUpMove.objects.bulk_create(
            [SignUpMove(subject=s, to_status=SignUpStatus.WAITING, effective_at=now, by=by) for s in signups],
            batch_size=500,
        )
        for session_id in [session.pk] if session else _sessions_of(campaign.pk):
            offer_places(session_id)
    return party


def _sessions_of(campaign_id: int) -> list[int]:
    coming = Session.objects.at_points().bookable(park_now()).filter(campaign=campaign_id)
    return list(coming.order_by("starts_at").values_list("pk", flat=True))


@dataclass(frozen=True)
class _Share:
    """So many places of one slot."""

    slot: Slot
    count: int


def offer_soon(session_id: int) -> None:
    """The same in a transaction of its own, for a sitting that has just been made."""
    with transaction.atomic():
        campaign_id = Session.objects.filter(pk=session_id).values_list("campaign", flat=True).get()
        hold_campaign(campaign_id)
        offer_places(session_id)


def offer_places(session_id: int) -> list[WaitingParty]:
    """Offer what is free in a sitting; the caller holds the campaign. Who was offered something.

    A group is offered places only when all of them fit into this sitting; one that may be split also across sittings.
    """
    session = Session.objects.select_related("point").get(pk=session_id)
    here, anywhere = _left(session)
    fits = Q(size__lte=here) | Q(size__lte=anywhere, may_split=True, session=None)
    parties = list(WaitingParty.objects.wanting(session).filter(fits)[:LOOK_AT]) if here else []
    offered = []
    for party in parties:
        shares = _shares(party, session)
        if shares:
            _offer(party, session, shares)
            offered.append(party)
    return offered


def _left(session: Session) -> tuple[int, int]:
    """How many places that may be offered the sitting has, and all sittings of its campaign."""
    slots = Slot.objects.bookable(park_now()).filter(session__campaign=session.campaign_id)
    left = F("places") - F("taken")
    found = slots.filter(starts_at__gt=park_now() + LEAD).aggregate(
        here=Sum(left, filter=Q(session=session), default=0), anywhere=Sum(left, default=0)
    )
    return found["here"], found["anywhere"]


def _shares(party: WaitingParty, session: Session) -> list[_Share]:
    """Which places this party would get, in order of time; nothing when they do not suffice."""
    soon = park_now() + LEAD
    wide = party.may_split and party.session_id is None
    slots = Slot.objects.bookable(park_now()).filter(session__campaign=party.campaign_id, starts_at__gt=soon)
    if not wide:
        slots = slots.filter(session=session)
    locked = list(slots.select_for_update(of=("self",)).order_by("id"))
    free = sorted((slot for slot in locked if slot.left), key=lambda slot: (slot.starts_at, slot.pk))
    here = [slot for slot in free if slot.session_id == session.pk]
    if wide and sum(slot.left for slot in here) < party.size:
        here = free
    shares, missing = [], party.size
    for slot in here:
        count = min(slot.left, missing)
        if count:
            shares.append(_Share(slot, count))
            missing -= count
    return [] if missing else shares


def _offer(party: WaitingParty, session: Session, shares: Sequence[_Share]) -> None:
    """Take the places for the party and tell it how long they are kept."""
    now = park_now()
    for share in sorted(shares, key=lambda one: one.slot.pk):
        Slot.objects.filter(pk=share.slot.pk).update(taken=F("taken") + share.count)
    first = min(share.slot.starts_at for share in shares)
    party.offered_session, party.offered_at = session, now
    party.offer_until = min(earliest(now) + OFFER_STANDS, first - timedelta(minutes=5))
    party.move_to(PartyStatus.OFFERED, at=now, save=("offered_session", "offered_at", "offer_until"))
    places = [share.slot for share in shares for _ in range(share.count)]
    members = list(party.signups.filter(status=SignUpStatus.WAITING).order_by("id"))
    for signup, slot in zip(members, places, strict=True):
        signup.slot = slot
    SignUp.objects.bulk_update(members, ["slot"], batch_size=200)
    _tell_offer(party, members, shares)


def _tell_offer(party: WaitingParty, members: Sequence[SignUp], shares: Sequence[_Share]) -> None:
    slot = shares[0].slot
    session = Session.objects.select_related("point").get(pk=slot.session_id)
    sittings = len({share.slot.session_id for share in shares})
    what = f"{party.size}人，" if party.is_group else ""
    if sittings > 1:
        what += f"分在{sittings}场，"
    values = {
        "what": f"{what}{slot_words(slot)}，{place_words(session.point)}",
        "until": _until_words(party),
        "link": reverse("public:signup_offer", args=[party.public_token]),
    }
    _message("waiting_offer", party, members, values, occasion=_occasion(party), expires_at=party.offer_until)


def _until_words(party: WaitingParty) -> str:
    until = party.offer_until
    return moment_words(until) if until else ""


def _message(purpose: str, party: WaitingParty, members: Sequence[SignUp], values: dict[str, Any], **more: Any) -> None:
    """To the person who waits; for a group to the contact who put it into the line."""
    if party.created_by is not None:
        outbox.put(purpose, to_user=party.created_by, values={"name": party.created_by.name, **values}, **more)
        return
    for signup in members:
        if signup.phone:
            outbox.put(purpose, to_phone=signup.phone, values={"name": signup.masked_name, **values}, **more)


def _lock_party(party: WaitingParty) -> WaitingParty:
    hold_campaign(party.campaign_id)
    return WaitingParty.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=party.pk)


def accept_offer(*, party: WaitingParty, by: Any = None) -> list[SignUp]:
    """The offered places are theirs. Accepting twice is the same.

    Raises Refused `offer_lapsed` when it was kept long enough, `no_offer`.
    """
    with transaction.atomic():
        party = _lock_party(party)
        if party.status == PartyStatus.PLACED:
            return list(party.signups.all())
        is_late = (
            party.status == PartyStatus.OFFERED and party.offer_until is not None and (party.offer_until <= park_now())
        )
        if is_late:
            _lapse(party)
        elif party.status == PartyStatus.OFFERED:
            return _place(party, by=by)
    if is_late or party.status == PartyStatus.LAPSED:
        raise Refused("offer_lapsed", "留给您的名额已经过了确认时间，让给了下一位，请重新登记或候补。")
    raise Refused("no_offer", "现在没有留给您的名额。")


def _place(party: WaitingParty, *, by: Any) -> list[SignUp]:
    party.move_to(PartyStatus.PLACED, by=by)
    members = list(
        party.signups.filter(status=SignUpStatus.WAITING).select_related("slot__session__point").order_by("id")
    )
    for signup in members:
        signup.move_to(SignUpStatus.REGISTERED, by=by, reason="候补排上")
        confirm(signup)
    return members


def leave_waiting(*, party: WaitingParty, by: Any = None, reason: str = "不等了") -> WaitingParty:
    """Out of the line; offered places go to the next one at once. Raises Refused `not_waiting`."""
    with transaction.atomic():
        party = _lock_party(party)
        if party.status not in {PartyStatus.WAITING, PartyStatus.OFFERED}:
            raise Refused("not_waiting", "已经不在候补里了。")
        _end(party, PartyStatus.WITHDRAWN, reason, by=by, told=False)
    return party


def member_left(signup: SignUp, *, by: Any = None) -> None:
    """One of a party has cancelled: the others go on waiting, an empty party is over. The caller holds the campaign."""
    party = WaitingParty.objects.select_for_update(of=("self",)).get(pk=signup.party_id)
    left = party.signups.filter(status=SignUpStatus.WAITING).count()
    if left:
        WaitingParty.objects.filter(pk=party.pk).update(size=left)
    elif party.status in {PartyStatus.WAITING, PartyStatus.OFFERED}:
        party.move_to(PartyStatus.WITHDRAWN, by=by, reason="都取消了")
        _forget_offer(party)


def tend_waiting(now: datetime) -> int:
    """What the schedule asks: offers that were not taken up lapse, free places are offered. How many lapsed."""
    lapsed = 0
    for party in WaitingParty.objects.overdue(now).order_by("offer_until"):
        with transaction.atomic():
            party = _lock_party(party)
            if party.status == PartyStatus.OFFERED:
                _lapse(party)
                lapsed += 1
    for campaign_id in WaitingParty.objects.in_line().order_by().values_list("campaign", flat=True).distinct():
        for session_id in _sessions_of(campaign_id):
            offer_soon(session_id)
    return lapsed


def _lapse(party: WaitingParty) -> None:
    _end(party, PartyStatus.LAPSED, "到时没有确认")


def _end(party: WaitingParty, status: str, reason: str, *, by: Any = None, told: bool = True) -> None:
    """The party's sign-ups are cancelled, its places are offered to the next one, and it is told why."""
    members = list(party.signups.filter(status=SignUpStatus.WAITING).order_by("id"))
    sittings = _give_back(members)
    party.move_to(status, by=by, reason=reason)
    for signup in members:
        signup.move_to(SignUpStatus.CANCELLED, by=by, reason=reason)
    _forget_offer(party)
    if told:
        link = reverse("public:signup", args=[party.campaign.slug])
        _message("waiting_over", party, members, {"why": reason, "link": link}, occasion=f"party:{party.pk}:over")
    for session_id in sittings:
        offer_places(session_id)


def _give_back(members: Sequence[SignUp]) -> list[int]:
    """Free the places that these people hold; the sittings in which something became free."""
    slot_ids = sorted(signup.slot_id for signup in members if signup.slot_id)
    for slot_id in slot_ids:
        Slot.objects.give_back(slot_id)
    SignUp.objects.filter(pk__in=[signup.pk for signup in members]).update(slot=None)
    for signup in members:
        signup.slot = None
    return sorted(set(Slot.objects.filter(pk__in=slot_ids).values_list("session", flat=True)))


def _occasion(party: WaitingParty) -> str:
    """One for each offer: a party that goes back to the line may be asked again."""
    return f"party:{party.pk}:{int(party.offered_at.timestamp()) if party.offered_at else 0}"


def _forget_offer(party: WaitingParty) -> None:
    outbox.withdraw("waiting_offer", occasion=_occasion(party), reason="候补结束")


def withdraw_offers(*, session: Session, by: Any) -> int:
    """A sitting is off: who was offered something there stands in the line again, at the old place."""
    parties = WaitingParty.objects.filter(status=PartyStatus.OFFERED, offered_session=session)
    for party in parties.select_for_update(of=("self",)):
        _give_back(list(party.signups.filter(status=SignUpStatus.WAITING)))
        _forget_offer(party)
        party.offered_session = party.offered_at = party.offer_until = None
        party.move_to(
            PartyStatus.WAITING, by=by, reason="场次取消", correction=True,
            save=("offered_session", "offered_at", "offer_until"),
        )  # fmt: skip
    return WaitingParty.objects.filter(status=PartyStatus.WAITING, session=session).update(session=None)


def dissolve_waiting(*, campaign: Campaign, reason: str, by: Any) -> int:
    """The campaign takes no more sign-ups: everybody in the line is told. How many parties."""
    hold_campaign(campaign.pk)
    parties = list(WaitingParty.objects.in_line().filter(campaign=campaign).select_related("campaign", "created_by"))
    for party in parties:
        _end(party, PartyStatus.WITHDRAWN, reason, by=by)
    if parties:
        record("waiting.dissolved", by=by, subject=campaign, after={"count": len(parties)}, reason=reason)
    return len(parties)
