"""The demo park's testing: 863 distinct persons with a collected specimen by 2020-02-18 17:40. All persons invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from enterprises.demo import invented_person
from enterprises.models import Employment, Person
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.codes import take_codes
from supplies.actions import consume_kits
from supplies.demo import bring_kits
from supplies.models import Place
from testing.actions.campaigns import CONSENT_TEXT, CONSENT_TEXT_EN, slot_times
from testing.demo_custody import Tube, plant_boxes, plant_readings
from testing.groups import facts_of_employment, group_of
from testing.models import (
    BoxCheck,
    Campaign,
    ConsentText,
    LabStaff,
    PointStaff,
    Reading,
    Reconciliation,
    Result,
    SamplingPoint,
    Session,
    SignUp,
    SignUpMove,
    Slot,
    Specimen,
    SpecimenMove,
)

PERSONS_SAMPLED = 863
STAFF_FROM = date(2020, 1, 24)
KITS_BROUGHT = 1200
# day → persons swabbed for the first time; the day before yesterday's twelve come again
EARLIER = {date(2020, 2, 11): 160, date(2020, 2, 12): 170, date(2020, 2, 13): 165, date(2020, 2, 14): 145}
MONDAY, TUESDAY = date(2020, 2, 17), date(2020, 2, 18)
MONDAY_NEW, MONDAY_AGAIN, TUESDAY_NEW = 120, 12, 103
WAITING_TODAY = 18
COMING = (
    (date(2020, 2, 19), time(9), time(11, 30)),
    (date(2020, 2, 19), time(14), time(17)),
    (date(2020, 2, 20), time(9), time(11, 30)),
)


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


def plant(stage: Stage) -> None:
    """A point, two campaigns, five days of swabs, boxes, results, and people who wait."""
    point, lab = _places(stage)
    cast = _cast(stage)
    earlier = _campaign(
        stage, lab, "首批复工检测", "First round of testing", "shoupi", date(2020, 2, 10), date(2020, 2, 14), "closed"
    )
    current = _campaign(
        stage, lab, "复工人员检测", "Testing for people back at work", "fugong", MONDAY, date(2020, 2, 28), "open"
    )
    bring_kits(stage, code=point.code, name=point.name, quantity=KITS_BROUGHT)
    for day, count in EARLIER.items():
        _past_day(stage, earlier, point, cast.take(count), cast, day)
    again = cast.persons[:MONDAY_AGAIN]
    _past_day(stage, current, point, cast.take(MONDAY_NEW) + again, cast, MONDAY)
    _today(stage, current, point, cast)
    _coming(stage, current, point, cast)
    stage.notes["campaign"] = current


def _places(stage: Stage) -> tuple[SamplingPoint, Any]:
    users, lab = stage.users, stage.notes["lab"]
    point = SamplingPoint.objects.create(
        name="产业园 A1 栋", building="A1", place="一楼大厅", name_en="Industrial Park, Building A1", code="A1"
    )
    PointStaff.objects.bulk_create(
        [PointStaff(point=point, user=users[name], starts_on=STAFF_FROM) for name in ("caiyang1", "caiyang2")]
    )
    LabStaff.objects.bulk_create(
        [LabStaff(lab=lab, user=users[name], starts_on=STAFF_FROM) for name in ("jianyan", "shenhe")]
    )
    return point, lab


def _cast(stage: Stage) -> Cast:
    """The people of the rosters first; the others are invented here and stand in no roster."""
    known = list(stage.notes["persons"])
    wanted = PERSONS_SAMPLED + WAITING_TODAY + 90
    serial = stage.notes["last_serial"]
    others = [invented_person(stage, serial + n) for n in range(1, wanted - len(known) + 1)]
    jobs = {job.person_id: job for job in Employment.objects.select_related("enterprise")}
    stage.rng.shuffle(known)
    return Cast(stage, [*known, *others], jobs, list(stage.notes["resumed"]))


def _campaign(
    stage: Stage, lab: Any, title: str, title_en: str, slug: str, starts_on: date, ends_on: date, status: str
) -> Campaign:
    campaign = Campaign.objects.create(
        title=title,
        title_en=title_en,
        slug=slug,
        purpose="园区为复工和新返长人员免费安排核酸检测，凭码采样，收样后一个工作日内出结果。",
        purpose_en="Free nucleic acid tests for people back at work; results within one working day.",
        lab=lab,
        starts_on=starts_on,
        ends_on=ends_on,
        status=status,
        created_at=at(starts_on - timedelta(days=1), time(9)),
        created_by=stage.users["guanwei2"],
    )
    ConsentText.objects.create(
        campaign=campaign, version=1, text=CONSENT_TEXT, text_en=CONSENT_TEXT_EN, valid_from=date(2020, 2, 10)
    )
    return campaign


def _session(
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


def _signups(
    cast: Cast, session: Session, slots: Sequence[Slot], persons: Sequence[Person], per_slot: int, *, first: int = 0
) -> list[SignUp]:
    """Sign-ups of the evening before, spread over the slots in order; the slots count them."""
    campaign = session.campaign
    signed_at = at(session.day - timedelta(days=1), time(10))
    consent = campaign.consents.get()
    codes = take_codes("RY", len(persons), day=signed_at.date())
    made = []
    for n, (person, code) in enumerate(zip(persons, codes, strict=True)):
        slot = slots[min(first + n // per_slot, len(slots) - 1)]
        slot.taken += 1
        made.append(_signup(cast, campaign, slot, person, code, signed_at + timedelta(minutes=n % 400), consent, n))
    return made


def _save_signups(signups: Sequence[SignUp], slots: Sequence[Slot], moves: Sequence[SignUpMove] = ()) -> None:
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


def _signup(
    cast: Cast,
    campaign: Campaign,
    slot: Slot,
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


def _collected(
    stage: Stage, session: Session, signups: Sequence[SignUp], start: datetime, gap: int
) -> tuple[list[Tube], list[SignUpMove]]:
    """Each person measured and swabbed, one every `gap` seconds: the tubes in order, and the steps; nothing is saved."""
    clerks = [stage.users["caiyang1"], stage.users["caiyang2"]]
    codes = take_codes("YL", len(signups), day=session.day)
    moves, tubes = [], []
    for n, (signup, barcode) in enumerate(zip(signups, codes, strict=True)):
        moment, lane = start + timedelta(seconds=gap * n), n % 2 + 1
        clerk = clerks[n % 2]
        signup.status, signup.temperature_tenths = "collected", 360 + stage.rng.randrange(0, 11)
        signup.attended_session, signup.attended_at = session, moment
        for before, to, after in (("registered", "measured", 12), ("measured", "collected", 40)):
            when = moment + timedelta(seconds=after)
            moves.append(
                SignUpMove(
                    subject=signup,
                    from_status=before,
                    to_status=to,
                    effective_at=when,
                    recorded_at=when,
                    by=clerk,
                    session=session,
                    lane=lane,
                )  # fmt: skip
            )
        tubes.append(_tube(session, signup, barcode, moment + timedelta(seconds=40), clerk, lane))
    return tubes, moves


def _tube(session: Session, signup: SignUp, barcode: str, moment: datetime, clerk: Any, lane: int) -> Tube:
    specimen = Specimen(
        barcode=barcode, signup=signup, session=session, lab=session.campaign.lab, status="collected", lane=lane,
        issued_at=moment, collected_at=moment, collected_by=clerk, recorded_at=moment,
    )  # fmt: skip
    tube = Tube(specimen)
    tube.went("issued", moment, clerk)
    tube.went("collected", moment, clerk)
    return tube


def _save_tubes(tubes: Sequence[Tube]) -> None:
    """Every tube as it stands now, how it came there, and what the laboratory wrote of it."""
    Specimen.objects.bulk_create([tube.specimen for tube in tubes], batch_size=200)
    moves = [
        SpecimenMove(
            subject=tube.specimen, from_status=before, to_status=to, effective_at=when, recorded_at=when, by=by
        )
        for tube in tubes
        for before, to, when, by in tube.moves
    ]
    SpecimenMove.objects.bulk_create(moves, batch_size=500)
    BoxCheck.objects.bulk_create([tube.check for tube in tubes if tube.check], batch_size=200)
    Reading.objects.bulk_create([tube.reading for tube in tubes if tube.reading], batch_size=200)
    Result.objects.bulk_create([tube.result for tube in tubes if tube.result], batch_size=200)


def _past_day(
    stage: Stage, campaign: Campaign, point: SamplingPoint, persons: list[Person], cast: Cast, day: date
) -> None:
    """A day that is over: everybody swabbed, every box received; results out, except some of Monday's."""
    session, slots = _session(campaign, point, day, time(9), time(17), places=10, status="closed")
    signups = _signups(cast, session, slots, persons, per_slot=4)
    tubes, moves = _collected(stage, session, signups, at(day, time(9, 2)), gap=150)
    _save_signups(signups, slots, moves)
    plant_boxes(stage, session, tubes, handed_at=at(day, time(17, 20)), received_at=at(day, time(18, 5)))
    plant_readings(stage, tubes, day=day, is_monday=day == MONDAY)
    _save_tubes(tubes)
    kits = consume_kits(
        point=Place.objects.point(point.code, point.name), occasion=f"session:{session.pk}", quantity=len(tubes),
        by=stage.users["caiyang1"], at=at(day, time(17, 30)),
    )  # fmt: skip
    Reconciliation.objects.create(
        session=session, arrived=len(tubes), bound=len(tubes), packed=len(tubes), kits_used=len(tubes),
        movement_id=kits.pk, done_at=at(day, time(17, 30)), done_by=stage.users["caiyang1"],
    )  # fmt: skip


