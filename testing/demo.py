"""The demo park's testing: 863 distinct persons with a collected specimen by 2020-02-18 17:40. All persons invented."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from enterprises.demo import invented_person
from enterprises.models import Employment
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.codes import take_codes
from supplies.actions import Use, consume_kits
from supplies.demo import bring_kits
from supplies.models import Place
from testing.actions.campaigns import CONSENT_TEXT, CONSENT_TEXT_EN
from testing.demo_custody import UNFIT, Tube, plant_agreement, plant_boxes, plant_printers, plant_readings, plant_today
from testing.demo_line import WANTED, plant_line
from testing.demo_people import Cast, save_sign_ups, sign_up_of, sign_ups, sitting
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
    Specimen,
    SpecimenMove,
    TubeRange,
)

PERSONS_SAMPLED = 863
STAFF_FROM = date(2020, 1, 24)
KITS_BROUGHT = 1200
MONDAY, TUESDAY = date(2020, 2, 17), date(2020, 2, 18)
# day → persons swabbed for the first time; 863 together
NEW = {date(2020, 2, 10) + timedelta(days=n): count for n, count in enumerate((31, 42, 58, 77, 96, 118, 129, 147, 165))}
# day → tubes that the laboratory found unfit; each person comes again the next day
SPOILT = {date(2020, 2, 12): 1, date(2020, 2, 13): 2, date(2020, 2, 14): 2, date(2020, 2, 15): 3}
# day → tubes that went on the machine once more and have no result yet
RERUN = {date(2020, 2, 16): 3, MONDAY: 6}
# of the people on rosters so many have been swabbed; the others are the gap in the coverage
FROM_ROSTERS = 452
WAITING_TODAY, SOON = 18, 90
FIT_FOR_THE_DOOR: tuple[tuple[str, list[str]], ...] = (("A3", ["咳嗽", "无力"]), ("A3", ["发热"]), ("A2", []))
LAB_RANGE = ("HZ", "HZ200210001", "HZ200210500", 500)
COMING = (
    (date(2020, 2, 19), time(9), time(11, 30)),
    (date(2020, 2, 19), time(14), time(17)),
    (date(2020, 2, 20), time(9), time(11, 30)),
)


def plant(stage: Stage) -> None:
    """A point, two campaigns, nine days of swabs, boxes, results, and people who wait."""
    point, lab = _places(stage)
    _tube_ranges(stage, lab)
    plant_printers(stage)
    plant_agreement(stage, lab)
    cast = _cast(stage)
    earlier = make_campaign(
        stage, lab, "首批复工检测", "First round of testing", "shoupi", date(2020, 2, 10), date(2020, 2, 16), "closed"
    )
    current = make_campaign(
        stage, lab, "复工人员检测", "Testing for people back at work", "fugong", MONDAY, date(2020, 2, 28), "open"
    )
    bring_kits(stage, code=point.code, name=point.name, quantity=KITS_BROUGHT)
    again: list[Tube] = []
    for day in sorted(NEW)[:-1]:
        again = _past_day(stage, current if day == MONDAY else earlier, point, cast, day, again)
    _today(stage, current, point, cast)
    _coming(stage, current, point, cast)
    _at_the_door(stage, current, cast)
    plant_line(stage, current, point, cast)
    stage.notes |= {"campaign": current, "point": point, "cast": cast}


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


def _tube_ranges(stage: Stage, lab: Any) -> None:
    """A run of own labels that was printed ahead, and the laboratory's own pre-printed tubes."""
    codes = take_codes("YL", 200, day=date(2020, 2, 9))
    prefix, first, last, count = LAB_RANGE
    TubeRange.objects.bulk_create(
        [
            TubeRange(
                prefix="YL", first=codes[0], last=codes[-1], length=14, count=len(codes), is_own=True,
                note="A1 栋备用", registered_at=at(date(2020, 2, 9), time(16)), registered_by=stage.users["caiyang1"],
            ),
            TubeRange(
                prefix=prefix, first=first, last=last, length=len(first), count=count, lab=lab, note="实验室送来的预印管",
                registered_at=at(date(2020, 2, 9), time(16, 30)), registered_by=stage.users["guanwei2"],
            ),
        ]
    )  # fmt: skip


