"""The eight tables of the week, from the same figures and rows that the pages show."""

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from enterprises.dictionaries import ABOVE_SCALE, KEY
from enterprises.models import Enterprise
from enterprises.models.boards import Board
from enterprises.models.inspections import OPEN as OPEN_INSPECTIONS
from enterprises.models.inspections import UNDER_ORDER, Inspection, InspectionMove
from enterprises.models.needs import OPEN, Need, NeedMove
from investment.models import Contact, Lead, LeadMove, LeadStage
from parkportal.clock import at, day_of, last_moment
from parkportal.dashboard.narrative import kind_labels
from parkportal.dashboard.weekly.layout import Table
from parkportal.quantities import plain, rate_text
from parkportal.records.figures import FigureValue
from parkportal.records.models import Term
from parkportal.states import known_by, status_as_of
from supplies.models import Line, Place, PlaceKind
from testing.models import Group, LeftWhy, PoolMember, Result, ResultValue, SignUp, Specimen

KINDS_SHEET = "2 分类复工"
PRINTED_ORDER = ("IND", "CON", "WRT", "HCT", "RE", "SVC")


def all_tables(values: Mapping[str, FigureValue], *, as_of: datetime, monday: date, words: str) -> list[Table]:
    """Sheets 1 to 8 of handbook §4, in order."""
    start = at(monday)
    return [
        overview(values, words),
        by_kind(as_of, start),
        sites(as_of),
        testing_groups(as_of),
        stock(as_of, start),
        boards(values, as_of, start),
        needs(as_of),
        investment(as_of, start),
    ]


def overview(values: Mapping[str, FigureValue], words: str) -> Table:
    """Every figure of the dashboards with its denominator and definition, and the narrative."""
    rows = [
        [
            value.label,
            value.unit,
            _number(value.numerator),
            _number(value.denominator),
            value.rate_text,
            value.definition,
        ]
        for value in values.values()
    ]
    heads = ("指标", "单位", "数值", "分母", "比率", "口径")
    return Table("1 总体情况", heads, rows, widths=(22, 8, 12, 12, 10, 64), notes=(words,))


def _number(value: int | Decimal | None) -> int | Decimal | str:
    """A whole number as an integer; — where there is none."""
    if value is None:
        return "—"
    return int(value) if value == int(value) else Decimal(value)


@dataclass
class KindSum:
    """What one row of the rate table adds up."""

    units: int = 0
    resumed: int = 0
    newly: int = 0
    headcount: int = 0
    on_duty: int = 0

    def add(self, other: "KindSum") -> None:
        for name in ("units", "resumed", "newly", "headcount", "on_duty"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self, label: str) -> list[object]:
        rates = rate_text(self.resumed, self.units), rate_text(self.on_duty, self.headcount)
        waiting = "—" if self.units == self.resumed else f"{self.units - self.resumed} 家未复工"
        return [label, self.units, self.resumed, self.newly, rates[0], self.headcount, self.on_duty, rates[1], waiting]


def by_kind(as_of: datetime, start: datetime) -> Table:
    """四上 by kind: due, resumed, newly resumed this week, headcount, on duty, both rates."""
    resumed_before = set(Enterprise.objects.resumed_as_of(start).values_list("pk", flat=True))
    sums: dict[str, KindSum] = defaultdict(KindSum)
    rows = Enterprise.objects.sishang_as_of(as_of).counted().registered_by(as_of).with_status_as_of(as_of)
    for unit in rows.with_latest_report(as_of):
        mine = sums[unit.sishang_kind or ""]
        mine.units += 1
        if unit.status_then == Enterprise.Status.RESUMED:
            mine.resumed += 1
            mine.newly += unit.pk not in resumed_before
            mine.headcount += unit.headcount or 0
            mine.on_duty += unit.on_duty_then or 0
    labels, total = kind_labels(), KindSum()
    for one in sums.values():
        total.add(one)
    added = [code for code in labels if code not in PRINTED_ORDER and sums[code].units]
    body = [sums[code].row(labels.get(code, code)) for code in (*PRINTED_ORDER, *added)]
    heads = ("类别", "应复工", "已复工", "本周新增", "复工率", "职工数", "到岗", "返岗率", "未复工原因")
    note = "职工数和到岗只计已复工企业；到岗取日报最近一次。"
    return Table(
        KINDS_SHEET, heads, body, total.row("合计"), widths=(22, 10, 10, 10, 10, 12, 12, 10, 18), notes=(note,)
    )


def sites(as_of: datetime) -> Table:
    """Construction sites and key projects, one row each."""
    rows = Enterprise.objects.sites().registered_by(as_of).with_status_as_of(as_of).order_by("-key_level", "pinyin_key")
    body = [
        [site.name, site.get_key_level_display(), _status(site.status_then), _day(site.resumed_on), site.headcount or 0]
        for site in rows
    ]
    total = [
        "合计",
        f"重点 {sum(row[1] != '无' for row in body)} 个",
        f"{len(body)} 个",
        "",
        sum(int(row[4]) for row in body),
    ]
    heads = ("工地", "重点级别", "复工状态", "复工日期", "职工数")
    return Table("3 工地及重点项目", heads, body, total, widths=(40, 14, 14, 14, 12))