def _today(stage: Stage, campaign: Campaign, point: SamplingPoint, cast: Cast) -> None:
    """Tuesday: 103 swabbed by 17:20, one box on its way, one being packed, people with places until 20:00."""
    session, slots = _session(campaign, point, TUESDAY, time(9), time(20), places=4)
    done = _signups(cast, session, slots, cast.take(TUESDAY_NEW), per_slot=3)
    tubes, moves = _collected(stage, session, done, at(TUESDAY, time(9, 1)), gap=285)
    plant_boxes(stage, session, tubes, handed_at=at(TUESDAY, time(14, 10)), received_at=None, packed=(48, 30))
    late = next(n for n, slot in enumerate(slots) if slot.starts_at >= stage.now)
    waiting = _signups(cast, session, slots, cast.take(WAITING_TODAY), per_slot=2, first=late)
    _save_signups([*done, *waiting], slots, moves)
    _save_tubes(tubes)


def _coming(stage: Stage, campaign: Campaign, point: SamplingPoint, cast: Cast) -> None:
    """Places for the next days, the morning first."""
    for (day, start, end), (count, per_slot) in zip(COMING, ((54, 10), (24, 4), (12, 2)), strict=True):
        session, slots = _session(campaign, point, day, start, end, places=10)
        _save_signups(_signups(cast, session, slots, cast.take(count), per_slot=per_slot), slots)
