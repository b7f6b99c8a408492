"""Rows for tests, made as the portal would have made them. Plain functions; every name and number is invented.

enterprise = make_enterprise(name="湖南青禾检测有限公司", sishang_kind="IND", status="resumed")
contact = make_contact(enterprise)            # a user who reaches it
person = make_person(name="陆青禾")
make_employment(person, enterprise, returned_on=date(2020, 2, 12))
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.db.models import Q

from enterprises.actions import register_need
from enterprises.models import (
    Board,
    BoardMove,
    DailyReport,
    Employment,
    Enterprise,
    EnterpriseCare,
    EnterpriseContact,
    Filing,
    Greeting,
    Guidance,
    Inspection,
    MealPoint,
    Need,
    Notice,
    Outlet,
    PermitCase,
    Person,
    PersonFlag,
    PlannedContact,
    Promise,
    ResumptionMove,
    SishangListing,
    Squad,
    SquadMember,
    SupervisorAssignment,
    Visit,
)
from enterprises.pinyin import name_core, person_key, search_text, unit_key
from parkportal.accounts.models import RoleGrant, User
from parkportal.clock import at, park_now, park_today
from parkportal.identifiers import CREDIT_ALPHABET, credit_check_character, id_check_character
from parkportal.records import terms
from parkportal.records.models import Term

LONG_AGO = date(2019, 1, 1)
PASSWORD = "Right-2020-pass"
SQUAD_NAMES = [f"第{n}小分队" for n in "一二三四五六七八九十"]
_serial = count(1)


def credit_code(n: int | None = None) -> str:
    """A credit code with a right check symbol in the unassigned area 439900."""
    n = next(_serial) if n is None else n
    tail = ""
    for _ in range(5):
        n, digit = divmod(n, len(CREDIT_ALPHABET))
        tail = CREDIT_ALPHABET[digit] + tail
    first17 = f"91439900MA4X{tail}"
    return first17 + credit_check_character(first17)


def id_number(n: int | None = None, *, born_on: date = date(1990, 1, 1)) -> str:
    """An ID number with a right check character in the unassigned area 439900."""
    n = next(_serial) if n is None else n
    day = date.fromordinal(born_on.toordinal() + n // 1000)
    first17 = f"439900{day:%Y%m%d}{n % 1000:03d}"
    return first17 + id_check_character(first17)


def phone(n: int | None = None) -> str:
    return f"1990000{(next(_serial) if n is None else n) % 10000:04d}"


def make_squad(number: int = 1, **fields: Any) -> Squad:
    """The squad of this number, made when it is not there."""
    return Squad.objects.get_or_create(number=number, defaults={"name": SQUAD_NAMES[number - 1], **fields})[0]


def make_term(kind: str, word: str, **fields: Any) -> Term:
    """The dictionary's entry by code or label; the declared words are planted when they are missing."""
    found = Term.objects.filter(Q(code=word) | Q(label=word), kind=kind)
    if not found.exists():
        terms.plant()
    return found.first() or Term.objects.create(kind=kind, code=word, label=word, **fields)


