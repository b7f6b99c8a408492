"""Rows for tests, made as the portal would have made them. Plain functions; every name and number is invented.

campaign = make_campaign()                      # open, with a lab
session = make_session(campaign, places=2)      # tomorrow 9:00–10:00, slots of ten minutes
signup = make_signup(session.slots.first())
tube = make_specimen(signup, status="collected")
"""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from enterprises.models import Enterprise, Person
from enterprises.models.people import number_hash
from enterprises.tests.factories import id_number, make_enterprise, phone
from parkportal.accounts.models import RoleGrant, User
from parkportal.clock import at, park_now, park_today
from parkportal.records.codes import take_code
from testing.actions.campaigns import CONSENT_TEXT, CONSENT_TEXT_EN
from testing.actions.sessions import slot_times
from testing.models import (
    Box,
    Campaign,
    ConsentText,
    DoorRound,
    DoorStop,
    Exemption,
    LabStaff,
    PointStaff,
    Pool,
    PoolMember,
    Reading,
    SamplingPoint,
    Session,
    SignUp,
    SignUpMove,
    Slot,
    Specimen,
    SpecimenMove,
    TubeRange,
    WaitingParty,
)

LONG_AGO = date(2019, 1, 1)
NAMES = ["陆青禾", "邬小满", "白檀", "米禾", "颜开", "祁月", "韦可", "游之", "卜元", "老广生"]
_serial = count(1)


def make_lab(**fields: Any) -> Enterprise:
    return make_enterprise(**{"name": f"湖南青梧{next(_serial)}号医学检验实验室", "org_roles": ["lab"], **fields})


def make_point(name: str = "", **fields: Any) -> SamplingPoint:
    n = next(_serial)
    return SamplingPoint.objects.create(
        **{"name": name or f"产业园 A{n} 栋", "building": f"A{n}", "place": "一楼大厅", "code": f"A{n}", **fields}
    )


def make_campaign(**fields: Any) -> Campaign:
    """An open campaign around today with its consent text."""
    n = next(_serial)
    today = park_today()
    lab = fields.pop("lab", None) or make_lab()
    campaign = Campaign.objects.create(
        **{
            "title": f"复工人员检测{n}",
            "title_en": f"Testing for staff {n}",
            "slug": f"fugong-{n}",
            "lab": lab,
            "starts_on": today - timedelta(days=10),
            "ends_on": today + timedelta(days=10),
            "status": Campaign.Status.OPEN,
            **fields,
        }
    )
    ConsentText.objects.create(
        campaign=campaign, version=1, text=CONSENT_TEXT, text_en=CONSENT_TEXT_EN, valid_from=today
    )
    return campaign


def make_session(
    campaign: Campaign | None = None,
    *,
    point: SamplingPoint | None = None,
    day: date | None = None,
    start: time = time(9),
    end: time = time(10),
    minutes: int = 10,
    places: int = 10,
    **fields: Any,
) -> Session:
    """A sitting tomorrow by default, with its slots."""
    day = day or park_today() + timedelta(days=1)
    session = Session.objects.create(
        campaign=campaign or make_campaign(),
        point=point or make_point(),
        day=day,
        starts_at=at(day, start),
        ends_at=at(day, end),
        **fields,
    )
    slots = slot_times(at(day, start), at(day, end), minutes)
    Slot.objects.bulk_create([Slot(session=session, starts_at=a, ends_at=b, places=places) for a, b in slots])
    return session


def make_signup(slot: Slot | None = None, **fields: Any) -> SignUp:
    """A person who holds a place; `campaign` instead of a slot for one without."""
    n = next(_serial)
    campaign = fields.pop("campaign", None) or (slot.session.campaign if slot else make_session().campaign)
    number = fields.pop("number", id_number())
    document_type = fields.pop("document_type", "id_card")
    signup = SignUp(
        campaign=campaign,
        slot=slot,
        code=fields.pop("code", "") or take_code("RY"),
        name=fields.pop("name", NAMES[n % len(NAMES)]),
        document_type=document_type,
        number=number,
        document_hash=number_hash(document_type, number),
        consent=campaign.current_consent(),
        consented_at=park_now(),
    )
    signup.set_phone(fields.pop("phone", phone()))
    for name, value in fields.items():
        setattr(signup, name, value)
    signup.save()
    SignUpMove.objects.create(subject=signup, to_status=signup.status)
    if slot and signup.status != "cancelled":
        Slot.objects.take_place(slot.pk)
    return signup


def make_party(campaign: Campaign, *, size: int = 1, **fields: Any) -> WaitingParty:
    """People who wait for a place."""
    party = WaitingParty.objects.create(campaign=campaign, size=size, **fields)
    for _ in range(size):
        make_signup(campaign=campaign, party=party, status="waiting", enterprise=party.enterprise)
    return party


def make_door_round(campaign: Campaign, *, point: SamplingPoint | None = None) -> tuple[DoorRound, DoorStop]:
    """A round with one door."""
    day = park_today()
    session = Session.objects.create(
        campaign=campaign, point=point or make_point(), kind="door", day=day, starts_at=at(day, time(14)),
        ends_at=at(day, time(16)), lanes=1,
    )  # fmt: skip
    made = DoorRound.objects.create(session=session, created_by=_user("committee"))
    signup = make_signup(campaign=campaign, mode="door", group="A3", address="麓谷公寓 3 栋 201")
    return made, DoorStop.objects.create(round=made, signup=signup, position=1)


