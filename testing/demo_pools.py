"""Mixed tubes in the demo park: kitchens and gates are swabbed again, five to a tube. Nobody new: they are among the 863."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.codes import take_codes
from supplies.actions import Use, consume_kits
from supplies.models import Place
from testing.demo import MONDAY, TUESDAY, make_campaign, save_tubes
from testing.demo_custody import Tube, plant_boxes, plant_readings
from testing.demo_people import Cast, save_sign_ups, sign_ups, sitting
from testing.groups import facts_of_employment, group_of, may_be_pooled
from testing.models import Pool, PoolMember, Reconciliation, Session, SignUp, SignUpMove, Specimen

SIZE = 5
ON_MONDAY, ON_TUESDAY, IN_THE_OPEN_ONE = 10, 5, 2


def plant(stage: Stage) -> None:
    """Monday's two tubes came back negative; on Tuesday one is open at the desk with two of five, and three wait."""
    point, cast = stage.notes["point"], stage.notes["cast"]
    campaign = make_campaign(
        stage, stage.notes["lab"], "食堂保安每周抽检", "Weekly check of kitchens and gates", "choujian", MONDAY,
        date(2020, 2, 28), "open",
    )  # fmt: skip
    campaign.pool_size = SIZE
    campaign.save(update_fields=["pool_size"])
    people = _who_may_share(cast)
    _monday(stage, sitting(campaign, point, MONDAY, time(17, 30), time(18, 30), 10, status="closed"), cast, people)
    session, slots = sitting(campaign, point, TUESDAY, time(17, 30), time(19), 10)
    signups = sign_ups(cast, session, slots, people[ON_MONDAY:], over=1)
    tubes, moves, pools = _swabbed(stage, session, signups[:IN_THE_OPEN_ONE], at(TUESDAY, time(17, 33)))
    _save(signups, slots, moves, tubes, pools)


def _who_may_share(cast: Cast) -> list[Any]:
    """People of the first days, in whose group tubes are shared."""
    swabbed = [person for person in cast.persons[:200] if person.pk in cast.jobs]
    return [one for one in swabbed if may_be_pooled(group_of(facts_of_employment(cast.jobs[one.pk], ())))][
        : ON_MONDAY + ON_TUESDAY
    ]


def _monday(stage: Stage, held: tuple[Session, list[Any]], cast: Cast, people: Sequence[Any]) -> None:
    session, slots = held
    signups = sign_ups(cast, session, slots, people[:ON_MONDAY])
    tubes, moves, pools = _swabbed(stage, session, signups, at(MONDAY, time(17, 32)))
    plant_boxes(stage, session, tubes, handed_at=at(MONDAY, time(18, 35)), received_at=at(MONDAY, time(19, 5)))
    plant_readings(stage, tubes, day=MONDAY, rerun=0)
    _save(signups, slots, moves, tubes, pools)
    point, done_at = stage.notes["point"], at(MONDAY, time(18, 40))
    kits = consume_kits(
        point=Place.objects.point(point.code, point.name), occasion=f"session:{session.pk}",
        uses=[Use("kit", ON_MONDAY)], by=stage.users["caiyang1"], at=done_at,
    )  # fmt: skip
    Reconciliation.objects.create(
        session=session, arrived=ON_MONDAY, bound=ON_MONDAY, packed=ON_MONDAY, kits_used=ON_MONDAY,
        movement_id=kits.pk, done_at=done_at, done_by=stage.users["caiyang1"],
    )  # fmt: skip


Planted = tuple[list[Tube], list[SignUpMove], list[tuple[Pool, list[PoolMember]]]]


def _swabbed(stage: Stage, session: Session, signups: Sequence[SignUp], start: datetime) -> Planted:
    """One person every three minutes, five to a tube: the tubes in order, the steps, and who lies where. Not saved."""
    clerk, moves, tubes, pools = stage.users["caiyang1"], [], [], []
    parts = [signups[n : n + SIZE] for n in range(0, len(signups), SIZE)]
    for part, barcode in zip(parts, take_codes("YL", len(parts), day=session.day), strict=True):
        tube, pool, members = _opened(session, barcode, start, clerk), None, []
        pool = Pool(specimen=tube.specimen, session=session, lane=1, size=SIZE, opened_at=start, opened_by=clerk)
        for place, signup in enumerate(part, 1):
            moves += _steps(signup, session, start, clerk)
            taken = start + timedelta(seconds=45)
            members.append(PoolMember(pool=pool, signup=signup, position=place, collected_at=taken, collected_by=clerk))
            start += timedelta(minutes=3)
        if len(part) == SIZE:
            tube.specimen.collected_at, tube.specimen.collected_by, tube.specimen.recorded_at = taken, clerk, taken
            pool.closed_at, pool.closed_by = taken, clerk
            tube.went("collected", taken, clerk)
        tubes.append(tube)
        pools.append((pool, members))
    return tubes, moves, pools


def _opened(session: Session, barcode: str, moment: datetime, clerk: Any) -> Tube:
    tube = Tube(
        Specimen(
            barcode=barcode, is_pool=True, session=session, lab=session.campaign.lab, lane=1, issued_at=moment,
            recorded_at=moment,
        )
    )  # fmt: skip
    tube.went("issued", moment, clerk)
    return tube


def _steps(signup: SignUp, session: Session, moment: datetime, clerk: Any) -> list[SignUpMove]:
    signup.temperature_tenths, signup.attended_session, signup.attended_at = 365, session, moment
    signup.status = "collected"
    return [
        SignUpMove(
            subject=signup, from_status=before, to_status=to, effective_at=moment + timedelta(seconds=after),
            recorded_at=moment + timedelta(seconds=after), by=clerk, session=session, lane=1,
        )
        for before, to, after in (("registered", "measured", 12), ("measured", "collected", 45))
    ]  # fmt: skip


def _save(
    signups: Sequence[SignUp], slots: Sequence[Any], moves: Sequence[SignUpMove], tubes: Sequence[Tube],
    pools: Sequence[tuple[Pool, list[PoolMember]]],
) -> None:  # fmt: skip
    save_sign_ups(signups, slots, moves)
    save_tubes(tubes)
    Pool.objects.bulk_create([pool for pool, _ in pools])
    PoolMember.objects.bulk_create([member for _, members in pools for member in members])
