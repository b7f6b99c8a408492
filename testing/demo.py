"""The demo park's testing: 863 persons sampled by 18 February, one round over, one open, a laboratory at work."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from enterprises.demo import invented_person
from enterprises.models import Employment, Enterprise, Person
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.calendar import due_after_one_working_day
from parkportal.records.codes import take_codes
from supplies.actions import consume_kits, supply_point
from supplies.models import Place
from testing.actions.campaigns import CONSENT_TEXT, CONSENT_TEXT_EN
from testing.models import (
    BOX_PLACES,
    Box,
    BoxMove,
    BoxStatus,
    Campaign,
    ConsentText,
    Group,
    InvalidReason,
    LabStaff,
    PointStaff,
    Reading,
    Reconciliation,
    Result,
    ResultValue,
    SamplingPoint,
    Session,
    SignUp,
    SignUpMove,
    SignUpStatus,
    Slot,
    Source,
    Specimen,
    SpecimenMove,
    SpecimenStatus,
    TubeRange,
)

S, T = SignUpStatus, SpecimenStatus
FIRST_DAY = date(2020, 2, 10)
TODAY = date(2020, 2, 18)
PER_DAY = (31, 42, 58, 77, 96, 118, 129, 147, 165)  # 863 in all
FROM_ROSTERS = 520
LATE = {date(2020, 2, 14): 3, date(2020, 2, 17): 5}  # received, and still without a result
RECOLLECTED = {date(2020, 2, 12): 3, date(2020, 2, 15): 5}  # a tube was not good: 871 tubes for 863 persons
TODAYS_TUBES = ((48, T.RECEIVED), (48, T.HANDED), (30, T.PACKED), (39, T.COLLECTED))
VERIFYING = 20
WAITING_TODAY, BOOKED_TOMORROW = 24, 60
STEPS = (T.ISSUED, T.COLLECTED, T.PACKED, T.HANDED, T.RECEIVED, T.VERIFYING, T.RELEASED)


def plant(stage: Stage) -> None:
    """Point, laboratory, two campaigns, the days of the first round, today's work, tomorrow's free places."""
    world = _World(stage)
    people = world.people(sum(PER_DAY) + WAITING_TODAY + BOOKED_TOMORROW)
    for offset, count in enumerate(PER_DAY):
        world.day(FIRST_DAY + timedelta(days=offset), [next(people) for _ in range(count)])
    world.write()
    world.waiting([next(people) for _ in range(WAITING_TODAY)], world.sessions[TODAY], after=stage.now)
    tomorrow = world.session(TODAY + timedelta(days=1), places=20)
    world.session(TODAY + timedelta(days=2), places=20)
    world.waiting([next(people) for _ in range(BOOKED_TOMORROW)], tomorrow, after=stage.now)
    world.count_places()
    world.kits()


class _World:
    """What is made on the way, written in bulk at the end."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.users, self.lab = stage, stage.users, stage.notes["lab"]
        self.point = SamplingPoint.objects.create(
            name="产业园A1栋采样点",
            building="A1栋",
            place="一楼大厅东侧",
            name_en="Building A1, ground floor",
            code="A1",
        )
        since = date(2020, 2, 8)
        for username in ("caiyang1", "caiyang2"):
            PointStaff.objects.create(point=self.point, user=self.users[username], starts_on=since)
        for username in ("jianyan", "shenhe"):
            LabStaff.objects.create(lab=self.lab, user=self.users[username], starts_on=since)
        self.rounds = {
            False: self._campaign(
                "复工人员核酸检测第一轮", "2020-02-a", FIRST_DAY, TODAY - timedelta(days=1), "closed"
            ),
            True: self._campaign("复工人员核酸检测", "202002", TODAY, date(2020, 2, 29), "open"),
        }
        TubeRange.objects.create(
            prefix="XC", first="XC20020001", last="XC20022000", length=10, count=2000, lab=self.lab, note="实验室预印"
        )
        self.sessions: dict[date, Session] = {}
        self.signups: list[SignUp] = []
        self.tubes: list[Specimen] = []
        self.boxes: list[Box] = []
        self.values: dict[str, str] = {}
        self.box_numbers: Counter[int] = Counter()

    def _campaign(self, title: str, slug: str, start: date, end: date, status: str) -> tuple[Campaign, ConsentText]:
        campaign = Campaign.objects.create(
            title=title,
            title_en="Nucleic acid testing for returning staff",
            slug=slug,
            purpose="复工企业职工免费检测；新返长人员请先登记。",
            purpose_en="Free of charge for staff of resumed enterprises.",
            lab=self.lab,
            starts_on=start,
            ends_on=end,
            status=status,
            created_by=self.users["guanwei2"],
            created_at=at(start - timedelta(days=1), time(10)),
        )
        consent = ConsentText.objects.create(
            campaign=campaign, version=1, text=CONSENT_TEXT, text_en=CONSENT_TEXT_EN, valid_from=start
        )
        return campaign, consent

    def people(self, count: int) -> Iterator[tuple[Person, Enterprise, Employment | None]]:
        """Persons of the rosters first, then invented ones who signed up themselves."""
        jobs = list(Employment.objects.select_related("person", "enterprise").order_by("pk")[:FROM_ROSTERS])
        yield from ((job.person, job.enterprise, job) for job in jobs)
        serial, firms = self.stage.notes["last_serial"], self.stage.notes["resumed"]
        for _ in range(count - len(jobs)):
            serial += 1
            yield invented_person(self.stage, serial), self.stage.rng.choice(firms), None

    def session(self, day: date, *, places: int) -> Session:
        """A sitting from 9:00 (today until 20:00) in slots of half an hour."""
        start, end = at(day, time(9)), at(day, time(20) if day == TODAY else time(17, 30))
        session = Session.objects.create(
            campaign=self.rounds[day >= TODAY][0],
            point=self.point,
            day=day,
            starts_at=start,
            ends_at=end,
            status="open" if day >= TODAY else "closed",
            created_at=start - timedelta(days=1),
        )
        half = timedelta(minutes=30)
        slots = []
        while start < end:
            slots.append(Slot(session=session, starts_at=start, ends_at=start + half, places=places))
            start += half
        Slot.objects.bulk_create(slots)
        self.sessions[day] = session
        return session

    def day(self, day: date, people: list[tuple[Person, Enterprise, Employment | None]]) -> None:
        """A day's sign-ups and tubes."""
        session = self.session(day, places=30)
        slots = list(session.slots.all())
        before = [slot for slot in slots if slot.ends_at <= at(day, time(17, 30))]
        persons = take_codes("RY", len(people), day=day)
        barcodes = take_codes("YL", len(people) + RECOLLECTED.get(day, 0), day=day)
        self._range(barcodes)
        for n, (who, code) in enumerate(zip(people, persons, strict=True)):
            slot = before[n * len(before) // len(people)]
            minute = timedelta(seconds=60 * (n % 10) + 40)
            signup = self.signup(who, code, slot, created_at=session.starts_at - timedelta(hours=14) + minute)
            signup.status, signup.temperature_tenths = S.COLLECTED, 362 + n % 9
            signup.attended_session, signup.attended_at = session, slot.starts_at + minute
            self.tubes.append(self._tube(signup, barcodes[n], session, slot.starts_at + minute + timedelta(seconds=45)))
        mine = self.tubes[-len(people) :]
        self._recollect(mine, barcodes[len(people) :], day)
        self._on_the_way(mine, session) if day < TODAY else self._today(mine, session)

    def _range(self, barcodes: list[str]) -> None:
        TubeRange.objects.create(
            prefix="YL", first=barcodes[0], last=barcodes[-1], length=14, count=len(barcodes), is_own=True
        )

    def signup(
        self, who: tuple[Person, Enterprise, Employment | None], code: str, slot: Slot | None, *, created_at: datetime
    ) -> SignUp:
        """One unsaved sign-up: by the contact for those on a roster, else by the person."""
        person, firm, job = who
        campaign, consent = self.rounds[slot is None or slot.starts_at >= at(TODAY)]
        signup = SignUp(
            campaign=campaign,
            code=code,
            slot=slot,
            group=Group.B5 if job and job.is_key_post else Group.B4 if firm.sishang_kind else Group.C,
            source=Source.CONTACT if job else Source.SELF,
            person=person if job else None,
            enterprise=firm,
            enterprise_name=firm.name,
            name=person.name,
            document_type=person.document_type,
            number=person.number,
            document_hash=person.number_hash,
            consent=None if job else consent,
            consented_at=None if job else created_at,
            created_at=created_at,
            created_by=self.users["guanwei2"] if job else None,
        )
        signup.set_phone(person.phone)
        self.signups.append(signup)
        return signup

    def _tube(self, signup: SignUp, barcode: str, session: Session, collected_at: datetime) -> Specimen:
        return Specimen(
            barcode=barcode,
            signup=signup,
            session=session,
            lab=self.lab,
            status=T.COLLECTED,
            lane=1 + len(self.tubes) % 2,
            issued_at=collected_at - timedelta(seconds=20),
            collected_at=collected_at,
            collected_by=self.users["caiyang1" if len(self.tubes) % 2 else "caiyang2"],
            recorded_at=collected_at,
        )

    def _recollect(self, mine: list[Specimen], spare: list[str], day: date) -> None:
        """The first tube leaked; the person came again the same afternoon."""
        for tube, barcode in zip(list(mine), spare, strict=False):
            again = self._tube(tube.signup, barcode, tube.session, at(day, time(17, 5)))
            again.recollect_of = tube
            tube.status, tube.invalid_reason = T.RECOLLECT, InvalidReason.LEAKED
            mine.append(again)
            self.tubes.append(again)

    def _box(self, session: Session, tubes: list[Specimen], status: str, handed_at: datetime) -> Box:
        self.box_numbers[session.pk] += 1
        number = self.box_numbers[session.pk]
        box = Box(
            code=take_codes("YX", day=session.day)[0],
            session=session,
            lab=self.lab,
            number=number,
            status=status,
            created_at=min(tube.collected_at for tube in tubes),
        )
        if status != BoxStatus.PACKING:
            box.seal, box.temperature_tenths = f"F{session.day:%m%d}{number:03d}", 42
            box.expected, box.sealed_at = len(tubes), handed_at - timedelta(minutes=10)
            box.handed_at, box.handed_by = handed_at, self.users["caiyang1"]
            box.courier, box.plate = "邱实", "湘A·S2018"
        if status == BoxStatus.RECEIVED:
            box.actual, box.received_at = len(tubes), handed_at + timedelta(minutes=35)
            box.received_by, box.seal_state = self.users["jianyan"], "intact"
        for position, tube in enumerate(tubes, 1):
            tube.box, tube.position = box, position
        self.boxes.append(box)
        return box

    def _on_the_way(self, tubes: list[Specimen], session: Session) -> None:
        """A day that is over: handed over at 18:00, results the next working day at 15:00."""
        handed = at(session.day, time(18))
        for start in range(0, len(tubes), BOX_PLACES):
            self._box(session, tubes[start : start + BOX_PLACES], BoxStatus.RECEIVED, handed)
        received = handed + timedelta(minutes=35)
        due = due_after_one_working_day(received)
        still = LATE.get(session.day, 0)
        good = [tube for tube in tubes if tube.status != T.RECOLLECT]
        for n, tube in enumerate(tubes):
            tube.handed_at, tube.received_at, tube.due_at = handed, received, due
            if tube.status == T.RECOLLECT:
                tube.rejected_at = received + timedelta(minutes=5)
            elif tube in good[len(good) - still :] and still:
                tube.status = T.RECEIVED
            else:
                tube.status, tube.tested_at = T.RELEASED, due - timedelta(hours=5)
                tube.released_at = due - timedelta(hours=3) + timedelta(seconds=n)
                self.values[tube.barcode] = ResultValue.NEGATIVE

    def _today(self, tubes: list[Specimen], session: Session) -> None:
        """One box at the bench with twenty results to verify, one on the way, one being packed, the rest on the table."""
        start = 0
        for size, status in TODAYS_TUBES:
            part, start = tubes[start : start + size], start + size
            if status == T.COLLECTED:
                continue
            last = max(tube.collected_at for tube in part)
            box_status = {T.RECEIVED: BoxStatus.RECEIVED, T.HANDED: BoxStatus.HANDED}.get(status, BoxStatus.PACKING)
            handed = last + timedelta(minutes=20)
            self._box(session, part, box_status, handed)
            for n, tube in enumerate(part):
                tube.status = status
                tube.handed_at = handed if status != T.PACKED else None
                if status == T.RECEIVED:
                    self._at_the_bench(tube, n, handed + timedelta(minutes=35))

    def _at_the_bench(self, tube: Specimen, n: int, received: datetime) -> None:
        tube.received_at, tube.due_at = received, due_after_one_working_day(received)
        if n < VERIFYING:
            tube.status, tube.tested_at = T.VERIFYING, received + timedelta(hours=2)
            self.values[tube.barcode] = ResultValue.SUSPECT if n == 7 else ResultValue.NEGATIVE

    def waiting(self, people: list, session: Session, *, after: datetime) -> None:
        """Signed up, not there yet: spread over the slots that are still to come."""
        slots = [slot for slot in session.slots.all() if slot.starts_at > after]
        codes = take_codes("RY", len(people), day=TODAY)
        made = [
            self.signup(who, code, slots[n % len(slots)], created_at=after - timedelta(hours=3, minutes=n))
            for n, (who, code) in enumerate(zip(people, codes, strict=True))
        ]
        SignUp.objects.bulk_create(made)
        SignUpMove.objects.bulk_create([_move(SignUpMove, one, "", S.REGISTERED, one.created_at, None) for one in made])

    def write(self) -> None:
        """Everything in bulk: rows, then a move for each step of their lives."""
        SignUp.objects.bulk_create(self.signups, batch_size=500)
        Box.objects.bulk_create(self.boxes)
        Specimen.objects.bulk_create([tube for tube in self.tubes if tube.recollect_of is None], batch_size=500)
        Specimen.objects.bulk_create([tube for tube in self.tubes if tube.recollect_of is not None])
        SignUpMove.objects.bulk_create(list(self._signup_moves()), batch_size=1000)
        SpecimenMove.objects.bulk_create(list(self._tube_moves()), batch_size=1000)
        BoxMove.objects.bulk_create(list(self._box_moves()))
        self._results()

    def _signup_moves(self) -> Iterator[SignUpMove]:
        by = self.users["caiyang1"]
        for signup in self.signups:
            came = signup.attended_at
            yield _move(SignUpMove, signup, "", S.REGISTERED, signup.created_at, signup.created_by)
            yield _move(SignUpMove, signup, S.REGISTERED, S.MEASURED, came + timedelta(seconds=10), by)
            yield _move(SignUpMove, signup, S.MEASURED, S.KITTED, came + timedelta(seconds=25), by)
            yield _move(SignUpMove, signup, S.KITTED, S.COLLECTED, came + timedelta(seconds=45), by)

    def _tube_moves(self) -> Iterator[SpecimenMove]:
        for tube in self.tubes:
            moments = (
                tube.issued_at, tube.collected_at, tube.collected_at if tube.box else None, tube.handed_at,
                tube.received_at, tube.tested_at, tube.released_at,
            )  # fmt: skip
            before = ""
            for step, moment in zip(STEPS, moments, strict=True):
                if moment is None:
                    break
                yield _move(SpecimenMove, tube, before, step, moment, tube.collected_by)
                before = step
            if tube.status == T.RECOLLECT:
                yield _move(SpecimenMove, tube, before, T.RECOLLECT, tube.rejected_at, self.users["jianyan"])

    def _box_moves(self) -> Iterator[BoxMove]:
        by = self.users["caiyang1"]
        for box in self.boxes:
            steps = (
                (BoxStatus.PACKING, box.created_at),
                (BoxStatus.SEALED, box.sealed_at),
                (BoxStatus.HANDED, box.handed_at),
                (BoxStatus.RECEIVED, box.received_at),
            )
            before = ""
            for status, moment in steps:
                if moment is not None:
                    yield _move(BoxMove, box, before, status, moment, by)
                    before = status

    def _results(self) -> None:
        tester, verifier = self.users["jianyan"], self.users["shenhe"]
        tested = [tube for tube in self.tubes if tube.barcode in self.values]
        readings = [
            Reading(
                specimen=tube,
                value=self.values[tube.barcode],
                ct_orf1ab=Decimal("38.20") if self.values[tube.barcode] == ResultValue.SUSPECT else None,
                tester=tester,
                tester_name=tester.name,
                tested_at=tube.tested_at,
                recorded_at=tube.tested_at,
            )
            for tube in tested
        ]
        Reading.objects.bulk_create(readings, batch_size=500)
        Result.objects.bulk_create(
            [
                Result(
                    specimen=reading.specimen,
                    reading=reading,
                    value=reading.value,
                    tester=tester,
                    tester_name=tester.name,
                    tested_at=reading.tested_at,
                    verifier=verifier,
                    released_at=reading.specimen.released_at,
                )
                for reading in readings
                if reading.specimen.released_at
            ],
            batch_size=500,
        )

    def count_places(self) -> None:
        held = Counter(signup.slot_id for signup in self.signups)
        slots = list(Slot.objects.filter(pk__in=held))
        for slot in slots:
            slot.taken = held[slot.pk]
        Slot.objects.bulk_update(slots, ["taken"])

    def kits(self) -> None:
        """Kits brought to the point; what each finished session used left the book by one movement."""
        place = Place.objects.point(self.point.code, self.point.name)
        item, by = self.stage.notes["kit_item"], self.users["caiyang1"]
        supply_point(
            point=place, item=item, quantity=Decimal(1500), warehouse=self.stage.notes["warehouse"],
            by=self.users["cangguan1"], at=at(FIRST_DAY, time(8)),
        )  # fmt: skip
        used = Counter(tube.session_id for tube in self.tubes)
        for day, session in self.sessions.items():
            if day < TODAY:
                closed = at(day, time(17, 50))
                occasion = f"session:{session.pk}"
                moved = consume_kits(
                    point=place, occasion=occasion, quantity=used[session.pk], by=by, item=item, at=closed
                )
                count = PER_DAY[(day - FIRST_DAY).days]
                _reconciled(session, count, used[session.pk], moved, by, closed)


def _reconciled(session: Session, persons: int, kits: int, moved: Any, by: Any, moment: datetime) -> None:
    Reconciliation.objects.create(
        session=session,
        arrived=persons,
        bound=persons,
        packed=kits,
        kits_used=kits,
        movement_id=moved.pk,
        done_at=moment,
        done_by=by,
    )


def _move(table: Any, subject: Any, before: str, to: str, moment: datetime, by: Any) -> Any:
    return table(subject=subject, from_status=before, to_status=to, effective_at=moment, recorded_at=moment, by=by)