def make_exemption(person: Person, **fields: Any) -> Exemption:
    """Somebody who need not be tested; asked for, not decided."""
    return Exemption.objects.create(
        **{"person": person, "reason": "elsewhere", "asked_by": _user("contact", name="苗可心"), **fields}
    )


def make_range(*, lab: Enterprise, first: str = "HZ200000001", last: str = "HZ200000999") -> TubeRange:
    prefix = first.rstrip("0123456789")
    number = int(last[len(prefix) :]) - int(first[len(prefix) :]) + 1
    return TubeRange.objects.create(prefix=prefix, first=first, last=last, length=len(first), count=number, lab=lab)


STEPS = ("issued", "collected", "packed", "handed", "received", "testing", "verifying", "released")
TIMES = {
    "collected": "collected_at",
    "handed": "handed_at",
    "received": "received_at",
    "verifying": "tested_at",
    "released": "released_at",
}


def make_specimen(
    signup: SignUp | None = None,
    *,
    status: str = "collected",
    session: Session | None = None,
    at_time: datetime | None = None,
    **fields: Any,
) -> Specimen:
    """A tube with every move up to a status, ten minutes apart, ending now or at `at_time`."""
    signup = signup or make_signup(make_session(day=park_today()).slots.first(), status="collected")
    session = session or signup.attended_session or (signup.slot.session if signup.slot else None)
    way = STEPS[: STEPS.index(status) + 1]
    start = (at_time or park_now()) - timedelta(minutes=10 * len(way))
    moments = {step: start + timedelta(minutes=10 * n) for n, step in enumerate(way)}
    tube = Specimen.objects.create(
        barcode=fields.pop("barcode", "") or take_code("YL"),
        signup=signup,
        session=session,
        lab=signup.campaign.lab,
        status=status,
        issued_at=moments["issued"],
        recorded_at=moments.get("collected", moments["issued"]),
        **{TIMES[step]: moment for step, moment in moments.items() if step in TIMES},
        **fields,
    )
    before = ""
    for step, moment in moments.items():
        SpecimenMove.objects.create(
            subject=tube, from_status=before, to_status=step, effective_at=moment, recorded_at=moment
        )
        before = step
    return tube


def make_pool(session: Session, signups: list[SignUp], *, status: str = "collected") -> Specimen:
    """A closed mixed tube with these people's swabs in order, in a state; its Specimen."""
    by, now = _user("station"), park_now()
    times = {TIMES[step]: now for step in STEPS[: STEPS.index(status) + 1] if step in TIMES}
    tube = Specimen.objects.create(
        barcode=take_code("YL"), is_pool=True, session=session, lab=session.campaign.lab, status=status, **times
    )
    pool = Pool.objects.create(specimen=tube, session=session, size=5, opened_by=by, closed_at=now, closed_by=by)
    for position, signup in enumerate(signups, 1):
        PoolMember.objects.create(pool=pool, signup=signup, position=position, collected_at=now, collected_by=by)
    return tube


def make_box(session: Session, tubes: list[Specimen] | None = None, **fields: Any) -> Box:
    """A box with tubes in it, in the state that `fields` say; opened and sealed no later than it left."""
    if handed_at := fields.get("handed_at"):
        fields = {"sealed_at": handed_at, "created_at": handed_at - timedelta(hours=1), **fields}
    box = Box.objects.create(
        code=take_code("YX"), session=session, lab=session.campaign.lab,
        number=session.boxes.count() + 1, **fields,
    )  # fmt: skip
    for position, tube in enumerate(tubes or [], 1):
        Specimen.objects.filter(pk=tube.pk).update(box=box, position=position)
        tube.box, tube.position = box, position
    return box


def make_reading(tube: Specimen, *, tester: User, value: str = "negative", **fields: Any) -> Reading:
    return Reading.objects.create(
        **{
            "specimen": tube, "value": value, "tester": tester, "tester_name": tester.name,
            "tested_at": tube.tested_at or park_now(), **fields,
        }
    )  # fmt: skip


def make_staff(point: SamplingPoint, **fields: Any) -> User:
    """Somebody who works at a sampling point."""
    user = _user("station", **fields)
    PointStaff.objects.create(point=point, user=user, starts_on=LONG_AGO)
    return user


def make_lab_user(lab: Enterprise, role: str = "lab_tester", **fields: Any) -> User:
    """A tester or verifier of a laboratory."""
    user = _user(role, **fields)
    LabStaff.objects.create(lab=lab, user=user, starts_on=LONG_AGO)
    return user


def _user(role: str, **fields: Any) -> User:
    username = fields.pop("username", f"{role}-{uuid4().hex[:8]}")
    user = User.objects.create_user(username, "Right-2020-pass", name=fields.pop("name", "易安"), **fields)
    RoleGrant.objects.create(user=user, role=role, starts_on=LONG_AGO)
    return user