def _status(code: str | None) -> str:
    return dict(Enterprise.Status.choices).get(code or "", "未复工")


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else "—"


def testing_groups(as_of: datetime) -> Table:
    """By group: due persons, sampled persons, samples, negative, abnormal, waiting, overdue. Persons count once."""
    due = _persons(SignUp.objects.open().signed_up_by(as_of))
    sampled = _persons(SignUp.objects.sampled_as_of(as_of))
    samples = _by_group(Specimen.objects.filter(pk__in=Specimen.objects.collected_as_of(as_of).values("pk")))
    in_force = Result.objects.as_of(as_of)
    clear = in_force.filter(value=ResultValue.NEGATIVE).values("specimen")
    negative = _by_group(Specimen.objects.filter(pk__in=clear), mixed=STILL_IN)
    other = in_force.exclude(value=ResultValue.NEGATIVE).values("specimen")
    abnormal = _by_group(Specimen.objects.filter(pk__in=other), mixed=())
    pending, overdue = Specimen.objects.pending_as_of(as_of), Specimen.objects.overdue_as_of(as_of)
    waiting = _by_group(Specimen.objects.filter(pk__in=pending.values("pk")), mixed=STILL_IN)
    late = _by_group(Specimen.objects.filter(pk__in=overdue.values("pk")), mixed=STILL_IN)
    columns = (due, sampled, samples, negative, abnormal, waiting, late)
    body = [[label, *(column[code] for column in columns)] for code, label in Group.choices]
    total = ["合计", *(sum(column.values()) for column in columns)]
    heads = ("人群", "应检（人）", "已检（人）", "人次", "阴性", "异常", "待出", "超时")
    note = "一人只按一个人群计；混采管按里面的人计，混采异常以各人的单管为准；异常含可疑、阳性和无效，名单不在本表。"
    return Table("4 核酸检测", heads, body, total, widths=(32, 12, 12, 10, 10, 10, 10, 10), notes=(note,))


def _persons(rows: QuerySet[SignUp]) -> Counter[str]:
    """Distinct persons by the group of their last sign-up."""
    last = dict(rows.order_by("pk").values_list("document_hash", "group"))
    return Counter(last.values())


# Of a mixed tube: everybody whose swab it held, or who still lies in it (nobody once it was not negative or unfit).
EVER_IN = ("", LeftWhy.UNFIT, LeftWhy.RETEST)
STILL_IN = ("",)


def _by_group(rows: QuerySet[Specimen], *, mixed: tuple[str, ...] = EVER_IN) -> Counter[str]:
    """Swabs by the person's group: each single tube one, each mixed tube as many as lie in it by `mixed`."""
    single = rows.filter(is_pool=False).order_by().values("signup__group").annotate(n=Count("pk"))
    members = PoolMember.objects.filter(pool__specimen__in=rows.filter(is_pool=True).values("pk"), left_why__in=mixed)
    shared = members.order_by().values("signup__group").annotate(n=Count("pk"))
    return Counter(dict(single.values_list("signup__group", "n"))) + Counter(
        dict(shared.values_list("signup__group", "n"))
    )


def stock(as_of: datetime, start: datetime) -> Table:
    """物资收发存: opening, received, issued, closing of each item over all warehouses."""
    sums: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    warehouses = Place.objects.filter(kind=PlaceKind.WAREHOUSE)
    moved = Line.objects.filter(movement__at__lte=as_of).values("lot__item__name", "lot__item__spec", "lot__item__unit")
    for sign, place in ((1, "to_place"), (-1, "from_place")):
        lines = moved.filter(**{f"{place}__in": warehouses}).order_by()
        for row in lines.annotate(before=Sum("quantity", filter=Q(movement__at__lt=start)), whole=Sum("quantity")):
            cells = sums[(row["lot__item__name"], row["lot__item__spec"], row["lot__item__unit"])]
            before, whole = row["before"] or Decimal(0), row["whole"] or Decimal(0)
            opening = cells[0] + sign * before
            received = cells[1] + (whole - before if sign > 0 else 0)
            issued = cells[2] + (whole - before if sign < 0 else 0)
            cells[:] = [opening, received, issued, opening + received - issued]
    body = [[name, spec or "—", unit, *map(_number, cells)] for (name, spec, unit), cells in sorted(sums.items())]
    heads = ("物资", "规格", "单位", "期初", "收入", "发出", "结存")
    return Table("5 物资收发存", heads, body, widths=(28, 24, 8, 14, 14, 14, 14))


