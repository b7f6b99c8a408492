"""The book: what there is, where a lot went, what was booked, receipts, transfers, losses, reversals."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_now, park_today
from parkportal.guards import roles
from parkportal.quantities import plain
from parkportal.records import figures
from parkportal.records.listing import figure_rows
from parkportal.states import Refused
from supplies import actions, donations, papers, reports
from supplies.actions.corrections import BY_HAND
from supplies.cover import covered_items, kept_covers, spread
from supplies.figures import FIGURES, STOCK
from supplies.forms import MovementForm, QuantitiesForm, ReasonForm, ReceiptForm
from supplies.models import Lot, Movement, reached_warehouses
from supplies.overview import item_stocks
from supplies.pictures import expiry_chart
from supplies.views.rooms import PAGE, READERS, WRITERS, show

FEW = 10  # enterprises of a list that has its own page


@roles(*READERS, "squad", "contact", "principal")
def index(request: SignedIn) -> HttpResponse:
    """Stock by item; the rows behind a figure; for who only carries or receives, the own deliveries."""
    if not request.user.has_role(*READERS):
        return redirect("supplies:my_deliveries")
    lots, figure = figure_rows(request, Lot.objects.visible_to(request.user))
    if figure:
        rows = figure[0].rows(figure[1]).filter(pk__in=lots.values("pk"))
        total = figure[0].value(figure[1])
        return show(request, "figure_lots", lots=rows, figure=total)
    stocks = item_stocks(reached_warehouses(request.user))
    values = list(figures.latest([figure.code for figure in FIGURES]).values())
    context: dict[str, Any] = {
        "stocks": [stock for stock in stocks if stock.total or stock.on_the_way or stock.item.minimum_stock],
        "stock_figures": values[: len(STOCK)],
        "door_figures": values[len(STOCK) :],
        "warnings": [stock for stock in stocks if stock.is_low or stock.expired or stock.soon],
    }
    return show(request, "index", now=park_now(), **context)


@roles(*WRITERS)
def receipt_create(request: SignedIn) -> HttpResponse:
    """One lot that came in, by form."""
    form = ReceiptForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        row, place = form.received(), form.cleaned_data["warehouse"]
        try:
            movement = actions.receive_stock(
                warehouse=place, rows=[row], by=request.user, token=form.cleaned_data["token"]
            )
            lot = movement.lines.get().lot
            messages.success(request, f"已入库：{row.item} {plain(row.quantity)} {row.item.unit}，{place}。")
            return redirect("supplies:lot_detail", pk=lot.pk)
        except Refused as refused:
            form.add_error(None, refused)
    return show(request, "receipt_create", form)


@roles(*WRITERS)
def movement_create(request: SignedIn) -> HttpResponse:
    """Transfer, return, loss."""
    initial = {"balance": request.GET.get("balance"), "kind": request.GET.get("kind", "transfer")}
    form = MovementForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.move_stock(
                kind=data["kind"],
                lot=data["balance"].lot,
                from_place=data["balance"].place,
                to_place=data["to_place"],
                quantity=data["quantity"],
                by=request.user,
                reason=data["reason"],
                token=data["token"],
            )
            messages.success(request, f"已记账：{data['balance'].place} → {data['to_place']}。")
            return redirect("supplies:lot_detail", pk=data["balance"].lot_id)
        except Refused as refused:
            form.add_error("quantity", refused)
    return show(request, "movement_create", form)


@roles(*READERS)
def ledger(request: SignedIn) -> HttpResponse:
    """Every entry, the latest first."""
    rows = Movement.objects.visible_to(request.user)
    rows = rows.select_related("by", "delivery", "reverses", "reversed_by", "replaced_by")
    kind = request.GET.get("kind", "")
    if kind in Movement.Kind.values:
        rows = rows.filter(kind=kind)
    if batch := request.GET.get("q", "").strip():
        rows = rows.filter(lines__lot__batch__icontains=batch).distinct()
    rows = rows.prefetch_related("lines__lot__item", "lines__from_place", "lines__to_place")
    page = Paginator(rows.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"kinds": Movement.Kind.choices, "kind": kind, "by_hand": BY_HAND}
    return show(request, "ledger", page_obj=page, **context)


@roles(*READERS)
def receipt_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """入库单 as PDF."""
    receipts = Movement.objects.visible_to(request.user).filter(kind=Movement.Kind.RECEIPT).select_related("by")
    return papers.receipt_sheet(get_object_or_404(receipts, pk=pk))


@roles(*WRITERS)
def movement_reverse(request: SignedIn, pk: int) -> HttpResponse:
    """Undo an entry by its mirror image; the page shows what would go back where."""
    movement = get_object_or_404(Movement.objects.visible_to(request.user).select_related("by"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.reverse_movement(movement=movement, by=request.user, reason=data["reason"], token=data["token"])
            messages.success(request, f"{movement} 已冲正，要更正请另记一笔。")
            return redirect("supplies:ledger")
        except Refused as refused:
            form.add_error(None, refused)
    lines = movement.lines.select_related("lot__item", "from_place", "to_place")
    return show(request, "movement_reverse", form, movement=movement, lines=lines)


@roles(*WRITERS)
def movement_correct(request: SignedIn, pk: int) -> HttpResponse:
    """An entry made by hand had wrong quantities: undone and made anew in one step."""
    movement = get_object_or_404(Movement.objects.visible_to(request.user).select_related("by"), pk=pk)
    lines = list(
        movement.lines.select_related("lot__item", "from_place", "to_place").prefetch_related("lot__item__packs")
    )
    form = QuantitiesForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        wanted = {"quantities": data["quantities"], "reason": data["reason"], "token": data["token"]}
        try:
            anew = actions.correct_movement(movement=movement, by=request.user, **wanted)
            messages.success(request, f"{movement} 已冲正，按对的数记成 {anew}。")
            return redirect("supplies:ledger")
        except Refused as refused:
            form.add_error(None, refused)
    is_undone = Movement.objects.filter(reverses=movement).exists()
    return show(request, "movement_correct", form, movement=movement, lines=lines, is_undone=is_undone)


@roles(*READERS)
def cover_list(request: SignedIn) -> HttpResponse:
    """For how many days each resumed enterprise still has of one item, the shortest first."""
    items = list(covered_items())
    wanted = request.GET.get("item", "")
    item = next((one for one in items if str(one.pk) == wanted), items[0] if items else None)
    if item is None:
        return show(request, "cover_list", items=items, item=None)
    rows = kept_covers(item, request.user)
    spreading, paginator = spread(rows), Paginator(rows, PAGE)
    paginator.count = spreading.firms  # counted once
    page = paginator.get_page(request.GET.get("page"))
    return show(request, "cover_list", page_obj=page, items=items, item=item, spread=spreading)


@roles(*READERS)
def stock_report(request: SignedIn) -> HttpResponse:
    """Cover, expiry, cost, donations: where a person would rather look than read."""
    houses = reached_warehouses(request.user)
    context: dict[str, Any] = {
        "covers": reports.days_of_cover(houses),
        "months": (months := reports.expiry_calendar(houses)),
        "calendar": expiry_chart(months),
        "sources": reports.cost_by_source(houses),
        "firms": reports.named((costs := reports.costs(houses))[:FEW]),
        "priced": len(costs),
        "gifts": donations.statement(donations.given_lots(houses)),
        "today": park_today(),
    }
    return show(request, "stock_report", now=park_now(), **context)
