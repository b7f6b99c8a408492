"""What supplies put on people's worklists."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from parkportal.clock import park_now
from parkportal.quantities import plain
from parkportal.records.worklist import Entry, Source
from supplies.actions.notices import OVERDUE_AFTER
from supplies.availability import left_with_squads
from supplies.models import Allocation, Delivery, StockTake, SupplyRequest


def _what(delivery: Delivery) -> str:
    lines = list(delivery.lines.all())
    if not lines:
        return ""
    first = f"{lines[0].lot.item} {plain(lines[0].expected)} {lines[0].lot.item.unit}"
    return first if len(lines) == 1 else f"{first}等 {len(lines)} 项"


def _to_pick(user: Any, limit: int) -> list[Entry]:
    """One row for all that waits to be picked: the warehouse works a list, not a page for each."""
    waiting = Delivery.objects.visible_to(user).to_pick().count()
    if not waiting:
        return []
    href = reverse("supplies:delivery_list") + "?status=pending"
    return [Entry("拣货", f"{waiting} 张配送单待拣", "按库位拣货后整批出库", f"拣 {waiting} 张", href)]


def _to_take_back(user: Any, limit: int) -> list[Entry]:
    """What firms did not want lies with a squad until the warehouse has it back."""
    return [
        Entry(
            "收回",
            f"{row.place}手上的{row.lot.item}",
            f"企业没收的 {plain(row.surplus)} {row.lot.item.unit}，批号 {row.lot}",
            "收回入库",
            reverse("supplies:movement_create") + f"?balance={row.pk}&kind=return",
        )
        for row in left_with_squads()[:limit]
    ]


def _to_take(user: Any, limit: int) -> list[Entry]:
    ready = Delivery.objects.visible_to(user).to_hand_over().filter(squad__isnull=False).count()
    if not ready:
        return []
    href = reverse("supplies:my_deliveries")
    return [Entry("领料", f"{ready} 张配送单已出库", "到仓库核对后签字接走", f"接 {ready} 张", href)]


def _to_deliver(user: Any, limit: int) -> list[Entry]:
    rows = Delivery.objects.visible_to(user).filter(status=Delivery.Status.WITH_LIAISON).for_list()
    return [
        Entry(
            "送达",
            row.enterprise.name,
            _what(row),
            "送达签收",
            reverse("supplies:delivery_sign", args=[row.pk]),
            row.planned_at,
        )
        for row in rows.order_by("planned_at", "id")[:limit]
    ]


def _to_sign(user: Any, limit: int) -> list[Entry]:
    rows = Delivery.objects.visible_to(user).unsigned().for_list().order_by("id")[:limit]
    return [
        Entry(
            "签收",
            f"配送单 {row}",
            _what(row),
            "签收",
            reverse("supplies:delivery_sign", args=[row.pk]),
            row.planned_at,
        )
        for row in rows
    ]


def _to_approve(user: Any, limit: int) -> list[Entry]:
    rows = Allocation.objects.visible_to(user).awaiting().exclude(created_by=user).select_related("item", "created_by")
    return [
        Entry(
            "审批",
            f"{row.item}分配方案",
            f"{plain(row.total)} {row.item.unit}，{row.created_by}起草",
            "审批",
            reverse("supplies:allocation_detail", args=[row.pk]),
        )
        for row in rows[:limit]
    ]


def _asked(user: Any, limit: int) -> list[Entry]:
    """One row for all requests that wait: they are answered by a plan, not one by one."""
    waiting = SupplyRequest.objects.visible_to(user).open().count()
    if not waiting:
        return []
    href = reverse("supplies:request_list") + "?status=open"
    return [Entry("物资申请", f"{waiting} 家企业等安排", "按申请做一张分配方案", f"看 {waiting} 张", href)]


def _to_book(user: Any, limit: int) -> list[Entry]:
    """Stock-takes that wait for a second person."""
    rows = StockTake.objects.visible_to(user).awaiting().exclude(Q(created_by=user) | Q(counted_by=user))
    return [
        Entry(
            "审批",
            f"{row.place}盘点",
            f"{row.counted_by}清点，等您批准入账",
            "审批",
            reverse("supplies:stock_take_detail", args=[row.pk]),
        )
        for row in rows.select_related("place", "counted_by")[:limit]
    ]


def _short(user: Any, limit: int) -> list[Entry]:
    """What did not arrive, as soon as it was written at the door."""
    rows = Delivery.objects.visible_to(user).short().for_list().order_by("-id")[:limit]
    return [
        Entry(
            "短少",
            row.enterprise.name,
            "；".join(
                f"{line.lot.item}少 {plain(line.missing)} {line.lot.item.unit}，{line.shortage_words}"
                for line in row.lines.all()
                if line.missing
            ),
            "核对",
            reverse("supplies:delivery_detail", args=[row.pk]),
        )
        for row in rows
    ]


def _late(user: Any, limit: int) -> list[Entry]:
    """One row for everything that left more than a day ago and is not signed for."""
    late = Delivery.objects.visible_to(user).unsigned_since(park_now() - OVERDUE_AFTER).count()
    if not late:
        return []
    href = reverse("supplies:delivery_list") + "?late=1"
    return [
        Entry("未签收", f"{late} 张配送单超过一天没签", "每天自动提醒企业一次；请小分队问一下", f"看 {late} 张", href)
    ]


SOURCES = [
    Source("supplies_short", ("warehouse", "committee"), _short),
    Source("supplies_late", ("warehouse", "committee"), _late),
    Source("supplies_pick", ("warehouse",), _to_pick),
    Source("supplies_take_back", ("warehouse",), _to_take_back),
    Source("supplies_take", ("squad",), _to_take),
    Source("supplies_deliver", ("squad",), _to_deliver),
    Source("supplies_sign", ("contact", "principal"), _to_sign),
    Source("supplies_asked", ("committee",), _asked),
    Source("supplies_book", ("committee",), _to_book),
    Source("supplies_approve", ("committee",), _to_approve),
]
