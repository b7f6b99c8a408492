"""A park in two halves for the scope table: everything that the twelve people below reach, and its like beyond them."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

import investment.actions
import testing.actions
from enterprises.models import Enterprise, EnterpriseContact, SquadMember, SupervisorAssignment
from enterprises.tests import factories as enterprises
from investment.models.buildings import UnitPhoto
from investment.tests import factories as leads
from parkportal.accounts import invitations
from parkportal.accounts.models import Role, RoleGrant, User
from parkportal.clock import iso_week, park_now, park_today
from parkportal.dashboard.actions import freeze_week
from parkportal.idempotency import new_token
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from parkportal.records import terms
from parkportal.records.files import keep_made
from parkportal.records.models import CalendarDay, IntakeBatch, Job, StoredFile, Term
from supplies import actions as goods
from supplies.actions import Signature
from supplies.models import Allocation, WarehouseStaff
from supplies.tests import factories as stores
from testing.models import LabStaff, PointStaff, ResultValue
from testing.tests import factories as tests

LONG_AGO = date(2019, 1, 1)
ROLES = tuple(code for code in Role.values)
PEOPLE = ("anonymous", *ROLES)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
_serial = count(1)


@dataclass
class Half:
    """One half of the park by name: `half["enterprise"]`; `personal` differs for each person (files, jobs)."""

    things: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.things[name]

    def arguments(self, names: tuple[str, ...], role: str) -> list[Any]:
        """The address's parts: a name of a thing, or `=word` for the word itself."""
        mine = self.personal.get(role, {})
        return [name[1:] if name.startswith("=") else mine.get(name, self.things.get(name)) for name in names]


@dataclass
class World:
    own: Half
    foreign: Half
    browsers: dict[str, Client]


def make_world() -> World:
    terms.plant()
    people = {role: _person(role) for role in ROLES}
    stranger = _person("committee")
    own, foreign = _half(1, people["investment"]), _half(2, people["investment"])
    _reach(own, people)
    for half, owners in ((own, people), (foreign, dict.fromkeys(ROLES, stranger))):
        half.personal = {role: _personal(owner) for role, owner in owners.items()}
        half.personal["anonymous"] = _personal(stranger)
    browsers = {"anonymous": Client(), **{role: _browser(user) for role, user in people.items()}}
    return World(own, foreign, browsers)


def _person(role: str) -> User:
    user = User.objects.create_user(f"{role}-{next(_serial)}", "Right-2020-pass", name=f"测试{role}")
    user.set_phone(enterprises.phone())
    user.is_staff = user.is_superuser = role == "admin"
    user.save()
    RoleGrant.objects.create(user=user, role=role, starts_on=LONG_AGO)
    return user


def _browser(user: User) -> Client:
    """Signed in, the second factor proven."""
    browser = Client()
    browser.force_login(user, backend="parkportal.accounts.backends.PortalBackend")
    device = TOTPDevice.objects.create(user=user, name="验证器", confirmed=True)
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return browser


def _reach(half: Half, people: dict[str, User]) -> None:
    """The memberships that let these people reach one half."""
    since = {"starts_on": LONG_AGO}
    for kind in ("contact", "principal"):
        EnterpriseContact.objects.create(enterprise=half["_enterprise"], user=people[kind], kind=kind, **since)
    SquadMember.objects.create(squad=half["_squad"], user=people["squad"], **since)
    SupervisorAssignment.objects.create(enterprise=half["_enterprise"], user=people["supervisor"], **since)
    PointStaff.objects.create(point=half["_point"], user=people["station"], **since)
    for kind in ("lab_tester", "lab_verifier"):
        LabStaff.objects.create(lab=half["_lab"], user=people[kind], **since)
    WarehouseStaff.objects.create(place=half["_warehouse"], user=people["warehouse"], **since)


def _personal(user: User) -> dict[str, Any]:
    """What belongs to one account alone."""
    life = timedelta(days=7)
    stored = keep_made(b"%PDF-1.4 x", "pdf", name="x.pdf", purpose="scope", owner=user, life=life)
    ends = {"owner": user, "expires_at": timezone.now() + life}
    done = Job.objects.create(kind="scope", title="导出", status=Job.Status.DONE, result=stored, **ends)
    batch = IntakeBatch.objects.create(
        kind="register", owner=user, source=stored, annotated=stored, name="x.xlsx", sha256="0" * 64,
        as_of=park_today(), status=IntakeBatch.Status.PREVIEW, preview={"columns": [], "rows": []},
    )  # fmt: skip
    message = outbox.put("staff_test", occasion=f"scope-{user.pk}-{uuid4().hex}", values={"name": "甲"}, to_user=user)
    return {
        "file": stored.token, "job": done.token, "batch": batch.pk, "message": message.pk,
        "user": user.pk, "grant": user.grants.get().pk,
    }  # fmt: skip


def _half(number: int, officer: User) -> Half:
    things = _firm(number)
    things |= _test_day(number, things["_enterprise"]) | _store(number, things) | _floor(number, officer)
    return Half(things | _week(number) | _words(number))