def make_enterprise(
    *,
    name: str = "",
    status: str = "not_resumed",
    resumed_on: date | None = None,
    tags: Iterable[str] = (),
    org_roles: Iterable[str] = (),
    liaison: tuple[str, str] = ("", ""),
    principal: tuple[str, str] = ("", ""),
    registered_at: datetime | None = None,
    **fields: Any,
) -> Enterprise:
    """An enterprise with its code, keys, 四上 listing and the moves that led to its status.

    `tags` and `org_roles` are dictionary labels or codes (规上, lab); `liaison` and `principal` are (name, phone).
    """
    n = next(_serial)
    name = name or f"湖南测试{n}号有限公司"
    if fields.get("kind") != "site":
        fields.setdefault("credit_code", credit_code(n))
    if status == "resumed" and resumed_on is None:
        resumed_on = date(2020, 2, 12)
    enterprise = Enterprise(
        name=name,
        status=status,
        resumed_on=resumed_on,
        registered_at=registered_at or at(LONG_AGO),
        pinyin_key=unit_key(name),
        name_core=name_core(name),
        search_text=search_text(
            name=name, short_name=fields.get("short_name", ""), code=fields.get("credit_code") or ""
        ),
        **fields,
    )
    enterprise.set_liaison(*liaison)
    enterprise.set_principal(*principal)
    enterprise.save()
    if status != "not_resumed":
        moved_at = at(resumed_on or LONG_AGO)
        ResumptionMove.objects.create(
            subject=enterprise, from_status="not_resumed", to_status=status, effective_at=moved_at, recorded_at=moved_at
        )
    if enterprise.sishang_kind:
        SishangListing.objects.create(
            enterprise=enterprise, kind=enterprise.sishang_kind, valid_from=LONG_AGO, recorded_at=at(LONG_AGO)
        )
    enterprise.tags.set([make_term("tag", tag) for tag in tags])
    enterprise.org_roles.set([make_term("org_role", role) for role in org_roles])
    return enterprise


def make_many_enterprises(count: int) -> None:
    """A register of this many more units, written in a few statements: squads, kinds and statuses by turns.

    The first is always a resumed 规上工业, whatever was made before: a filter that finds it finds it alone, too.
    """
    squads = [make_squad(number) for number in range(1, 11)]
    rows = []
    for turn, n in enumerate((next(_serial) for _ in range(count)), 1):
        unit = Enterprise(
            name=f"湖南园区{n}号有限公司",
            credit_code=credit_code(n),
            squad=squads[turn % 10],
            sishang_kind=(None, "IND", "SVC")[turn % 3],
            status="resumed" if turn % 4 else "not_resumed",
            resumed_on=date(2020, 2, 12) if turn % 4 else None,
            building=f"A{n % 20}栋",
            headcount=n % 900,
            pinyin_key=f"hu nan yuan qu {n:06d}",
            name_core=f"yuanqu{n}hao",
            search_text=f"湖南园区{n}号有限公司hnyq{n}h",
        )
        unit.set_liaison("陆青禾", f"199{n:08d}")
        rows.append(unit)
    Enterprise.objects.bulk_create(rows, batch_size=1000)


def make_site(**fields: Any) -> Enterprise:
    """A construction site (工地)."""
    n = next(_serial)
    return make_enterprise(**{"kind": "site", "name": f"测试{n}号项目工地", **fields})


def make_account(*role_codes: str, name: str = "", **fields: Any) -> User:
    n = next(_serial)
    user = User.objects.create_user(
        f"{'-'.join(role_codes) or 'nobody'}-e{n}", PASSWORD, name=name or f"测试{n}", **fields
    )
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=code, starts_on=LONG_AGO) for code in role_codes])
    return user


def make_contact(enterprise: Enterprise, *, kind: str = "contact", name: str = "") -> User:
    """A user who is the liaison (`contact`) or `principal` of the enterprise."""
    user = make_account(kind, name=name)
    EnterpriseContact.objects.create(enterprise=enterprise, user=user, kind=kind, starts_on=LONG_AGO)
    return user


def make_squad_member(squad: Squad, *, name: str = "") -> User:
    user = make_account("squad", name=name)
    SquadMember.objects.create(squad=squad, user=user, starts_on=LONG_AGO)
    return user


def make_supervisor(*enterprises: Enterprise, name: str = "") -> User:
    user = make_account("supervisor", name=name)
    for enterprise in enterprises:
        SupervisorAssignment.objects.create(enterprise=enterprise, user=user, starts_on=LONG_AGO)
    return user


def make_person(
    *, name: str = "陆青禾", document_type: str = "id_card", number: str = "", phone_number: str = "", **fields: Any
) -> Person:
    person = Person(name=name, pinyin_key=person_key(name), **fields)
    person.set_document(document_type, number or id_number())
    person.set_phone(phone_number or phone())
    person.save()
    return person


