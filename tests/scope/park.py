"""The small park of the scope table: everything twice, once within the reach of the people here and once outside it."""

from datetime import time, timedelta
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image

from enterprises.actions import merge_enterprises
from enterprises.models import BulkChange, Doubt, EnterpriseDocument, SavedFilter, SquadMember
from enterprises.tests import factories as e
from investment.models import Building, Photo, ShareLink
from investment.tests.factories import make_lead, make_unit
from parkportal.accounts.models import Invitation, Role
from parkportal.clock import park_now, park_today
from parkportal.dashboard.models import WeeklyIssue
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from parkportal.privacy import lookup_hash
from parkportal.records import files
from parkportal.records.models import CalendarDay, IntakeBatch, Job, Term
from supplies import actions as supplying
from supplies.models import Allocation, Appointment, Delivery, Item, StockTake, WarehouseStaff
from supplies.tests import factories as s
from testing.models import Alert, Budget, Correction, Report, Result
from testing.tests import factories as t

LIFE = timedelta(days=7)
INVITATION = "0123456789abcdef01234567"


def picture(owner: Any) -> Any:
    raw = BytesIO()
    Image.new("RGB", (40, 30), "white").save(raw, "PNG")
    return files.keep(raw.getvalue(), name="图.png", purpose="scope", owner=owner)