def _firm(number: int) -> dict[str, Any]:
    squad = enterprises.make_squad(number)
    firm = enterprises.make_enterprise(name=f"湖南砚池{number}号有限公司", squad=squad, status="resumed", headcount=10)
    person = enterprises.make_employee(firm, name="陆青禾")
    contact = enterprises.make_contact(firm)
    return {
        "_squad": squad, "_enterprise": firm, "enterprise": firm.pk, "person": person.pk, "_person": person,
        "contact_row": EnterpriseContact.objects.get(user=contact).pk,
        "filing": enterprises.make_filing(firm).pk, "board": enterprises.make_board(firm).pk,
    }  # fmt: skip


def _test_day(number: int, firm: Enterprise) -> dict[str, Any]:
    """A sitting of today: a person who waits, a tube on the rack, a box at the laboratory with an alert in it."""
    lab, point = tests.make_lab(), tests.make_point()
    campaign = tests.make_campaign(lab=lab, slug=f"scope-{number}")
    today = {"point": point, "day": park_today(), "start": time(0, 10), "end": time(23, 50), "minutes": 60}
    session = tests.make_session(campaign, **today)
    waiting = tests.make_signup(session.slots.first(), enterprise=firm)
    tube = tests.make_specimen(tests.make_signup(session.slots.first()), session=session, status="collected")
    packing = tests.make_box(session)
    then = park_now() - timedelta(minutes=5)
    sealed = {"status": "handed", "sealed_at": then, "handed_at": then, "seal": "F1", "courier": "甲"}
    handed_tube = tests.make_specimen(tests.make_signup(session.slots.first()), session=session, status="verifying")
    sent = tests.make_box(session, [handed_tube], **sealed)
    tester, verifier = tests.make_lab_user(lab), tests.make_lab_user(lab, "lab_verifier")
    tests.make_reading(handed_tube, tester=tester, value="positive")
    result = testing.actions.release_one(specimen_id=handed_tube.pk, value=ResultValue.POSITIVE, by=verifier)
    return {
        "_lab": lab, "_point": point, "campaign": campaign.pk, "slug": campaign.slug, "session": session.pk,
        "signup": waiting.pk, "signup_token": waiting.public_token, "specimen": tube.pk,
        "barcode": tube.barcode, "sent_specimen": handed_tube.pk, "box": packing.code, "box_pk": packing.pk,
        "sent_box": sent.code, "sent_box_pk": sent.pk, "alert": result.alert.pk,
    }  # fmt: skip


def _store(number: int, things: dict[str, Any]) -> dict[str, Any]:
    """A warehouse with a lot, a plan, a delivery signed for with a picture, and one on its way."""
    place = stores.warehouse(f"{number}号仓库")
    keeper, item = stores.keeper(place), stores.item()
    lot = stores.stock(item, 1000, place=place, batch=f"B{number}")
    plan = Allocation(item=item, warehouse=place, mode="each", total=Decimal(10))
    plan = goods.allocate(plan=plan, by=stores.user("committee"))
    under_way, arrived = (stores.delivery(things["_enterprise"], {lot: 10}, place=place) for _ in range(2))
    liaison = stores.liaison(things["_squad"])
    goods.issue_deliveries(deliveries=[under_way, arrived], by=keeper)
    drawn = Signature("甲", image=_picture(), photo=_picture())
    goods.hand_to_squad(deliveries=[arrived], signature=drawn, by=liaison)
    goods.sign_delivery(delivery=arrived, arrivals={}, signature=drawn, by=liaison)
    return {
        "_warehouse": place, "item": item.pk, "lot": lot.pk, "movement": lot.lines.first().movement_id,
        "plan": plan.pk, "delivery": under_way.pk, "arrived": arrived.pk,
    }  # fmt: skip


def _picture() -> StoredFile:
    stored = StoredFile(
        name="x.png", content_type="image/png", size=len(PNG), sha256=hashlib.sha256(PNG).hexdigest(), purpose="scope"
    )
    stored.file.save("", ContentFile(PNG), save=False)
    stored.save()
    return stored


def _floor(number: int, officer: User) -> dict[str, Any]:
    unit = leads.make_unit(number=f"{number}A", building=f"B{number}栋")
    lead = leads.make_lead(officer, company=f"Hallberg {number} GmbH")
    link = investment.actions.share_unit(
        unit, by=officer, token=new_token(), lead=lead, language="en", expires_at=park_now() + timedelta(days=10),
        offered_at=park_now() + timedelta(days=2),
    )  # fmt: skip
    return {
        "unit": unit.pk, "building": unit.building_id, "lead": lead.pk, "link": link.pk, "share": link.address,
        "photo": UnitPhoto.objects.create(unit=unit, file=_picture()).pk,
    }  # fmt: skip


def _week(number: int) -> dict[str, Any]:
    week = iso_week(park_today() - timedelta(weeks=number))
    freeze_week(week)
    return {"week": week}


def _words(number: int) -> dict[str, Any]:
    return {
        "term": Term.objects.filter(kind="tag").order_by("pk")[number].pk,
        "calendar_day": CalendarDay.objects.create(day=park_today() + timedelta(days=number), is_working=True).pk,
        "invitation": _invitation(number),
    }


def _invitation(number: int) -> str:
    """The token of a link in a text message: only the message holds it."""
    admin = User.objects.with_role("admin").first()
    phone = enterprises.phone()
    invitations.invite(name="甲", phone=phone, role="station", purpose=invitations.STAFF, by=admin, token=new_token())
    message = Message.objects.order_by("-pk").first()
    return message.params["link"].rstrip("/").rsplit("/", 1)[-1]
