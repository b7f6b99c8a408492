"""The demo park's register, its people, reports, filings and boards. Persons and firms are invented."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F

from enterprises import demo_care, demo_oversight, demo_papers, demo_services
from enterprises.dictionaries import ABOVE_SCALE, KEY, LAB
from enterprises.doors import RegisterHoldings, squads, take_in_register
from enterprises.intake import REGISTER
from enterprises.models import (
    DailyReport,
    Employment,
    Enterprise,
    EnterpriseContact,
    Filing,
    FilingMove,
    Person,
    PersonFlag,
    ResumptionMove,
    ResumptionStatus,
    SishangListing,
    Squad,
    SquadMember,
    SupervisorAssignment,
)
from enterprises.pinyin import person_key
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.identifiers import id_check_character
from parkportal.records.models import Term
from parkportal.records.triggers import lifted
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import ACCEPTED

REGISTER_FILE = "01-企业名录.xlsx"
MEMBERSHIPS_FROM = date(2020, 1, 24)
ENTERED_ON = date(2020, 1, 31)
SURNAMES = "林陈黎沈韩顾陆姚宋谢邹邓袁傅曾彭吕苏卢蒋丁魏薛叶阎余潘杜戴夏钟田任姜范方石谭廖熊金陶"
GIVEN = [
    "知遥",
    "长风",
    "清和",
    "可心",
    "星河",
    "观澜",
    "南舟",
    "临川",
    "知秋",
    "若水",
    "思远",
    "海波",
    "小满",
    "慧敏",
    "国庆",
    "俊杰",
    "雨桐",
    "子涵",
    "明轩",
    "佳宁",
    "文静",
    "志强",
    "秀兰",
    "建军",
    "丽华",
    "晓东",
    "春生",
    "玉梅",
    "家明",
    "安然",
]
POSTS = ("操作工", "质检员", "技术员", "仓管员", "行政", "食堂厨师", "保安", "测温员", "销售", "研发工程师")
DEPARTMENTS = ("一车间", "二车间", "研发部", "综合部", "市场部")
# enterprises with a roster, and how many people stand in each
ROSTERS = (96, 64, 58, 52, 46, 42, 38, 34, 30, 28, 24, 20)


def plant(stage: Stage) -> None:
    """Register, memberships, people, a week of reports, filings, 70 boards on the wall."""
    units = _register(stage)
    resumed = [unit for unit in units if unit.status == ResumptionStatus.RESUMED]
    marked = [unit for unit in resumed if unit.tag_codes & {ABOVE_SCALE, KEY}]
    _memberships(stage, units, marked)
    _rosters(stage, marked)
    _reports(stage, resumed, [unit for unit in units if unit.status == ResumptionStatus.FILED])
    _filings(stage, resumed, [unit for unit in units if unit.status == ResumptionStatus.FILED])
    demo_oversight.plant(stage, marked)
    demo_care.plant(stage, units)
    demo_papers.plant(stage, units, marked)
    demo_services.plant(stage, units)
    stage.notes["resumed"] = resumed
    stage.notes["marked"] = marked


def _register(stage: Stage) -> list[Enterprise]:
    """The printed register through the ordinary door; entered at the end of January, each move known on its day."""
    squads()
    path = Path(settings.BASE_DIR) / "tests" / "intake" / REGISTER_FILE
    judgement = judge(REGISTER, path, as_of=stage.now.date(), holdings=RegisterHoldings())
    rows = [row for row in judgement.rows if row.outcome == ACCEPTED]
    take_in_register(rows, by=stage.users["guanwei1"], params={}, source_file=None, progress=None)
    with lifted("enterprises_resumptionmove"):
        ResumptionMove.objects.update(recorded_at=F("effective_at"))
    Enterprise.objects.update(registered_at=at(ENTERED_ON))
    SishangListing.objects.update(recorded_at=at(ENTERED_ON))
    units = list(Enterprise.objects.select_related("squad").prefetch_related("tags"))
    for unit in units:
        unit.tag_codes = {tag.code for tag in unit.tags.all()}
    lab = next(unit for unit in units if "检验检测" in unit.name and unit.status == ResumptionStatus.RESUMED)
    lab.org_roles.add(Term.objects.get(kind="org_role", code=LAB))
    stage.notes["lab"] = lab
    return units


def _memberships(stage: Stage, units: list[Enterprise], marked: list[Enterprise]) -> None:
    users = stage.users
    for number, username in ((1, "xiaodui1"), (3, "xiaodui3")):
        squad = Squad.objects.get(number=number)
        squad.leader = users[username]
        squad.save(update_fields=["leader"])
        SquadMember.objects.create(squad=squad, user=users[username], starts_on=MEMBERSHIPS_FROM)
    SupervisorAssignment.objects.bulk_create(
        [SupervisorAssignment(enterprise=unit, user=users["dudao"], starts_on=MEMBERSHIPS_FROM) for unit in marked[:12]]
    )
    first = next(unit for unit in marked if unit.squad and unit.squad.number == 1)
    second = next(unit for unit in marked if unit.squad and unit.squad.number == 3)
    kinds = EnterpriseContact.Kind
    for unit, username, kind in (
        (first, "lianluo1", kinds.LIAISON),
        (second, "lianluo2", kinds.LIAISON),
        (first, "fuzeren", kinds.PRINCIPAL),
    ):
        EnterpriseContact.objects.create(enterprise=unit, user=users[username], kind=kind, starts_on=MEMBERSHIPS_FROM)
    stage.notes["contact_enterprises"] = [first, second]


def invented_number(serial: int) -> str:
    """An ID number of the unassigned area 439900 with a right check character; each serial is another person."""
    born = date(1960, 1, 1) + timedelta(days=serial * 17 % 14600)
    first17 = f"439900{born:%Y%m%d}{serial % 1000:03d}"
    return first17 + id_check_character(first17)


def invented_person(stage: Stage, serial: int) -> Person:
    """An unsaved invented person with document and phone."""
    name = stage.rng.choice(SURNAMES) + stage.rng.choice(GIVEN)
    number = invented_number(serial)
    person = Person(name=name, sex="M" if int(number[16]) % 2 else "F", pinyin_key=person_key(name))
    person.set_document("id_card", number)
    person.set_phone(f"1990001{serial:04d}")
    person.created_at = at(date(2020, 2, 10), time(8))
    return person


def _rosters(stage: Stage, marked: list[Enterprise]) -> None:
    """Rosters of twelve enterprises, the contacts' own first."""
    own = stage.notes["contact_enterprises"]
    firms = [*own, *(unit for unit in marked if unit not in own)][: len(ROSTERS)]
    persons, jobs, serial = [], [], 0
    for firm, size in zip(firms, ROSTERS, strict=False):
        for _ in range(size):
            serial += 1
            person = invented_person(stage, serial)
            post = stage.rng.choice(POSTS)
            persons.append(person)
            jobs.append(
                Employment(
                    person=person,
                    enterprise=firm,
                    department=stage.rng.choice(DEPARTMENTS),
                    post=post,
                    is_key_post=any(word in post for word in ("食堂", "保安", "测温")),
                    returned_on=(firm.resumed_on or date(2020, 2, 10)) + timedelta(days=stage.rng.randrange(0, 4)),
                    journey={"出发地": "湖南省岳阳市", "14日内湖北旅居史": False, "接触史": False, "症状": []},
                    starts_on=date(2020, 2, 10),
                )
            )
    Person.objects.bulk_create(persons, batch_size=500)
    Employment.objects.bulk_create(jobs, batch_size=500)
    came = [person for n, person in enumerate(persons) if n % 40 == 7]
    PersonFlag.objects.bulk_create(
        [
            PersonFlag(
                person=p,
                kind="out_of_province",
                starts_on=date(2020, 2, 12),
                ends_on=date(2020, 2, 26),
                source="花名册",
            )
            for p in came
        ]
    )
    stage.notes["persons"] = persons
    stage.notes["last_serial"] = serial