class Park:
    """`users` by role; `args(row, role, own=…)` the address of a row's object as that role asks for it."""

    def __init__(self) -> None:
        self.clerk = e.make_account("committee", name="经手人")
        self.shared = self._shared()
        self.own, self.foreign = self._world(1), self._world(2)
        self.users = self._users()
        self.personal = {role: self._of(user, self.own) for role, user in self.users.items()}
        self.personal_foreign = self._of(e.make_account("committee", "contact", name="别人"), self.foreign)

    def find(self, kind: str, role: str, *, own: bool) -> Any:
        """The object of this kind: within reach of the role, or outside it; what is nobody's is the same for both."""
        if kind in self.shared:
            return self.shared[kind]
        if kind in self.personal_foreign:
            return (self.personal.get(role, self.personal_foreign) if own else self.personal_foreign)[kind]
        return vars(self.own if own else self.foreign)[kind]

    def args(self, where: dict[str, str], role: str, *, own: bool) -> dict[str, Any]:
        found = {}
        for name, words in where.items():
            kind, _, attribute = words.partition(".")
            if words.startswith("="):
                found[name] = words[1:]
            else:
                thing = self.find(kind, role, own=own)
                found[name] = thing if isinstance(thing, str) else getattr(thing, attribute or "pk")
        return found

    def _shared(self) -> dict[str, Any]:
        other = e.make_account("squad", name="新来的")
        invitation = Invitation.objects.create(
            token_hash=lookup_hash(INVITATION, kind="invitation"),
            name="受邀人",
            phone="19900009999",
            phone_hash=lookup_hash("19900009999", kind="phone"),
            role="squad",
            purpose="staff",
            invited_by=self.clerk,
        )
        item = s.item()
        issue = WeeklyIssue.objects.create(
            week="2020-W07",
            number=1,
            as_of=park_now(),
            narrative="上周。",
            workbook=picture(None),
            frozen_at=park_now(),
        )
        return {
            **self._investment(),
            "user": other,
            "bound_user": self._bound(),
            "grant": other.grants.get(),
            "invitation": invitation,
            "invitation_token": INVITATION,
            "item": item,
            "term": Term.objects.filter(kind="item_kind").first(),
            **self._outlet(),
            "calendar_day": CalendarDay.objects.create(day=park_today(), is_working=False),
            "issue": issue,
        }

    def _bound(self) -> Any:
        """An account with a second factor."""
        user = e.make_account("lab_verifier", name="绑定过的")
        TOTPDevice.objects.create(user=user, name="default", confirmed=True)
        return user

    def _outlet(self) -> dict[str, Any]:
        outlet = e.make_outlet(by=self.clerk)
        check = outlet.checks.get()
        check.file = picture(None)
        check.save()
        return {"outlet": outlet, "outlet_check": check}

    def _investment(self) -> dict[str, Any]:
        unit = make_unit()
        lead = make_lead(self.clerk)
        return {
            "unit": unit,
            "lead": lead,
            "building": Building.objects.get(),
            "contact_note": lead.contacts.create(channel="phone", at=park_now(), by=self.clerk),
            "photo": Photo.objects.create(unit=unit, file=picture(self.clerk)),
            "link": ShareLink.objects.create(unit=unit, lead=lead, by=self.clerk),
        }

    def _world(self, number: int) -> SimpleNamespace:
        squad = e.make_squad(number)
        enterprise = e.make_enterprise(squad=squad, status="resumed", headcount=10)
        contact = e.make_contact(enterprise, name="另一位联络员")
        world = SimpleNamespace(
            squad=squad,
            enterprise=enterprise,
            enterprise_contact=enterprise.contacts.get(user=contact),
            employment=e.make_employee(enterprise, name="米禾").employments.get(),
            filing=e.make_filing(enterprise),
            board=e.make_board(enterprise, photo=picture(None)),
        )
        world.employee = world.employment.person
        self._register(world)
        world.inspection = e.make_inspection(enterprise, by=self.clerk)
        world.inspection_photo = world.inspection.photos.create(file=picture(None), by=self.clerk)
        self._care(world)
        self._testing(world)
        self._supplies(world)
        return world

    def _register(self, world: SimpleNamespace) -> None:
        enterprise = world.enterprise
        world.twin, merged = e.make_enterprise(squad=world.squad), e.make_enterprise()
        world.doubt = Doubt.objects.create(first=enterprise, second=world.twin, reasons=["name"])
        world.merge = merge_enterprises(kept=world.twin, gone=merged, by=self.clerk)
        world.flag = e.make_flag(world.employment.person, "out_of_province")
        world.document = EnterpriseDocument.objects.create(
            enterprise=enterprise, kind="system", text="制度", file=picture(None), made_by=self.clerk
        )

    def _care(self, world: SimpleNamespace) -> None:
        """What a squad does with its enterprise: a visit with a picture, a plan, a promise, a need; a paper of the filing."""
        world.need = e.make_need(world.enterprise, by=self.clerk)
        world.visit = e.make_visit(world.enterprise, by=self.clerk)
        world.visit_photo = world.visit.photos.create(file=picture(None))
        world.plan, world.promise = e.make_plan(world.enterprise), e.make_promise(world.visit)
        world.filing_paper = world.filing.attachments.create(kind="plan", file=picture(None), added_by=self.clerk)
        world.notice = e.make_notice(world.enterprise, by=self.clerk)
        world.notice_receipt = world.notice.receipts.get()
        world.permit = e.make_permit(world.enterprise, owner=self.clerk)
        world.greeting = e.make_greeting(world.enterprise, by=self.clerk)
        world.greeting_contact = world.greeting.contacts.get()
        world.guidance = e.make_guidance(world.enterprise)
        world.meal_point = e.make_meal_point(world.enterprise, ("11:30", "12:00", "一车间", 60))
        world.meal_slot = world.meal_point.slots.get()
        world.squad_member = SquadMember.objects.get(
            squad=world.squad, user=e.make_squad_member(world.squad, name="另一位成员")
        )

    def _testing(self, world: SimpleNamespace) -> None:
        world.lab, world.point = t.make_lab(), t.make_point(name_en="Industrial Park, Building A")
        world.campaign = t.make_campaign(title_en="Swabs for staff", lab=world.lab)
        world.session = t.make_session(world.campaign, point=world.point, day=park_today(), start=time(9), end=time(18))
        ahead = t.make_session(world.campaign, point=world.point)
        world.signup_ahead = t.make_signup(ahead.slots.first(), enterprise=world.enterprise)
        slot = world.session.slots.last()
        world.exemption = t.make_exemption(world.employee, enterprise=world.enterprise)
        world.door_round, world.door_stop = t.make_door_round(world.campaign, point=world.point)
        world.party = t.make_party(world.campaign, enterprise=world.enterprise)
        world.signup = t.make_signup(slot, enterprise=world.enterprise, status="collected")
        world.specimen = t.make_specimen(world.signup, status="received", session=world.session)
        handed = {"handed_at": park_now(), "handed_by": self.clerk, "expected": 1, "seal": "F1", "courier": "运送人"}
        world.box = t.make_box(world.session, [world.specimen], status="handed", **handed)
        self._open_box(world, slot)
        self._alert(world, slot)

    def _open_box(self, world: SimpleNamespace, slot: Any) -> None:
        """A box being packed, with a tube collected before its latest one that lies in no box."""
        early, late = park_now() - timedelta(hours=2), park_now() - timedelta(hours=1)
        signups = [t.make_signup(slot, enterprise=world.enterprise, status="collected") for _ in range(2)]
        world.loose_specimen = t.make_specimen(signups[0], session=world.session, at_time=early)
        packed = t.make_specimen(signups[1], status="packed", session=world.session, at_time=late)
        world.open_box = t.make_box(world.session, [packed], status="packing")

    def _alert(self, world: SimpleNamespace, slot: Any) -> None:
        tester, verifier = t.make_lab_user(world.lab), t.make_lab_user(world.lab, "lab_verifier")
        signup = t.make_signup(slot, enterprise=world.enterprise, status="collected")
        tube = t.make_specimen(signup, status="released", session=world.session)
        reading = t.make_reading(tube, tester=tester, value="positive")
        result = Result.objects.create(
            specimen=tube,
            reading=reading,
            value="positive",
            tester=tester,
            tested_at=reading.tested_at,
            verifier=verifier,
        )
        world.alert = Alert.objects.create(result=result, specimen=tube)
        world.report = Report.objects.create(result=result, number=f"{tube.barcode}-1")
        again = t.make_reading(tube, tester=tester, value="suspect")
        world.correction = Correction.objects.create(specimen=tube, reading=again, reason="放反了", asked_by=tester)
        world.budget = Budget.objects.create(amount_fen=1, starts_on=park_today(), ends_on=park_today())

    def _supplies(self, world: SimpleNamespace) -> None:
        world.warehouse = s.warehouse(f"{world.squad}仓库")
        world.keeper = WarehouseStaff.objects.create(place=world.warehouse, user=s.user("warehouse"))
        world.lot = s.stock(self.shared["item"], 1000, place=world.warehouse, batch=str(world.squad))
        world.movement = world.lot.lines.get().movement
        world.delivery, world.signed_delivery = (self._delivery(world) for _ in range(2))
        drawn = picture(self.clerk)
        supplying.hand_to_squad(
            deliveries=[world.signed_delivery], signature=supplying.Signature("联络员", drawn), by=self.clerk
        )
        signature = supplying.Signature("韦可", drawn, photo=drawn)
        supplying.sign_delivery(delivery=world.signed_delivery, arrivals={}, signature=signature, by=self.clerk)
        world.allocation = Allocation.objects.create(
            item=self.shared["item"], warehouse=world.warehouse, total=10, created_by=self.clerk
        )
        world.lot_paper = supplying.add_paper(lot=world.lot, file=drawn, title="检验报告", by=self.clerk)
        Item.objects.filter(pk=self.shared["item"].pk).update(photo=drawn)
        self._further_on(world)
        world.stock_take = supplying.open_stock_take(place=world.warehouse, by=self.clerk)
        wishes = [supplying.Wish(self.shared["item"], Decimal(5))]
        world.request = supplying.ask_for_supplies(enterprise=world.enterprise, wishes=wishes, by=self.clerk)

    def _further_on(self, world: SimpleNamespace) -> None:
        """What waits for somebody else: a plan and a count to be approved, a delivery to be picked, a remainder."""
        of = {"item": self.shared["item"], "warehouse": world.warehouse, "total": 10, "created_by": self.clerk}
        world.submitted_plan = Allocation.objects.create(status="submitted", **of)
        world.pending_delivery, world.remainder = (self._delivery(world) for _ in range(2))
        Delivery.objects.filter(pk=world.pending_delivery.pk).update(status="pending")
        Delivery.objects.filter(pk=world.remainder.pk).update(remainder_of=world.signed_delivery)
        world.submitted_take = StockTake.objects.create(
            place=s.warehouse(f"{world.squad}二号仓库"),
            status="submitted",
            created_by=self.clerk,
            counted_by=self.clerk,
        )

    def _delivery(self, world: SimpleNamespace) -> Any:
        made = s.delivery(world.enterprise, {world.lot: 10}, place=world.warehouse)
        supplying.issue_deliveries(deliveries=[made], by=self.clerk)
        made.refresh_from_db()
        return made

    def _users(self) -> dict[str, Any]:
        """One person of each role, a member of the first world."""
        own = self.own
        members = {
            "squad": e.make_squad_member(own.squad),
            "supervisor": e.make_supervisor(own.enterprise),
            "station": t.make_staff(own.point),
            "lab_tester": t.make_lab_user(own.lab),
            "lab_verifier": t.make_lab_user(own.lab, "lab_verifier"),
            "warehouse": s.keeper(own.warehouse),
            "contact": e.make_contact(own.enterprise),
            "principal": e.make_contact(own.enterprise, kind="principal"),
        }
        return {role: members.get(role) or e.make_account(role) for role in Role.values}

    def _call(self, user: Any) -> Message:
        """A message that a person has to bring by phone."""
        message = outbox.put("staff_test", occasion="call", values={"name": user.name}, to_phone="19900008888")
        Message.objects.filter(pk=message.pk).update(channel="call")
        return message

    def _of(self, user: Any, world: SimpleNamespace) -> dict[str, Any]:
        """What belongs to a person: a message, a file, a finished job, an uploaded roster."""
        stored = picture(user)
        until = park_now() + LIFE
        return {
            "file": stored,
            "job": Job.objects.create(
                kind="enterprise_export", title="导出", owner=user, status="done", result=stored, expires_at=until
            ),
            "batch": IntakeBatch.objects.create(
                kind="roster",
                params={"enterprise": world.enterprise.pk},
                owner=user,
                name="花名册.xlsx",
                as_of=park_today(),
                status="refused",
                annotated=stored,
            ),
            "appointment": Appointment.objects.create(words="1 张约好", planned_at=park_now(), made_by=user),
            "bulk_change": BulkChange.objects.create(what="squad", words="1 家改到第一小分队", after=1, made_by=user),
            "saved_filter": SavedFilter.objects.create(user=user, name="四上", query="sishang=any"),
            "message": outbox.put("staff_test", occasion="scope", values={"name": user.name}, to_user=user),
            "call": self._call(user),
        }
