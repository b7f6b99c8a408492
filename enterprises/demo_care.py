"""The demo park's squads at work: calls and visits of the last week, today's plan, promises, needs on their way."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from enterprises.dictionaries import AT_THE_DOOR, CALL
from enterprises.models import (
    Enterprise,
    EnterpriseCare,
    Need,
    NeedMove,
    NeedStatus,
    PlannedContact,
    Promise,
    ResumptionStatus,
    Squad,
    Visit,
)
from parkportal.clock import at, end_of
from parkportal.demo import Stage

SAID = (
    "口罩还能用三天，已报领",
    "外省员工 6 人下周到，隔离间备好了",
    "测温、消毒记录齐全",
    "食堂分三批，间隔半小时",
    "原料本周够用，下周要看物流",
    "责任牌位置合适，字看得清",
)
PURPOSES = ("核对责任牌上的岗位并拍照", "看食堂分时分批", "核对员工花名册和隔离间", "问口罩够不够用", "看整改")
PROMISES = ("帮忙问外省员工包车", "把消毒液的配比说明发过去", "约审批部门上门讲一次")
# kind, words, department, how far it went, how many days ago it came, its term in days from today
NEEDS = (
    ("staff", "44 名外省员工返岗，想统一包车", "labour", NeedStatus.PASSED, 4, 1),
    ("materials", "进口轴承滞留上海，库存还能撑 6 天", "traffic", NeedStatus.PASSED, 5, -1),
    ("supplies", "额温枪不够，还缺 2 把", "supplies", NeedStatus.PASSED, 2, 1),
    ("logistics", "原料车进不了高速口，要通行证", "traffic", NeedStatus.DONE, 3, 0),
    ("canteen", "食堂要增派一名供餐指导员", "enterprise", NeedStatus.CONFIRMED, 6, -2),
    ("money", "贷款月底到期，想申请展期", "finance", NeedStatus.PASSED, 3, 3),
    ("permit", "危化品经营许可证快到期", "approval", NeedStatus.CONFIRMED, 7, -3),
    ("rent", "问二月房租能不能减免", "enterprise", NeedStatus.REGISTERED, 1, 5),
    ("supplies", "消毒液只够两天", "", NeedStatus.REGISTERED, 0, 2),
    ("staff", "缺 12 名熟练操作工", "labour", NeedStatus.PASSED, 6, -2),
    ("other", "园区班车停了，员工上下班不便", "traffic", NeedStatus.REOPENED, 5, 1),
    ("logistics", "成品发往广东的货车被劝返", "traffic", NeedStatus.CONFIRMED, 6, -4),
)
OUTCOMES = {
    "logistics": "已办好通行证，货车从含浦口进出",
    "canteen": "指导员 2月15日到岗，每天 10:30 到场",
    "permit": "绿色通道受理，新证 2月16日发出",
}
PLANNED_AHEAD = 8  # days over which the plans of those who have not resumed are spread


def plant(stage: Stage, units: list[Enterprise]) -> None:
    """Squads 1 and 3 have their people; the calls of the other squads were made by the committee."""
    _plans_to_resume(stage, units)
    _cares(stage, units)
    _visits(stage, units)
    _needs(stage, units)
    for number, username in ((1, "xiaodui1"), (3, "xiaodui3")):
        own = sorted((unit for unit in units if unit.squad and unit.squad.number == number), key=_place)
        _today(stage, own, stage.users[username])


def _place(unit: Enterprise) -> tuple[str, int, int]:
    return unit.building, unit.floor or 0, unit.pk


def _plans_to_resume(stage: Stage, units: list[Enterprise]) -> None:
    """Who has not resumed and has said a day: most of them."""
    today = stage.now.date()
    waiting = [unit for unit in units if unit.status not in {ResumptionStatus.RESUMED, ResumptionStatus.STOPPED}]
    for n, unit in enumerate(waiting):
        if unit.planned_on is None and unit.status != ResumptionStatus.NOT_RESUMED:
            unit.planned_on = today + timedelta(days=n * 3 % PLANNED_AHEAD)
            unit.save(update_fields=["planned_on"])


def _cares(stage: Stage, units: list[Enterprise]) -> None:
    people = {1: stage.users["xiaodui1"], 3: stage.users["xiaodui3"]}
    EnterpriseCare.objects.bulk_create(
        EnterpriseCare(enterprise=unit, user=people[unit.squad.number], starts_on=date(2020, 1, 24))
        for unit in units
        if unit.squad and unit.squad.number in people
    )


def _caller(stage: Stage, squad: Squad | None) -> Any:
    return {1: stage.users["xiaodui1"], 3: stage.users["xiaodui3"]}.get(
        squad.number if squad else 0, stage.users["guanwei1"]
    )


def _visits(stage: Stage, units: list[Enterprise]) -> None:
    """Two of three enterprises were spoken with within the last nine days."""
    today, rows = stage.now.date(), []
    for n, unit in enumerate(units):
        if n % 3 == 2:
            continue
        moment = at(today - timedelta(days=1 + n % 9), time(9 + n % 8, n * 7 % 60))
        is_door = n % 2 == 0
        problems = {"isolation": "隔离间还没有收拾出来"} if n % 17 == 4 else {}
        rows.append(
            Visit(
                enterprise=unit,
                channel=AT_THE_DOOR if is_door else CALL,
                by=_caller(stage, unit.squad),
                visited_at=moment,
                recorded_at=moment,
                met=unit.liaison_name,
                is_in_order=not problems,
                problems=problems,
                observations=SAID[n % len(SAID)],
            )
        )
    Visit.objects.bulk_create(rows)


def _today(stage: Stage, own: list[Enterprise], member: Any) -> None:
    """A member's day: four visits, two calls, one that is a day late, and what was promised."""
    today, plans = stage.now.date(), []
    for n, unit in enumerate(own[:9]):
        day = today - timedelta(days=1) if n == 0 else today if n < 7 else today + timedelta(days=1)
        channel = CALL if n in {5, 6} else AT_THE_DOOR
        clock = time(14 + n % 4) if n in {1, 3} else None
        plans.append(
            PlannedContact(
                enterprise=unit,
                channel=channel,
                due_on=day,
                clock=clock,
                purpose=PURPOSES[n % len(PURPOSES)],
                made_by=member,
                made_at=at(today - timedelta(days=3), time(17)),
            )
        )
    PlannedContact.objects.bulk_create(plans)
    last = list(Visit.objects.filter(enterprise__in=own, by=member).order_by("-visited_at")[: len(PROMISES)])
    Promise.objects.bulk_create(
        Promise(enterprise=visit.enterprise, visit=visit, words=words, due_on=today + timedelta(days=n))
        for n, (visit, words) in enumerate(zip(last, PROMISES, strict=False))
    )


