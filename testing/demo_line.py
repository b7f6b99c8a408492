"""The demo park's waiting list: a short sitting on Friday is full, and people are in the line for it."""

from datetime import date, datetime, time, timedelta

from enterprises.models import EnterpriseContact
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.codes import take_codes
from testing.demo_people import Cast, save_sign_ups, sign_up_of, sign_ups, sitting
from testing.models import Campaign, SamplingPoint, Session, SignUp, SignUpMove, WaitingMove, WaitingParty

TUESDAY, FRIDAY = date(2020, 2, 18), date(2020, 2, 21)
# who holds the places of the sitting that is full, and who waits for it: a firm's four, and two alone
FULL, GROUP_IN_LINE, ALONE_IN_LINE = 6, 4, 2
WANTED = FULL + GROUP_IN_LINE + ALONE_IN_LINE


def plant_line(stage: Stage, campaign: Campaign, point: SamplingPoint, cast: Cast) -> None:
    """A short sitting on Friday is full: a firm's people wait for it together, and two people alone."""
    session, slots = sitting(campaign, point, FRIDAY, time(9), time(9, 20), places=FULL // 2)
    save_sign_ups(sign_ups(cast, session, slots, cast.take(FULL)), slots)
    moment, consent = at(TUESDAY, time(15, 10)), campaign.consents.get()
    waiting = cast.take(GROUP_IN_LINE + ALONE_IN_LINE)
    codes = take_codes("RY", len(waiting), day=TUESDAY)
    parties: list[WaitingParty] = []
    made = []
    for n, (person, code) in enumerate(zip(waiting, codes, strict=True)):
        if n == 0 or n >= GROUP_IN_LINE:
            since = moment + timedelta(minutes=9 * len(parties))
            parties.append(_party(stage, session, GROUP_IN_LINE if n == 0 else 1, since))
        signup = sign_up_of(cast, campaign, None, person, code, parties[-1].waiting_since, consent, n)
        signup.status, signup.party = "waiting", parties[-1]
        if parties[-1].enterprise:
            signup.enterprise, signup.enterprise_name = parties[-1].enterprise, parties[-1].enterprise.name
        made.append(signup)
    SignUp.objects.bulk_create(made)
    SignUpMove.objects.bulk_create(
        [SignUpMove(subject=s, to_status="waiting", effective_at=s.created_at, recorded_at=s.created_at) for s in made]
    )


def _party(stage: Stage, session: Session, size: int, since: datetime) -> WaitingParty:
    """A firm's people were put into the line by its contact, a person did it alone."""
    contact = stage.users["lianluo1"] if size > 1 else None
    firm = EnterpriseContact.objects.get(user=contact).enterprise if contact else None
    party = WaitingParty.objects.create(
        campaign=session.campaign, session=session, enterprise=firm, size=size, waiting_since=since, created_by=contact
    )
    WaitingMove.objects.create(subject=party, to_status="waiting", effective_at=since, recorded_at=since, by=contact)
    return party