def boards(values: Mapping[str, FigureValue], as_of: datetime, start: datetime) -> Table:
    """责任上墙及督导整改 by squad: boards on the wall and missing; inspections of the week and what came of them."""
    posted = Board.objects.on_the_wall_as_of(as_of).values("enterprise")
    wanted = Enterprise.objects.enterprises().resumed_as_of(as_of).filter(tags__code__in=(ABOVE_SCALE, KEY))
    rows = (
        Enterprise.objects.filter(pk__in=wanted.values("pk"))
        .order_by("squad__number")
        .values_list("squad__number", "squad__name")
        .annotate(due=Count("pk"), done=Count("pk", filter=Q(pk__in=posted)))
    )
    sums: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for number, name, due, done in rows:
        sums[_squad(number, name)].update({"due": due, "done": done, "lacking": due - done})
    for squad, counts in _inspected(as_of, start).items():
        sums[squad].update(counts)
    columns = ("due", "done", "lacking", "seen", "found", "passed", "open", "late")
    body = [[name, *(counts[column] for column in columns)] for (_, name), counts in sorted(sums.items())]
    total = ["合计", *(sum(counts[column] for counts in sums.values()) for column in columns)]
    wall = f"全园已上墙 {plain(values['boards_posted'].numerator)} 家；应上墙为规上和重点的复工企业。"
    note = "检查、问题和整改合格数本周的；在整改和逾期数截至时的。"
    heads = (
        "小分队",
        "应上墙",
        "已上墙",
        "缺",
        "检查（次）",
        "问题（项）",
        "整改合格（件）",
        "在整改（件）",
        "逾期（件）",
    )
    return Table(
        "6 责任上墙及督导整改", heads, body, total, widths=(20, 10, 10, 8, 12, 12, 16, 14, 12), notes=(wall, note)
    )


def _squad(number: int | None, name: str | None) -> tuple[int, str]:
    return (number, str(name)) if number is not None else (sys.maxsize, "未分队")


def _inspected(as_of: datetime, start: datetime) -> dict[tuple[int, str], Counter[str]]:
    """By squad: inspections and findings of the week, orders closed in it, orders open and overdue at the cut-off."""
    status = Inspection.Status
    then = Inspection.objects.filter(inspected_at__lt=as_of).annotate(
        status_then=status_as_of(InspectionMove.objects, as_of)
    )
    closed = set(
        InspectionMove.objects.filter(to_status=status.CLOSED, effective_at__gte=start, effective_at__lt=as_of)
        .filter(recorded_at__lte=known_by(as_of))
        .values_list("subject", flat=True)
    )
    rows = then.exclude(status_then=status.VOID).annotate(count=Count("findings"))
    names = (
        "pk",
        "enterprise__squad__number",
        "enterprise__squad__name",
        "inspected_at",
        "status_then",
        "due_on",
        "count",
    )
    sums: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for pk, number, name, seen_at, said, due_on, found in rows.values_list(*names):
        counts = sums[_squad(number, name)]
        if seen_at >= start:
            counts.update({"seen": 1, "found": found})
        if pk in closed:
            counts.update(["passed"])
        if said in OPEN_INSPECTIONS:
            counts.update(["open"])
        if said in UNDER_ORDER and due_on < day_of(last_moment(as_of)):
            counts.update(["late"])
    return sums


def needs(as_of: datetime) -> Table:
    """诉求 by kind: how many were registered, and where each stood at the cut-off; overdue counts the open ones."""
    then = Need.objects.filter(registered_at__lte=as_of).annotate(status_then=status_as_of(NeedMove.objects, as_of))
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, status, due_on in then.exclude(status_then=Need.Status.VOID).values_list("kind", "status_then", "due_on"):
        sums[kind].update([status or Need.Status.REGISTERED, "all"])
        if status in OPEN and due_on < day_of(last_moment(as_of)):
            sums[kind].update(["late"])
    labels = dict(Term.objects.filter(kind="need_kind").values_list("code", "label"))
    columns = ("all", Need.Status.PASSED, Need.Status.DONE, Need.Status.CONFIRMED, Need.Status.REOPENED, "late")
    body = [[labels.get(kind, kind), *(counts[column] for column in columns)] for kind, counts in sorted(sums.items())]
    total = ["合计", *(sum(counts[column] for counts in sums.values()) for column in columns)]
    heads = ("类别", "登记", "转办中", "已办结", "已回访", "重新办理", "超期")
    return Table("7 需求办理", heads, body, total if body else None, widths=(24, 12, 12, 12, 12, 12, 12))


def investment(as_of: datetime, start: datetime) -> Table:
    """招商: leads by stage at the cut-off, contacts of the week by stage."""
    stages = Counter(
        Lead.objects.annotate(stage_then=status_as_of(LeadMove.objects, as_of)).values_list("stage_then", flat=True)
    )
    contacts = Counter(Contact.objects.filter(at__gte=start, at__lt=as_of).values_list("lead__status", flat=True))
    body = [[label, stages[code], contacts[code]] for code, label in LeadStage.choices]
    total = ["合计", sum(int(row[1]) for row in body), sum(int(row[2]) for row in body)]  # type: ignore[call-overload]
    return Table("8 招商", ("阶段", "线索（条）", "本周联络（次）"), body, total, widths=(24, 16, 18))
