"""The figures of notices, permits and canteens."""

from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from enterprises.models import Enterprise, GreetingContact, MealSlot, NoticeReceipt, Outlet, PermitCase
from enterprises.models.permits import RUNNING
from parkportal.clock import day_of, last_moment
from parkportal.quantities import average
from parkportal.records.figures import Figure, Number

LIST = "enterprises:enterprise_list"
PERMITS = "enterprises:permit_list"
BLOCK = "服务"


def _with_unread_notice(as_of: datetime) -> QuerySet[Enterprise]:
    unread = NoticeReceipt.objects.unread_as_of(as_of)
    return Enterprise.objects.current().filter(pk__in=unread.values("enterprise"))


def _greeted(as_of: datetime) -> QuerySet[Enterprise]:
    reached = GreetingContact.objects.reached().filter(done_at__lte=as_of)
    return _register(as_of).filter(pk__in=reached.values("enterprise"))


def _register(as_of: datetime) -> QuerySet[Enterprise]:
    return Enterprise.objects.current().counted().registered_by(as_of)


def _permits_finished(as_of: datetime) -> QuerySet[PermitCase]:
    return PermitCase.objects.finished_by(as_of)


def _permits_late(as_of: datetime) -> QuerySet[PermitCase]:
    running = PermitCase.objects.accepted_as_of(as_of).filter(status_then__in=RUNNING)
    return running.filter(due_on__lt=day_of(last_moment(as_of)))


def _days_saved(rows: QuerySet[PermitCase], as_of: datetime) -> Number | None:
    """On average, in working days; one decimal, half up from the sums."""
    sums = rows.aggregate(law=Sum("statutory_days"), took=Sum("actual_days"), cases=Count("pk"))
    return average((sums["law"] or 0) - (sums["took"] or 0), sums["cases"])


def _canteens(as_of: datetime) -> QuerySet[Enterprise]:
    return _register(as_of).filter(has_canteen=True).resumed_as_of(as_of)


def _canteens_planned(as_of: datetime) -> QuerySet[Enterprise]:
    slots = MealSlot.objects.standing_as_of(as_of).filter(point__enterprise__isnull=False)
    return _canteens(as_of).filter(pk__in=slots.values("point__enterprise"))


def _outlets_checked(as_of: datetime) -> QuerySet[Outlet]:
    return Outlet.objects.checked_as_of(as_of)


ALL = (
    Figure(
        "notices_unread",
        "有通知没有看的单位",
        "家",
        rows=_with_unread_notice,
        list_url=LIST,
        definition="截至该时刻发给它的通知里，至少有一份还没有人点“看过了”；撤回的通知不算。",
        block=BLOCK,
    ),
    Figure(
        "units_greeted",
        "慰问过的单位",
        "家",
        rows=_greeted,
        whole=lambda as_of: _register(as_of).count(),
        list_url=LIST,
        definition="发过慰问信、暖心短信，或者打过电话、上门问候过的单位，一家算一次；分母是名录里的企业和工地，扣除停产检修和注销。",
        block=BLOCK,
    ),
    Figure(
        "permit_days_saved",
        "绿色通道平均少用",
        "个工作日",
        rows=_permits_finished,
        total=_days_saved,
        list_url=PERMITS,
        definition="已办结（准予和不予）的许可，法定时限减实际用时，取平均；受理次日起数园区的工作日，超过法定时限的按负数算。",
        block=BLOCK,
    ),
    Figure(
        "permits_finished",
        "绿色通道已办结",
        "件",
        rows=_permits_finished,
        whole=lambda as_of: PermitCase.objects.accepted_as_of(as_of).count(),
        list_url=PERMITS,
        definition="截至该时刻准予和不予的许可；分母是受理过的，撤回的不算。",
        block=BLOCK,
    ),
    Figure(
        "permits_late",
        "绿色通道超过承诺",
        "件",
        rows=_permits_late,
        list_url=PERMITS,
        definition="没有办结、承诺办结日在当天以前的许可。",
        block=BLOCK,
    ),
    Figure(
        "canteens_planned",
        "食堂已分时供餐",
        "家",
        rows=_canteens_planned,
        whole=lambda as_of: _canteens(as_of).count(),
        list_url=LIST,
        definition="登记了食堂、已复工，并且排了供餐时段的单位；分母是登记了食堂的已复工单位。",
        block=BLOCK,
    ),
    Figure(
        "outlets_in_order",
        "外卖店检查合格",
        "家",
        rows=lambda as_of: _outlets_checked(as_of).filter(passed_then=True),
        whole=lambda as_of: _outlets_checked(as_of).count(),
        list_url="enterprises:outlet_list",
        definition="没有停业、最近一次检查合格的外卖店，也就是公众名单上的；分母是没有停业、查过的。",
        block=BLOCK,
    ),
)
