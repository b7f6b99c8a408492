"""物资申请: asked by an enterprise or out of a need, answered by a plan, ended by a signature."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.actions import close_need, reopen_need
from enterprises.models import Enterprise, Need
from parkportal.clock import local
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.quantities import plain
from parkportal.states import Refused
from supplies.holders import phone_of
from supplies.models import (
    Allocation,
    DeliveryLine,
    Item,
    RequestStatus,
    SupplyRequest,
    SupplyRequestLine,
)
from supplies.models.delivery import ENDED, UNDERWAY
from supplies.purposes import REQUEST_DECLINED
from supplies.units import fitting

Status = RequestStatus


@dataclass(frozen=True)
class Wish:
    """One item that is asked for: how much, what is there, for how many days that lasts."""

    item: Item
    quantity: Decimal
    own_stock: Decimal | None = None
    days_left: int | None = None


def ask_for_supplies(
    *,
    enterprise: Enterprise,
    wishes: Sequence[Wish],
    by: Any,
    note: str = "",
    need: Need | None = None,
    token: UUID | None = None,
) -> SupplyRequest:
    """Write a request down; out of a need, which the goods will close. The same token gives the first one.

    Raises Refused: nothing_asked, need_closed, need_taken, asked_already (an open request for the same item).
    """
    if not wishes:
        raise Refused("nothing_asked", "请至少写一种物资要多少。")

    def ask() -> SupplyRequest:
        Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
        _check_need(need)
        _check_twice(enterprise, wishes)
        made = SupplyRequest.objects.create(enterprise=enterprise, need=need, note=note, created_by=by, token=token)
        made.moves.create(to_status=Status.OPEN, by=by)
        SupplyRequestLine.objects.bulk_create(
            SupplyRequestLine(
                request=made,
                item=wish.item,
                quantity=fitting(wish.quantity, wish.item),
                own_stock=wish.own_stock,
                days_left=wish.days_left,
            )
            for wish in wishes
        )
        return made

    return once(SupplyRequest, token, ask)[0]


@transaction.atomic
def decline_request(*, request: SupplyRequest, by: Any, reason: str) -> SupplyRequest:
    """Nothing will be sent; the enterprise is told, and reads the reason on the request. Raises Refused `reason_missing`, `forbidden_move`."""
    held = _end(request, Status.DECLINED, by, reason, "不予安排要写原因，企业看得到。")
    if phone := phone_of(held.enterprise):
        names = list(held.lines.values_list("item__name", flat=True))
        outbox.put(
            REQUEST_DECLINED.code,
            occasion=f"request:{held.pk}",
            values={"what": names[0] if len(names) == 1 else f"{names[0]}等{len(names)}种物资"},
            to_phone=phone,
            by=by,
            label=f"{held.enterprise} 物资申请",
            about_id=held.enterprise_id,
            context_id=held.pk,
        )
    return held


@transaction.atomic
def withdraw_request(*, request: SupplyRequest, by: Any, reason: str) -> SupplyRequest:
    """The enterprise does not need it any more. Raises Refused `reason_missing`, `forbidden_move`."""
    return _end(request, Status.WITHDRAWN, by, reason, "撤回要写原因。")


def _end(request: SupplyRequest, status: str, by: Any, reason: str, words: str) -> SupplyRequest:
    if not reason.strip():
        raise Refused("reason_missing", words)
    held = SupplyRequest.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=request.pk)
    held.move_to(status, by=by, reason=reason)
    return held


def grant(plan: Allocation, *, by: Any) -> None:
    """A plan by request was approved: what it gives is written beside what was asked. Called in its transaction."""
    given = {line.enterprise_id: line for line in plan.lines.all() if line.wanted is not None}
    asked = SupplyRequestLine.objects.filter(
        item=plan.item, request__enterprise__in=list(given), request__status=Status.OPEN, granted__isnull=True
    )
    # whoever is given nothing goes on waiting for the next plan
    answered: list[SupplyRequestLine] = [
        line
        for line in asked.select_related("request").order_by("id")
        if given[line.request.enterprise_id].quantity > 0
    ]
    for line in answered:
        share = given[line.request.enterprise_id]
        line.granted, line.allocation_line = min(share.quantity, line.quantity), share
    SupplyRequestLine.objects.bulk_update(answered, ["granted", "allocation_line"])
    waiting = set(
        SupplyRequestLine.objects.filter(
            request__in={line.request_id for line in answered}, granted__isnull=True
        ).values_list("request", flat=True)
    )
    for request in _locked({line.request_id for line in answered} - waiting):
        request.move_to(Status.ALLOTTED, by=by, reason=f"分配方案 {plan.pk}")


def close_fulfilled(lines: Iterable[DeliveryLine], *, by: Any) -> None:
    """Something was signed for: requests of which nothing is under way any more are done, and so are their needs."""
    shares = {line.allocation_line_id for line in lines if line.allocation_line_id}
    if not shares:
        return
    touched = SupplyRequest.objects.filter(lines__allocation_line__in=shares, status=Status.ALLOTTED)
    for request in _locked(set(touched.values_list("pk", flat=True))):
        sent = DeliveryLine.objects.filter(allocation_line__request_lines__request=request)
        if sent.exclude(delivery__status__in=[*ENDED, "void"]).exists():
            continue
        request.move_to(Status.DONE, by=by)
        if request.need is not None and request.need.is_open:
            close_need(need=request.need, outcome=_outcome(sent), by=by)


def reopen_unsent(lines: Iterable[DeliveryLine], *, by: Any, reason: str) -> None:
    """Deliveries were given up: what no other one answers is asked for again, and the next plan finds it."""
    shares = {line.allocation_line_id for line in lines if line.allocation_line_id}
    sent = DeliveryLine.objects.filter(allocation_line__in=shares).exclude(delivery__status="void")
    unsent = shares - set(sent.values_list("allocation_line", flat=True))
    unmet = SupplyRequestLine.objects.filter(
        allocation_line__in=unsent, request__status__in=[Status.OPEN, Status.ALLOTTED]
    )
    for request in _locked(set(unmet.values_list("request", flat=True))):
        request.lines.filter(allocation_line__in=unsent).update(granted=None, allocation_line=None)
        if request.status == Status.ALLOTTED:
            request.move_to(Status.OPEN, by=by, reason=reason)


def reopen_received(lines: Iterable[DeliveryLine], *, by: Any, reason: str) -> None:
    """A correction has put something on its way again: the request waits for it, and so does the need it came from."""
    shares = {line.allocation_line_id for line in lines if line.allocation_line_id}
    under_way = DeliveryLine.objects.filter(allocation_line__in=shares, delivery__status__in=UNDERWAY)
    touched = SupplyRequest.objects.filter(
        lines__allocation_line__in=under_way.values("allocation_line"), status=Status.DONE
    )
    for request in _locked(set(touched.values_list("pk", flat=True))):
        waiting = SupplyRequest.objects.filter(need=request.need_id, status__in=[Status.OPEN, Status.ALLOTTED])
        if request.need_id and waiting.exists():
            continue  # the need has been asked for anew, and that request answers for it
        request.move_to(Status.ALLOTTED, by=by, reason=reason, correction=True)
        if request.need is not None and request.need.can_move(Need.Status.REOPENED):
            reopen_need(need=request.need, by=by, reason=reason)


def _outcome(sent: Any) -> str:
    """What came of it, in the enterprise's words: 一次性医用口罩 500 只 已签收."""
    parts: dict[str, list] = {}
    for line in sent.select_related("lot__item"):
        total = parts.setdefault(line.lot.item.name, [Decimal(0), line.lot.item.unit])
        total[0] += line.received or Decimal(0)
    return "园区已送达：" + "、".join(f"{name} {plain(total)} {unit}" for name, (total, unit) in parts.items())