def _cast(stage: Stage) -> Cast:
    """Most people of the rosters, and others who are invented here and stand in no roster."""
    known = list(stage.notes["persons"])
    stage.rng.shuffle(known)
    sampled, left = known[:FROM_ROSTERS], known[FROM_ROSTERS:]
    serial = stage.notes["last_serial"]
    wanted = PERSONS_SAMPLED - len(sampled) + WAITING_TODAY + SOON + len(FIT_FOR_THE_DOOR) + WANTED
    others = [invented_person(stage, serial + n) for n in range(1, wanted + 1)]
    first = [*sampled, *others[: PERSONS_SAMPLED - len(sampled)]]
    stage.rng.shuffle(first)
    later = [*left[: (WAITING_TODAY + SOON) // 3], *others[PERSONS_SAMPLED - len(sampled) :]]
    jobs = {job.person_id: job for job in Employment.objects.select_related("enterprise")}
    return Cast(stage, [*first, *later], jobs, list(stage.notes["resumed"]))


def make_campaign(
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
        campaign=campaign, version=1, text=CONSENT_TEXT, text_en=CONSENT_TEXT_EN, valid_from=date(2020, 2, 9)
    )
    return campaign


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
        signup.temperature_tenths = 360 + stage.rng.randrange(0, 11)
        signup.attended_session, signup.attended_at = session, moment
        for before, to, after in ((signup.status, "measured", 12), ("measured", "collected", 40)):
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
        signup.status = "collected"
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


def save_tubes(tubes: Sequence[Tube]) -> None:
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
    stage: Stage, campaign: Campaign, point: SamplingPoint, cast: Cast, day: date, again: Sequence[Tube]
) -> list[Tube]:
    """A day that is over: everybody swabbed, every box received, results out. The tubes that turned out unfit."""
    session, slots = sitting(campaign, point, day, time(9), time(17), places=10, status="closed")
    fresh = sign_ups(cast, session, slots, cast.take(NEW[day]))
    repeated = [tube.specimen.signup for tube in again if tube.specimen.signup]
    tubes, moves = _collected(stage, session, [*fresh, *repeated], at(day, time(9, 2)), gap=150)
    for tube, spoilt in zip(tubes[len(fresh) :], again, strict=True):
        tube.specimen.recollect_of = spoilt.specimen
    unfit = tubes[3 : 3 + SPOILT.get(day, 0)]
    received_at = at(day, time(18, 5))
    plant_boxes(stage, session, tubes, handed_at=at(day, time(17, 20)), received_at=received_at, unfit=unfit)
    moves += _asked_again(stage, unfit, received_at)
    plant_readings(stage, [tube for tube in tubes if tube not in unfit], day=day, rerun=RERUN.get(day, 0))
    save_sign_ups(fresh, slots, moves)
    SignUp.objects.bulk_update(repeated, ["status", "temperature_tenths", "attended_session", "attended_at"])
    save_tubes(tubes)
    kits = consume_kits(
        point=Place.objects.point(point.code, point.name), occasion=f"session:{session.pk}", uses=[Use("kit", len(tubes))],
        by=stage.users["caiyang1"], at=at(day, time(17, 30)),
    )  # fmt: skip
    Reconciliation.objects.create(
        session=session, arrived=len(tubes), bound=len(tubes), packed=len(tubes), kits_used=len(tubes),
        movement_id=kits.pk, done_at=at(day, time(17, 30)), done_by=stage.users["caiyang1"],
    )  # fmt: skip
    return unfit


def _asked_again(stage: Stage, unfit: Sequence[Tube], moment: datetime) -> list[SignUpMove]:
    """Whose tube was unfit has to come again."""
    moves = []
    for signup in [tube.specimen.signup for tube in unfit if tube.specimen.signup]:
        signup.status = "recollect"
        moves.append(
            SignUpMove(
                subject=signup, from_status="collected", to_status="recollect", effective_at=moment,
                recorded_at=moment, by=stage.users["jianyan"], reason=UNFIT.label,
            )
        )  # fmt: skip
    return moves


def _today(stage: Stage, campaign: Campaign, point: SamplingPoint, cast: Cast) -> None:
    """Tuesday: 165 swabbed by 17:20. One box waits for the second person, one is short of a tube and on the machine,
    one is on its way, one is being packed; people have places until the evening."""
    session, slots = sitting(campaign, point, TUESDAY, time(9), time(20), places=5)
    late = next(n for n, slot in enumerate(slots) if slot.starts_at >= stage.now)
    done = sign_ups(cast, session, slots, cast.take(NEW[TUESDAY]), over=late - 1)
    tubes, moves = _collected(stage, session, done, at(TUESDAY, time(9, 1)), gap=181)
    unfit = plant_today(stage, session, tubes)
    moves += _asked_again(stage, unfit, at(TUESDAY, time(11, 38)))
    waiting = sign_ups(cast, session, slots, cast.take(WAITING_TODAY), first=late, over=9)
    save_sign_ups([*done, *waiting], slots, moves)
    save_tubes(tubes)


def _coming(stage: Stage, campaign: Campaign, point: SamplingPoint, cast: Cast) -> None:
    """Places for the next days, the morning first; the early slots are taken."""
    for (day, start, end), (count, over) in zip(COMING, ((54, 6), (24, 8), (12, 6)), strict=True):
        session, slots = sitting(campaign, point, day, start, end, places=10)
        save_sign_ups(sign_ups(cast, session, slots, cast.take(count), over=over), slots)


def _at_the_door(stage: Stage, campaign: Campaign, cast: Cast) -> None:
    """Who has symptoms or was in contact is sampled at home: no place, no point."""
    moment = at(TUESDAY, time(8, 40))
    codes = take_codes("RY", len(FIT_FOR_THE_DOOR), day=TUESDAY)
    persons = cast.take(len(FIT_FOR_THE_DOOR))
    consent = campaign.consents.get()
    made = []
    for n, ((group, symptoms), person, code) in enumerate(zip(FIT_FOR_THE_DOOR, persons, codes, strict=True)):
        signup = sign_up_of(cast, campaign, None, person, code, moment + timedelta(minutes=25 * n), consent, n)
        signup.group, signup.mode = group, "door"
        signup.declared = {**signup.declared, "symptoms": symptoms, "had_contact": group == "A2"}
        made.append(signup)
    save_sign_ups(made, [])
