"""Who the demo park's people of the testing are, and the sittings that they signed up for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from enterprises.models import Employment, Person
from parkportal.clock import at, park_today
from parkportal.demo import Stage
from parkportal.records.codes import take_codes
from testing.actions.sessions import slot_times
from testing.groups import facts_of_employment, group_of
from testing.models import Campaign, ConsentText, SamplingPoint, Session, SignUp, SignUpMove, Slot


@dataclass
class Cast:
    """Who may be swabbed next, and where they work."""

    stage: Stage
    persons: list[Person]
    jobs: dict[int, Employment]
    firms: list[Any]
    used: int = 0

    def take(self, count: int) -> list[Person]:
        part = self.persons[self.used : self.used + count]
        self.used += count
        return part


def sitting(
    campaign: Campaign, point: SamplingPoint, day: date, start: time, end: time, places: int, status: str = "open"
) -> tuple[Session, list[Slot]]:
    starts_at, ends_at = at(day, start), at(day, end)
    session = Session.objects.create(
        campaign=campaign, point=point, day=day, starts_at=starts_at, ends_at=ends_at, status=status,
        created_at=campaign.created_at,
    )  # fmt: skip
    slots = [
        Slot(session=session, starts_at=a, ends_at=b, places=places) for a, b in slot_times(starts_at, ends_at, 10)
    ]
    return session, slots


def sign_ups(
    cast: Cast, session: Session, slots: Sequence[Slot], persons: Sequence[Person], *, first: int = 0, over: int = 0
) -> list[SignUp]:
    """Sign-ups of the day before, at latest today's, in order and evenly over `over` slots from `first` on; the slots
    count them."""
    campaign = session.campaign
    signed_at = at(min(session.day - timedelta(days=1), park_today()), time(10))
    consent = campaign.consents.get()
    codes = take_codes("RY", len(persons), day=signed_at.date())
    over = over or len(slots) - first
    made = []
    for n, (person, code) in enumerate(zip(persons, codes, strict=True)):
        slot = slots[first + n * over // len(persons)]
        slot.taken += 1
        made.append(sign_up_of(cast, campaign, slot, person, code, signed_at + timedelta(minutes=n % 400), consent, n))
    return made


def save_sign_ups(signups: Sequence[SignUp], slots: Sequence[Slot], moves: Sequence[SignUpMove] = ()) -> None:
    """The slots with what they hold, the sign-ups as they stand now, and every step that led there."""
    Slot.objects.bulk_create(slots)
    SignUp.objects.bulk_create(signups, batch_size=200)
    SignUpMove.objects.bulk_create(
        [
            *(
                SignUpMove(subject=s, to_status="registered", effective_at=s.created_at, recorded_at=s.created_at)
                for s in signups
            ),
            *moves,
        ],
        batch_size=500,
    )


def sign_up_of(
    cast: Cast,
    campaign: Campaign,
    slot: Slot | None,
    person: Person,
    code: str,
    moment: datetime,
    consent: ConsentText,
    n: int,
) -> SignUp:
    job = cast.jobs.get(person.pk) if person.pk else None
    firm = job.enterprise if job else cast.firms[n * 7 % len(cast.firms)]
    group = group_of(facts_of_employment(job, ())) if job else ("B4" if firm.sishang_kind else "C")
    return SignUp(
        campaign=campaign,
        code=code,
        slot=slot,
        group=group,
        person=person if person.pk else None,
        enterprise=firm,
        enterprise_name=firm.name,
        name=person.name,
        document_type=person.document_type,
        number=person.number,
        document_hash=person.number_hash,
        phone=person.phone,
        phone_hash=person.phone_hash,
        declared={"post": job.post if job else "", "origin": "changsha", "symptoms": [], "had_contact": False},
        consent=consent,
        consented_at=moment,
        created_at=moment,
    )