def _needs(stage: Stage, units: list[Enterprise]) -> None:
    """Twelve needs on their way; the contacts' own enterprises have the first ones."""
    today = stage.now.date()
    own = stage.notes["contact_enterprises"]
    firms = [own[0], own[1], own[0], own[1], *(unit for unit in units if unit not in own)][: len(NEEDS)]
    needs = []
    for firm, (kind, words, department, status, ago, term) in zip(firms, NEEDS, strict=True):
        needs.append(
            Need(
                enterprise=firm,
                kind=kind,
                description=words,
                department=department,
                owner=_caller(stage, firm.squad) if department else None,
                due_on=today + timedelta(days=term),
                status=status,
                outcome=OUTCOMES.get(kind, "") if status in {NeedStatus.DONE, NeedStatus.CONFIRMED} else "",
                registered_at=at(today - timedelta(days=ago), time(10, 15)),
                registered_by=_caller(stage, firm.squad),
            )
        )
        if status == NeedStatus.PASSED and term < 0:
            needs[-1].escalated_at = end_of(today + timedelta(days=term))
    Need.objects.bulk_create(needs)
    NeedMove.objects.bulk_create(move for need in needs for move in _trail(need, stage))


def _trail(need: Need, stage: Stage) -> Iterator[NeedMove]:
    """The moves that led to where the need stands, two hours apart."""
    ways: dict[str, tuple[str, ...]] = {
        NeedStatus.REGISTERED: (),
        NeedStatus.PASSED: (NeedStatus.PASSED,),
        NeedStatus.DONE: (NeedStatus.PASSED, NeedStatus.DONE),
        NeedStatus.CONFIRMED: (NeedStatus.PASSED, NeedStatus.DONE, NeedStatus.CONFIRMED),
        NeedStatus.REOPENED: (NeedStatus.PASSED, NeedStatus.DONE, NeedStatus.REOPENED),
    }
    before, when = "", need.registered_at
    for status in (NeedStatus.REGISTERED, *ways[need.status]):
        yield _move(need, before, status, when, stage)
        before, when = status, when + timedelta(hours=2)


def _move(need: Need, before: str, status: str, when: datetime, stage: Stage) -> NeedMove:
    reasons = {NeedStatus.DONE: need.outcome or "已经回复企业", NeedStatus.REOPENED: "班车还是没有来"}
    return NeedMove(
        subject=need,
        from_status=before,
        to_status=status,
        effective_at=when,
        recorded_at=when,
        by=need.registered_by if status == NeedStatus.REGISTERED else stage.users["guanwei1"],
        department="" if status == NeedStatus.REGISTERED else need.department,
        owner=None if status == NeedStatus.REGISTERED else need.owner,
        reason=reasons.get(NeedStatus(status), ""),
    )