def make_employment(person: Person, enterprise: Enterprise, **fields: Any) -> Employment:
    return Employment.objects.create(**{"person": person, "enterprise": enterprise, "starts_on": LONG_AGO, **fields})


def make_employee(enterprise: Enterprise, **fields: Any) -> Person:
    """A person who is back at work there."""
    person = make_person(**fields)
    make_employment(person, enterprise, returned_on=date(2020, 2, 12))
    return person


def make_flag(person: Person, kind: str, **fields: Any) -> PersonFlag:
    """`kind` is a code of the dictionary person_flag: three_classes, wuhan_contact, observation, out_of_province."""
    return PersonFlag.objects.create(**{"person": person, "kind": kind, "starts_on": park_today(), **fields})


def make_report(
    enterprise: Enterprise, day: date | None = None, *, by: User | None = None, **fields: Any
) -> DailyReport:
    day = day or park_today()
    return DailyReport.objects.create(
        **{
            "enterprise": enterprise,
            "day": day,
            "on_duty": 10,
            "reported_by": by or make_account("committee"),
            "reported_at": at(day, time(9)),
            **fields,
        }
    )


def make_filing(enterprise: Enterprise, *, status: str = "draft", by: User | None = None, **fields: Any) -> Filing:
    if status == "filed":
        fields = {"filed_at": park_now(), "filed_by": by or make_account("committee"), **fields}
    filing = Filing.objects.create(enterprise=enterprise, status=status, **fields)
    filing.moves.create(from_status="", to_status=status, by=by)
    return filing


def make_board(
    enterprise: Enterprise,
    *,
    status: str = "posted",
    number: int = 1,
    moved_at: datetime | None = None,
    **fields: Any,
) -> Board:
    board = Board.objects.create(enterprise=enterprise, status=status, number=number, **fields)
    moved_at = moved_at or at(date(2020, 2, 16))
    BoardMove.objects.create(subject=board, to_status=status, effective_at=moved_at, recorded_at=moved_at)
    return board


def make_inspection(enterprise: Enterprise, *, by: User, status: str = "rectifying", **fields: Any) -> Inspection:
    """An inspection with one finding, to be put right within three days; `passed` has none."""
    if status != "passed":
        fields = {"due_on": park_today() + timedelta(days=3), "responsible": "整改人", **fields}
    inspection = Inspection.objects.create(enterprise=enterprise, by=by, status=status, **fields)
    inspection.moves.create(to_status=status, by=by)
    if status != "passed":
        inspection.findings.create(item="进门测温、戴口罩，有登记", words="没有测温登记")
    return inspection


def make_need(enterprise: Enterprise, *, by: User | None = None, **fields: Any) -> Need:
    """A need as it is registered; `status` puts it further on, with the move that led there."""
    status = fields.pop("status", Need.Status.REGISTERED)
    need = register_need(
        enterprise=enterprise,
        by=by or make_account("committee"),
        **{"kind": "other", "description": "缺测温枪 2 支", "due_on": park_today(), **fields},
    )
    if status != need.status:
        outcome = "办好了" if status in {Need.Status.DONE, Need.Status.CONFIRMED} else ""
        Need.objects.filter(pk=need.pk).update(status=status, outcome=outcome)
        need.moves.create(from_status=need.status, to_status=status, by=by)
        need.refresh_from_db()
    return need


def make_visit(enterprise: Enterprise, *, by: User | None = None, **fields: Any) -> Visit:
    return Visit.objects.create(
        **{"enterprise": enterprise, "by": by or make_account("squad"), "channel": "door", **fields}
    )


def make_plan(enterprise: Enterprise, **fields: Any) -> PlannedContact:
    """A call or a visit that is to come, for today where nothing else is said."""
    return PlannedContact.objects.create(
        **{"enterprise": enterprise, "channel": "door", "due_on": park_today(), "purpose": "核对责任牌", **fields}
    )