def _reports(stage: Stage, resumed: list[Enterprise], filed: list[Enterprise]) -> None:
    """A week of daily reports; today a few are late and a few missing, as on any day."""
    rows = []
    today = stage.now.date()
    by = stage.users["guanwei1"]
    for n, unit in enumerate([*resumed, *filed]):
        whole = unit.headcount or 0
        share = stage.rng.uniform(0.5, 0.75)
        for back in range(7, -1, -1):
            day = today - timedelta(days=back)
            if back == 0 and n % 29 == 4:
                continue
            if unit.status == ResumptionStatus.RESUMED and unit.resumed_on and day < unit.resumed_on:
                continue
            is_late = n % 23 == 5 and back == 0
            moment = time(12, 20 + n % 30) if is_late else time(8 + n % 3, (n * 7 + back) % 60)
            working = (
                int(whole * min(0.97, share + 0.03 * (7 - back))) if unit.status == ResumptionStatus.RESUMED else 0
            )
            rows.append(_report(unit, day, working, datetime.combine(day, moment), is_late, by))
    DailyReport.objects.bulk_create(rows, batch_size=500)


def _report(unit: Enterprise, day: date, working: int, moment: datetime, is_late: bool, by: Any) -> DailyReport:
    masks = 3 * working + 40
    reported_at = at(day, moment.time())
    return DailyReport(
        enterprise=unit,
        day=day,
        on_duty=working,
        masks_left=masks,
        reported_at=reported_at,
        reported_by=by,
        is_late=is_late,
    )


