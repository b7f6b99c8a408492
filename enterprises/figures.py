"""The figures of the register: each one a set of rows and what is summed over them."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet, Sum

from enterprises import figures_services
from enterprises.dictionaries import ABOVE_SCALE, KEY
from enterprises.models import Board, Enterprise, Need, NeedMove, NeedStatus, Visit
from enterprises.models.kinds import NO_KEY_PROJECT
from enterprises.models.needs import OPEN
from parkportal.clock import day_of, last_moment
from parkportal.records import settings, terms
from parkportal.records.figures import Figure
from parkportal.states import known_by, status_as_of

LIST = "enterprises:enterprise_list"
BLOCK = "复工"
NEEDS = "enterprises:need_list"
CARE = "帮扶"
# Words of the printed report: 规上批发零售业 where the register says 限上 (dictionary sishang, report_label).
SISHANG_WORDS = {
    "IND": "规上工业",
    "SVC": "规上服务业",
    "WRT": "规上批发零售业",
    "CON": "资质建筑业",
    "HCT": "限上住宿餐饮业",
    "RE": "房地产开发经营业",
}


def _enterprises(as_of: datetime) -> QuerySet[Enterprise]:
    return Enterprise.objects.enterprises().counted().registered_by(as_of)


def _enterprises_resumed(as_of: datetime) -> QuerySet[Enterprise]:
    return _enterprises(as_of).resumed_as_of(as_of)


def _confirmed_register(as_of: datetime) -> int | None:
    """The denominator of the overall rate: only where the register was confirmed by that day (design §4)."""
    confirmed_on = settings.get_date("register_confirmed_on")
    return _enterprises(as_of).count() if confirmed_on and confirmed_on <= day_of(as_of) else None


def _sites_resumed(as_of: datetime) -> QuerySet[Enterprise]:
    return Enterprise.objects.sites().counted().registered_by(as_of).resumed_as_of(as_of)


def _key_sites(as_of: datetime) -> QuerySet[Enterprise]:
    return _sites_resumed(as_of).exclude(key_level__in=NO_KEY_PROJECT)


def _sishang(as_of: datetime, kind: str | None = None) -> QuerySet[Enterprise]:
    return Enterprise.objects.sishang_as_of(as_of, kind).counted().registered_by(as_of)


def _sishang_resumed(as_of: datetime, kind: str | None = None) -> QuerySet[Enterprise]:
    return _sishang(as_of, kind).resumed_as_of(as_of)


def _units_resumed(as_of: datetime) -> QuerySet[Enterprise]:
    return Enterprise.objects.current().counted().registered_by(as_of).resumed_as_of(as_of)


def _on_duty(rows: QuerySet[Enterprise], as_of: datetime) -> int:
    return rows.with_latest_report(as_of).aggregate(total=Sum("on_duty_then"))["total"] or 0


def _headcount(as_of: datetime) -> int:
    return _units_resumed(as_of).aggregate(total=Sum("headcount"))["total"] or 0


def _reported(as_of: datetime) -> QuerySet[Enterprise]:
    return _due(as_of).reported(_report_day(as_of), by=as_of)


def _due(as_of: datetime) -> QuerySet[Enterprise]:
    return Enterprise.objects.due_to_report(_report_day(as_of)).registered_by(as_of)


def _report_day(as_of: datetime) -> date:
    return day_of(last_moment(as_of))


def _on_the_wall(as_of: datetime) -> QuerySet[Enterprise]:
    return Enterprise.objects.current().filter(pk__in=Board.objects.on_the_wall_as_of(as_of).values("enterprise"))


def _due_for_board(as_of: datetime) -> QuerySet[Enterprise]:
    """The resumed enterprises that must have a board, by the tags of today and the status of then."""
    tagged = Enterprise.objects.enterprises().filter(tags__kind="tag", tags__code__in=(ABOVE_SCALE, KEY))
    return Enterprise.objects.filter(pk__in=tagged.values("pk")).registered_by(as_of).resumed_as_of(as_of)


def _due_and_on_the_wall(as_of: datetime) -> QuerySet[Enterprise]:
    return _due_for_board(as_of).filter(pk__in=Board.objects.on_the_wall_as_of(as_of).values("enterprise"))


def _of_kind(kind: str, words: str) -> Figure:
    return Figure(
        f"sishang_resumed_{kind}",
        f"{words}已复工",
        "家",
        rows=lambda as_of: _sishang_resumed(as_of, kind),
        whole=lambda as_of: _sishang(as_of, kind).count(),
        list_url=LIST,
        definition=f"统计名录中的{words}，扣除停产检修和注销；分母是同一时刻名录里的家数。",
        block=BLOCK,
    )


def _on_duty_of_kind(kind: str, words: str) -> Figure:
    def headcount(as_of: datetime) -> int:
        return _sishang_resumed(as_of, kind).aggregate(total=Sum("headcount"))["total"] or 0

    return Figure(
        f"staff_on_duty_{kind}",
        f"{words}到岗人数",
        "人",
        rows=lambda as_of: _sishang_resumed(as_of, kind),
        total=_on_duty,
        whole=headcount,
        list_url=LIST,
        definition=f"已复工的{words}日报的到岗人数，取三天内最后一次报的数；分母是它们的职工总数。",
        block="到岗",
    )


def of_added_kinds() -> list[Figure]:
    """The same two figures of each 四上 kind that staff have added to the dictionary, retired ones included."""
    added = [term for term in terms.rows("sishang") if term.code not in SISHANG_WORDS]
    return [make(term.code, term.printed) for make in (_of_kind, _on_duty_of_kind) for term in added]


def _needs_as_of(as_of: datetime) -> QuerySet[Need]:
    """Those that had been registered by then, with `status_then`."""
    return Need.objects.filter(registered_at__lte=as_of).annotate(status_then=status_as_of(NeedMove.objects, as_of))


def _needs_open(as_of: datetime) -> QuerySet[Need]:
    return _needs_as_of(as_of).filter(status_then__in=OPEN)


def _needs_overdue(as_of: datetime) -> QuerySet[Need]:
    return _needs_open(as_of).filter(due_on__lt=day_of(last_moment(as_of)))


def _needs_solved(as_of: datetime) -> QuerySet[Need]:
    return _needs_as_of(as_of).filter(status_then__in=[NeedStatus.DONE, NeedStatus.CONFIRMED])


def _needs_counted(as_of: datetime) -> int:
    return _needs_as_of(as_of).exclude(status_then=NeedStatus.VOID).count()


def _contacted(as_of: datetime) -> QuerySet[Enterprise]:
    """Spoken with on the phone or at the door in the seven days before."""
    since = as_of - timedelta(days=7)
    visits = Visit.objects.filter(visited_at__gt=since, visited_at__lte=as_of, recorded_at__lte=known_by(as_of))
    return Enterprise.objects.current().counted().registered_by(as_of).filter(pk__in=visits.values("enterprise"))


ALL = (
    Figure(
        "enterprises_resumed",
        "已复工企业",
        "家",
        rows=_enterprises_resumed,
        whole=_confirmed_register,
        list_url=LIST,
        definition="名录中截至该时刻状态为已复工的企业，不含工地，扣除停产检修和注销；名录没有核定时不算总复工率。",
        block=BLOCK,
    ),
    Figure(
        "enterprises_registered",
        "名录企业",
        "家",
        rows=_enterprises,
        list_url=LIST,
        definition="截至该时刻已登记的企业，不含工地，扣除停产检修和注销。",
        block=BLOCK,
    ),
    Figure(
        "sites_resumed",
        "已复工工地",
        "个",
        rows=_sites_resumed,
        list_url=LIST,
        definition="截至该时刻已复工的工地；工地不计入企业。",
        block=BLOCK,
    ),
    Figure(
        "key_project_sites",
        "已复工的省市重点项目",
        "个",
        rows=_key_sites,
        list_url=LIST,
        definition="已复工工地中的市重点和省重点项目。",
        block=BLOCK,
    ),
    Figure(
        "sishang_resumed",
        "四上企业已复工",
        "家",
        rows=_sishang_resumed,
        whole=lambda as_of: _sishang(as_of).count(),
        list_url=LIST,
        definition="统计名录中的四上企业，扣除停产检修和注销；分母是同一时刻名录里的四上企业。",
        block=BLOCK,
    ),
    *(_of_kind(*kind) for kind in SISHANG_WORDS.items()),
    Figure(
        "staff_on_duty",
        "到岗人数",
        "人",
        rows=_units_resumed,
        total=_on_duty,
        whole=_headcount,
        list_url=LIST,
        definition="已复工单位日报的到岗人数，取三天内最后一次报的数；没有报的不算零，也不计入。分母是已复工单位的职工总数。",
        block="到岗",
    ),
    *(_on_duty_of_kind(*kind) for kind in SISHANG_WORDS.items()),
    Figure(
        "reports_submitted",
        "今日已交日报",
        "家",
        rows=_reported,
        whole=lambda as_of: _due(as_of).count(),
        list_url=LIST,
        definition="已备案和已复工的单位当天应报；报零也算交，没有交不算零。",
        block="到岗",
    ),
    Figure(
        "boards_posted",
        "责任牌已上墙",
        "家",
        rows=_on_the_wall,
        list_url=LIST,
        definition="当前版责任牌已张贴或已核验的单位。",
        block="责任上墙",
    ),
    Figure(
        "boards_due_posted",
        "应上墙的已上墙",
        "家",
        rows=_due_and_on_the_wall,
        whole=lambda as_of: _due_for_board(as_of).count(),
        list_url=LIST,
        definition="应上墙是已复工的规上和重点企业；分母是同一时刻应上墙的家数。",
        block="责任上墙",
    ),
    Figure(
        "needs_open",
        "没有办结的诉求",
        "件",
        rows=_needs_open,
        list_url=NEEDS,
        definition="截至该时刻已登记、已转办或重新办理的诉求；作废的不算。",
        block=CARE,
    ),
    Figure(
        "needs_overdue",
        "超期的诉求",
        "件",
        rows=_needs_overdue,
        list_url=NEEDS,
        definition="没有办结、办结期限在当天以前的诉求。",
        block=CARE,
    ),
    Figure(
        "needs_solved",
        "办结的诉求",
        "件",
        rows=_needs_solved,
        whole=_needs_counted,
        list_url=NEEDS,
        definition="已办结和已回访的诉求；分母是全部登记的诉求，作废的不算。",
        block=CARE,
    ),
    Figure(
        "enterprises_contacted",
        "一周内联系过的单位",
        "家",
        rows=_contacted,
        whole=lambda as_of: Enterprise.objects.current().counted().registered_by(as_of).count(),
        list_url=LIST,
        definition="七天内有电话联访或上门拜访记录的企业和工地；分母是名录里的企业和工地，扣除停产检修和注销。",
        block=CARE,
    ),
    *figures_services.ALL,
)
