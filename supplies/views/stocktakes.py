"""Stock-takes: the sheet, counting, the variance, a second person's approval."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, drawn, typed
from parkportal.guards import roles
from parkportal.states import AlreadyMoved, Refused
from supplies import actions, papers
from supplies.forms import CountForm, FoundLotForm, LateCountForm, StockTakeForm
from supplies.models import Lot, StockTake
from supplies.views.rooms import APPROVERS, PAGE, READERS, WRITERS, show

Status = StockTake.Status


@roles(*READERS)
def stock_take_list(request: SignedIn) -> HttpResponse:
    rows = StockTake.objects.visible_to(request.user).select_related("place", "counted_by", "approved_by")
    wrong = Count("lines", filter=Q(lines__counted__isnull=False) & ~Q(lines__counted=F("lines__book")))
    rows = rows.annotate(lots=Count("lines"), differences=wrong)
    page = Paginator(rows.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    return show(request, "stock_take_list", page_obj=page)


@roles(*WRITERS)
def stock_take_create(request: SignedIn) -> HttpResponse:
    form = StockTakeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            take = actions.open_stock_take(by=request.user, **form.cleaned_data)
            return redirect("supplies:stock_take_detail", pk=take.pk)
        except Refused as refused:
            form.add_error("place", refused)
    return show(request, "stock_take_form", form)


@roles(*READERS)
def stock_take_detail(request: SignedIn, pk: int) -> HttpResponse:
    """While it is counted the form; afterwards book, count and variance side by side."""
    take = get_object_or_404(_takes(request), pk=pk)
    may_count = take.status == Status.COUNTING and request.user.has_role(*WRITERS)
    form = CountForm(request.POST or None, take=take) if may_count else None
    if request.method == "POST" and form is not None and form.is_valid() and _handed_in(request, take, form):
        return redirect("supplies:stock_take_detail", pk=pk)
    late = LateCountForm(request.POST, take=take) if request.method == "POST" and not may_count else None
    lines = form.lines if form else list(take.lines.select_related("lot__item"))
    mine = request.user.pk in {take.counted_by_id, take.created_by_id}
    context = {
        "take": take,
        "lines": lines,
        "moves": [(move, Status(move.to_status).label) for move in take.moves.select_related("by")],
        "found_form": drawn(request, FoundLotForm, "found", take=take) if may_count else None,
        "can_approve": take.status == Status.SUBMITTED and request.user.has_role(*APPROVERS) and not mine,
        "shows_book": take.status != Status.COUNTING or not take.is_blind,
        "differences": sum(bool(line.variance) for line in lines),
        "unexplained": sum(bool(line.variance) and not line.reason for line in lines),
    }
    if late is not None and request.user.has_role(*WRITERS) and late.errors:
        context |= {"error_forms": [late], "has_errors": True}
    answer = show(request, "stock_take_detail", form, **context)
    answer.status_code = 422 if "error_forms" in context else answer.status_code
    return answer


def _handed_in(request: SignedIn, take: StockTake, form: CountForm) -> bool:
    try:
        moved = actions.submit_counts(take=take, counts=form.cleaned_data["counts"], by=request.user)
    except Refused as refused:
        form.add_error(f"counted_{refused.facts['line']}" if "line" in refused.facts else None, refused)
        return False
    if moved:
        lots = "、".join(f"{line.lot.item}（批号 {line.lot}）" for line in moved[:3])
        messages.warning(request, f"清点期间动过 {len(moved)} 批：{lots}。请把这几批重数以后再交。")
    else:
        messages.success(request, "已提交，等管委会批准入账。")
    return True


@roles(*READERS)
def stock_take_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """The count sheet to print; a blind one has no book."""
    return papers.count_sheet(get_object_or_404(_takes(request), pk=pk))


@require_POST
@roles(*WRITERS)
def stock_take_lot(request: SignedIn, pk: int) -> HttpResponse:
    take = get_object_or_404(_takes(request), pk=pk)

    def act(lot: Lot) -> None:
        try:
            actions.add_lot(take=take, lot=lot, by=request.user)
        except AlreadyMoved as already:
            messages.info(request, already.text)

    form = typed(request, FoundLotForm, "found", take=take)
    return answered(request, form, act, "supplies:stock_take_detail", beside="lot", pk=pk)


@require_POST
@roles(*APPROVERS)
def stock_take_approve(request: SignedIn, pk: int) -> HttpResponse:
    take = get_object_or_404(_takes(request), pk=pk)
    act, done = partial(actions.approve_stock_take, take=take, by=request.user), "已批准，差异已入账。"
    if not take.lines.unexplained().exists():
        return _step(request, take, act, done)
    form = typed(request, ReasonForm, "take-approve", needs="有差异还没有写原因，批准时请写。")
    return answered(request, form, act, "supplies:stock_take_detail", done=done, pk=pk)


@require_POST
@roles(*APPROVERS)
def stock_take_return(request: SignedIn, pk: int) -> HttpResponse:
    """Count again, with the reason."""
    take = get_object_or_404(_takes(request), pk=pk)
    form = typed(request, ReasonForm, "take-return", needs="退回要写原因。")
    act = partial(actions.return_stock_take, take=take, by=request.user)
    return answered(request, form, act, "supplies:stock_take_detail", done="已退回重盘。", pk=pk)


@require_POST
@roles(*WRITERS)
def stock_take_void(request: SignedIn, pk: int) -> HttpResponse:
    take = get_object_or_404(_takes(request), pk=pk)
    form = typed(request, ReasonForm, "take-void", needs="作废要写原因。")
    act = partial(actions.void_stock_take, take=take, by=request.user)
    return answered(request, form, act, "supplies:stock_take_detail", done="盘点单已作废，账没有动。", pk=pk)


def _takes(request: SignedIn) -> QuerySet[StockTake]:
    return StockTake.objects.visible_to(request.user).select_related("place", "created_by", "counted_by", "approved_by")


def _step(request: SignedIn, take: StockTake, act: Callable[[], object], done: str = "") -> HttpResponse:
    try:
        act()
        if done:
            messages.success(request, done)
    except AlreadyMoved as already:
        messages.info(request, already.text)
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect("supplies:stock_take_detail", pk=take.pk)