def _filings(stage: Stage, resumed: list[Enterprise], filed: list[Enterprise]) -> None:
    """Filings on record for the enterprises that have filed and for a third of the resumed ones."""
    by = stage.users["guanwei1"]
    filings, moves = [], []
    for unit in [*filed, *resumed[::3]]:
        day = unit.resumed_on or unit.planned_on or stage.now.date()
        filed_at = at(max(day - timedelta(days=2), date(2020, 2, 8)), time(15, 30))
        filing = Filing(enterprise=unit, status=Filing.Status.FILED, planned_on=day, filed_at=filed_at, filed_by=by)
        filing.created_at, filing.pack = filed_at, _pack(unit, day)
        filings.append(filing)
    Filing.objects.bulk_create(filings)
    for filing in filings:
        when = {"effective_at": filing.filed_at, "recorded_at": filing.filed_at, "by": by}
        moves += [
            FilingMove(subject=filing, to_status=Filing.Status.DRAFT, **when),
            FilingMove(subject=filing, from_status=Filing.Status.DRAFT, to_status=Filing.Status.FILED, **when),
        ]
    FilingMove.objects.bulk_create(moves)


def _pack(unit: Enterprise, day: date) -> dict[str, Any]:
    whole = unit.headcount or 0
    return {
        "planned_on": day.isoformat(), "exemption": "", "headcount": whole, "first_batch": whole // 2, "hubei": 0,
        "out_of_province": whole // 40, "duty_name": unit.liaison_name, "disinfections": 3, "temperature_checks": 2,
        "isolation_rooms": 1, "has_canteen": True, "meal_groups": 3, "has_dormitory": False, "dormitory_people": 0,
        "emergency": "当场隔离，报告园区管委会，由专车送发热门诊。", "masks": whole * 3, "mask_days": 3, "thermometers": 2,
        "thermometer_days": 14, "disinfectant": 40, "disinfectant_days": 10, "alcohol": 20, "alcohol_days": 10, "promise_true": True, "promise_duty": True, "promise_report": True,
        "signed_by": unit.principal_name, "steps": ["control", "people", "promise", "supplies"],
    }  # fmt: skip
