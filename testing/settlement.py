"""What the tests cost the payer: every tube with a result out, at the price agreed for that day, against the budget."""

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, IntegerField, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest, QueryDict

from parkportal.clock import SHANGHAI, at, park_now, park_today
from parkportal.given import given
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE
from parkportal.workbooks.writing import write_table
from testing.models import Budget, LabTerms, Specimen

KIND = "settlement_export"
FEN = Decimal(100)
HEADS = ("条码号", "检测任务", "费用承担", "实验室", "采样时间", "发布时间", "每管（元）")


def billed() -> QuerySet[Specimen]:
    """Tubes whose result is out, each with `released_on` and `price_fen` (None: nothing agreed for that day).

    A tube that gave no result costs nothing; a pool is one tube; a correction changes nothing.
    """
    agreed = LabTerms.objects.filter(lab=OuterRef("lab"), valid_from__lte=OuterRef("released_on")).order_by(
        "-valid_from"
    )
    return Specimen.objects.filter(released_at__isnull=False).annotate(
        released_on=TruncDate("released_at", tzinfo=SHANGHAI),
        price_fen=Subquery(agreed.values("price_fen")[:1], output_field=IntegerField()),
    )


def billed_as_of(as_of: datetime) -> QuerySet[Specimen]:
    return billed().filter(released_at__lte=as_of)


def cost(rows: QuerySet[Specimen]) -> Decimal:
    """What tubes cost together, in yuan."""
    return yuan(rows.aggregate(fen=Sum("price_fen"))["fen"] or 0)


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / FEN


def budget_of(day: date) -> Decimal | None:
    """All budgets that hold on a day, in yuan; None when nobody set one."""
    total = Budget.objects.filter(voided_at__isnull=True, starts_on__lte=day, ends_on__gte=day).aggregate(
        fen=Sum("amount_fen")
    )["fen"]
    return None if total is None else yuan(total)


@dataclass(frozen=True)
class Line:
    """One line of the list: so many tubes of a campaign at one price."""

    campaign: str
    payer: str
    lab: str
    tubes: int
    price: Decimal | None
    total: Decimal | None
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Use:
    """A budget and what is used of it in its period."""

    budget: Budget
    used: Decimal

    @property
    def amount(self) -> Decimal:
        return yuan(self.budget.amount_fen)

    @property
    def left(self) -> Decimal:
        return self.amount - self.used


@dataclass
class Settlement:
    """The list of a period with its sum, what has no price, and the budgets."""

    first: date
    last: date
    lines: list[Line] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    @property
    def tubes(self) -> int:
        return sum(line.tubes for line in self.lines)

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines if line.total is not None), Decimal(0))

    @property
    def without_price(self) -> int:
        return sum(line.tubes for line in self.lines if line.price is None)


def period(query: QueryDict) -> tuple[date, date]:
    """The days asked for; this month up to today without, and for what is no day."""
    today = park_today()
    first = _day(query.get("first"), today.replace(day=1))
    last = _day(query.get("last"), today)
    return (first, last) if first <= last else (last, first)


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return default


def in_period(first: date, last: date) -> QuerySet[Specimen]:
    return billed().filter(released_at__gte=at(first), released_at__lt=at(last + timedelta(days=1)))


def settlement(first: date, last: date) -> Settlement:
    """The list of a period; two statements, and one for each budget that touches it."""
    rows = (
        in_period(first, last)
        .order_by()
        .values("price_fen", name=F("session__campaign__title"), payer=F("session__campaign__payer"), by=F("lab__name"))
        .annotate(tubes=Count("pk"), first_on=Min("released_on"), last_on=Max("released_on"))
        .order_by("first_on", "name", "price_fen")
    )
    shown = Settlement(first, last, [_line(row) for row in rows])
    budgets = Budget.objects.filter(voided_at__isnull=True, starts_on__lte=last, ends_on__gte=first)
    shown.uses = [Use(budget, _used(budget)) for budget in budgets]
    return shown


def _line(row: dict) -> Line:
    price = None if row["price_fen"] is None else yuan(row["price_fen"])
    total = None if price is None else price * row["tubes"]
    return Line(row["name"], row["payer"], row["by"], row["tubes"], price, total, row["first_on"], row["last_on"])


def _used(budget: Budget) -> Decimal:
    return cost(in_period(budget.starts_on, budget.ends_on).filter(session__campaign__payer=budget.payer))


@jobs.handler(KIND, unit="管")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """The list of a period as a workbook, a row a tube; no person is named."""
    request = HttpRequest()
    request.GET = QueryDict(job.params["query"])
    first, last = period(request.GET)
    rows = in_period(first, last).select_related("session__campaign", "lab").order_by("released_at", "id")
    total, made = rows.count(), []
    for number, tube in enumerate(rows.iterator(chunk_size=1000), 1):
        campaign = given(tube.session).campaign
        price = None if tube.price_fen is None else yuan(tube.price_fen)
        made.append(
            [
                tube.barcode,
                campaign.title,
                campaign.payer,
                given(tube.lab).name,
                tube.collected_at,
                tube.released_at,
                price,
            ]
        )
        progress.tick(number, total)
    summed = cost(rows)
    made.append(["合计", f"{total} 管", "", "", None, None, summed])
    out = io.BytesIO()
    title = f"检测费用结算清单　{first:%Y-%m-%d} 至 {last:%Y-%m-%d}　{park_now():%Y-%m-%d %H:%M} 导出"
    write_table(out, HEADS, made, title=title, text_columns=("条码号",))
    stored = keep_made(
        out.getvalue(), "xlsx", name="检测费用结算清单", purpose="export", owner=job.owner, life=JOB_LIFE
    )
    record("settlement.exported", by=job.owner, after={"管数": total, "金额": f"{summed:.2f}"})
    return jobs.Finished(message=f"{total} 管，{summed:,.2f} 元", result=stored)
