"""A lot: where it came from, who holds it, taking it out of use, its papers; and the book at a past instant."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, typed
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import files
from parkportal.states import Refused
from supplies import actions
from supplies.forms import PaperForm, PastForm
from supplies.holders import holders_of
from supplies.models import Lot, LotPaper
from supplies.past import held_at
from supplies.pictures import lot_chart
from supplies.views.rooms import PAGE, READERS, WRITERS, show

ACTS = {"quarantine": actions.quarantine, "release": actions.release, "recall": actions.recall}

# what a keeper may do with a lot: the dialog's id, the code, its title, the verb, what comes of it
DIALOGS = (
    (
        "lot-quarantine",
        "quarantine",
        "隔离这一批",
        "隔离",
        "隔离后不再分配和出库。已经在路上和发出去的，看“现在在谁手上”。",
    ),
    (
        "lot-recall",
        "recall",
        "召回这一批",
        "召回并通知",
        "不再分配和出库；手上还有这一批的企业、小分队和仓管会马上收到短信：停用、停发，等小分队收回。",
    ),
    ("lot-release", "release", "解除", "解除", "解除后可以再分配和出库。"),
)


@roles(*READERS)
def lot_detail(request: SignedIn, pk: int) -> HttpResponse:
    """Where a lot came from, who holds it, and everything that happened to it."""
    lot = get_object_or_404(_lots(request), pk=pk)
    lines = lot.lines.select_related("movement__by", "movement__delivery", "from_place", "to_place")
    page = Paginator(lines.order_by("-movement__at", "-id"), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "lot": lot,
        "item": lot.item,
        "page_obj": page,
        "holders": holders_of(lot),
        "course": lot_chart(lot),
        "papers": lot.papers.select_related("by"),
        "paper_form": PaperForm(),
        "dialogs": DIALOGS,
    }
    return show(request, "lot_detail", **context)


@require_POST
@roles(*WRITERS)
def lot_status(request: SignedIn, pk: int) -> HttpResponse:
    """Take a lot out of use, call it back, or let it be used again, with the reason."""
    lot = get_object_or_404(_lots(request), pk=pk)
    do = request.POST.get("do", "")
    do = do if do in ACTS else "quarantine"

    def done(outcome: object) -> str:
        told = ""
        if isinstance(outcome, actions.Recalled):
            told = f"，已通知 {outcome.firms} 家企业、{outcome.staff} 位小分队和仓管人员"
        return f"批号 {lot} 现在是“{lot.get_status_display()}”{told}。"

    act = partial(ACTS[do], lot=lot, by=request.user)
    form = typed(request, ReasonForm, f"lot-{do}")
    return answered(request, form, act, "supplies:lot_detail", done=done, pk=pk)


@require_POST
@roles(*WRITERS)
def lot_paper_create(request: SignedIn, pk: int) -> HttpResponse:
    lot = get_object_or_404(_lots(request), pk=pk)
    if made_before(LotPaper, request.POST.get("token")):
        return redirect("supplies:lot_detail", pk=pk)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            kept = form.kept(request.user)
            actions.add_paper(lot=lot, file=kept, title=data["title"], by=request.user, token=data["token"])
            messages.success(request, f"已存“{data['title']}”。")
            return redirect("supplies:lot_detail", pk=pk)
        except Refused as refused:
            form.add_error("file", refused)
    return show(request, "lot_paper_form", form, lot=lot)


@roles(*READERS)
def lot_paper(request: SignedIn, pk: int) -> HttpResponse:
    """One paper of a lot that this person may see."""
    rows = LotPaper.objects.filter(lot__in=Lot.objects.visible_to(request.user)).select_related("file")
    return files.serve(get_object_or_404(rows, pk=pk).file, download=False)


@roles(*READERS)
def balance_list(request: SignedIn) -> HttpResponse:
    """What the book said at an instant, by place, lot and item."""
    form = PastForm(request.GET or {"at": ""}, user=request.user)
    rows, instant = [], park_now()
    if form.is_valid():
        instant = form.cleaned_data["at"]
        rows = held_at(instant, form.places, form.cleaned_data["item"])
    sums: dict[str, list] = {}
    for row in rows:
        total = sums.setdefault(row.lot.item.label, [row.lot.item, 0])
        total[1] += row.amount
    page = Paginator(rows, PAGE * 2).get_page(request.GET.get("page"))
    return show(request, "balance_list", form, page_obj=page, instant=instant, sums=list(sums.values()))


def _lots(request: SignedIn) -> QuerySet[Lot]:
    return Lot.objects.visible_to(request.user).select_related("item")