def make_promise(visit: Visit, **fields: Any) -> Promise:
    return Promise.objects.create(
        **{"enterprise": visit.enterprise, "visit": visit, "words": "问到口罩就回话", "due_on": park_today(), **fields}
    )


def make_care(enterprise: Enterprise, user: User, **fields: Any) -> EnterpriseCare:
    """The member looks after the enterprise."""
    return EnterpriseCare.objects.create(**{"enterprise": enterprise, "user": user, "starts_on": LONG_AGO, **fields})


def make_notice(*enterprises: Enterprise, by: User | None = None, **fields: Any) -> Notice:
    """A notice that went to these enterprises and that nobody has read."""
    notice = Notice.objects.create(
        **{
            "title": "明天起进门测温",
            "body": "请在 2月19日前备好额温枪。",
            "by": by or make_account("committee"),
            **fields,
        }
    )
    for enterprise in enterprises:
        notice.receipts.create(enterprise=enterprise)
    return notice


def make_permit(enterprise: Enterprise, *, owner: User, status: str = "accepted", **fields: Any) -> PermitCase:
    """A permit taken in on 2020-02-12 with 20 and 5 working days; decided ones need `finished_on` and `actual_days`."""
    if finished_on := fields.get("finished_on"):
        fields.setdefault("finished_at", at(finished_on, time(17)))
    facts = {"name": "食品经营许可证", "statutory_days": 20, "promised_days": 5, "accepted_on": date(2020, 2, 12)}
    facts |= {"due_on": date(2020, 2, 19), **fields}
    permit = PermitCase.objects.create(enterprise=enterprise, owner=owner, status=status, **facts)
    when = at(permit.accepted_on, time(8))
    permit.moves.create(to_status="accepted", by=owner, effective_at=when, recorded_at=when)
    if finished_on:
        when = at(finished_on, time(17))
        permit.moves.create(from_status="accepted", to_status=status, by=owner, effective_at=when, recorded_at=when)
    return permit


def make_greeting(*enterprises: Enterprise, by: User | None = None, **fields: Any) -> Greeting:
    """A batch of greetings by phone or visit that nobody has made yet."""
    facts = {"kind": "greeting", "title": "问候", "body": "问问口罩够不够", "by": by or make_account("committee")}
    greeting = Greeting.objects.create(**{**facts, **fields})
    for enterprise in enterprises:
        greeting.contacts.create(enterprise=enterprise)
    return greeting


def make_guidance(enterprise: Enterprise, **fields: Any) -> Guidance:
    """A canteen that asks for a guidance officer; `officer` and `status` put it further on."""
    guidance = Guidance.objects.create(**{"enterprise": enterprise, "wish": "200 人怎样分三批", **fields})
    guidance.moves.create(to_status=guidance.status)
    return guidance


def make_meal_point(
    enterprise: Enterprise | None = None, *slots: tuple[str, str, str, int], **fields: Any
) -> MealPoint:
    """A canteen of 100 seats with the lines (starts, ends, group, cap)."""
    facts = {"enterprise": enterprise, "name": f"食堂{next(_serial)}", "place": "A1栋 1 层", "seats": 100, **fields}
    point = MealPoint.objects.create(**facts)
    for starts, ends, group, cap in slots:
        hours = {"starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
        point.slots.create(**hours, group=group, cap=cap)
    return point


def make_outlet(*, passed: bool | None = True, by: User | None = None, **fields: Any) -> Outlet:
    """A take-away outlet with one check; `passed` None has none yet."""
    facts = {"name": f"外卖{next(_serial)}店", "place": "A1栋东门", "opens": time(10), "closes": time(20), **fields}
    outlet = Outlet.objects.create(**facts)
    if passed is not None:
        outlet.checks.create(passed=passed, words="" if passed else "没有戴手套", by=by or make_account("supervisor"))
    return outlet