def _locked(ids: set[int]) -> list[SupplyRequest]:
    rows = SupplyRequest.objects.select_for_update(of=("self",)).select_related("need")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def _check_need(need: Need | None) -> None:
    if need is None:
        return
    if not need.is_open:
        raise Refused("need_closed", f"这条诉求已经是“{need.get_status_display()}”。")
    if SupplyRequest.objects.filter(need=need, status__in=[Status.OPEN, Status.ALLOTTED]).exists():
        raise Refused("need_taken", "这条诉求已经转成物资申请。")


def _check_twice(enterprise: Enterprise, wishes: Sequence[Wish]) -> None:
    """One open wish per item: a second one would be counted twice in the plan."""
    items = [wish.item.pk for wish in wishes]
    if len(set(items)) < len(items):
        raise Refused("asked_already", "同一种物资写了两次。")
    open_lines = SupplyRequestLine.objects.filter(
        request__enterprise=enterprise, request__status=Status.OPEN, item__in=items, granted__isnull=True
    ).select_related("item", "request")
    first = open_lines.first()
    if first is not None:
        raise Refused(
            "asked_already",
            f"{local(first.request.created_at):%m-%d} 已经申请过{first.item} {plain(first.quantity)} {first.item.unit}，还在等安排；"
            "数量变了请先撤回那一张。",
        )
