"""Deliveries as the warehouse and the committee see them: the list, one, its papers, issuing."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from enterprises.models import Enterprise, Squad
from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, drawn, typed
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.keys import key_of, keys_of
from parkportal.printing.barcodes import code128_svg
from parkportal.records import files, jobs, terms
from parkportal.records.listing import figure_rows
from parkportal.states import Refused
from supplies import actions, papers, register_book
from supplies.actions.notices import OVERDUE_AFTER
from supplies.corrected import corrections, numbers, sentences
from supplies.figures import STOCK
from supplies.forms import ScheduleForm
from supplies.holders import phone_of
from supplies.listing import narrowed
from supplies.models import KIT_KINDS, Delivery, DeliveryMove, Movement
from supplies.models.delivery import ENDED, UNDERWAY
from supplies.overview import receivers
from supplies.views import arranging
from supplies.views.rooms import PAGE, READERS, WRITERS, show

CARRIERS = (*READERS, "squad", "supervisor", "contact", "principal")


@roles(*READERS)
def delivery_list(request: SignedIn) -> HttpResponse:
    """All deliveries, by status and squad; those to be picked can be issued together."""
    scope = Delivery.objects.visible_to(request.user)
    rows, figure = figure_rows(request, scope)
    status, squad = request.GET.get("status", ""), request.GET.get("squad", "")
    counts = dict(scope.order_by().values("status").annotate(n=Count("pk")).values_list("status", "n"))
    rows = narrowed(rows, request.GET)
    page = Paginator(rows.for_list().order_by("-id"), PAGE).get_page(request.GET.get("page"))
    tabs = [("", "全部", sum(counts.values())), *((s.value, s.label, counts.get(s, 0)) for s in Delivery.Status)]
    context: dict[str, Any] = {"status": status, "squad": squad, "squads": Squad.objects.all()}
    context |= {"bulk_actions": BULK, "figure": figure}
    context |= {"agreed": arranging.last_agreed(request), **scope.waiting_for_somebody(park_now() - OVERDUE_AFTER)}
    return show(
        request, "delivery_list", page_obj=page, tabs=tabs, can_issue=request.user.has_role(*WRITERS), **context
    )


BULK = [
    {"value": "issue", "label": "出库", "icon": "check2"},
    {"value": "schedule", "label": "约时间", "icon": "calendar3"},
    {"value": "pick", "label": "打印拣货单", "icon": "printer"},
    {"value": "notes", "label": "打印配送单", "icon": "printer"},
]


@require_POST
@roles(*WRITERS)
def delivery_issue(request: SignedIn) -> HttpResponse:
    """What the ink bar of the list does with the ticked deliveries: agree on a time, print the papers, or book them out."""
    rows = Delivery.objects.visible_to(request.user)
    if request.POST.get("all"):
        chosen = narrowed(rows, request.POST)
    else:
        chosen = rows.filter(pk__in=keys_of(request.POST.getlist("pick")))
    do = request.POST.get("do")
    if do == "schedule":
        return arranging.schedule_picked(request, chosen)
    if do in {"pick", "notes"}:
        return _papers(request, do, chosen)
    versions = _versions(request)
    try:
        issued = actions.issue_deliveries(deliveries=list(chosen), by=request.user, versions=versions)
        messages.success(request, f"{len(issued)} 张配送单已出库。{_told(issued)}")
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect(f"{reverse('supplies:delivery_list')}?status=pending")


def _told(issued: list[Delivery]) -> str:
    """Who was written to, and whom somebody has to phone."""
    silent = list(dict.fromkeys(one.enterprise.name for one in issued if not phone_of(one.enterprise)))
    if not silent:
        return "已通知企业联络员。"
    return f"有手机的已通知；{'、'.join(silent[:3])}{f'等 {len(silent)} 家' if len(silent) > 3 else ''}没有登记手机，请另外告知。"


def _papers(request: SignedIn, do: str, chosen: QuerySet[Delivery]) -> HttpResponse:
    try:
        return papers.answer(do, chosen)
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("supplies:delivery_list")


def _versions(request: SignedIn) -> dict[int, int]:
    """Which version of each delivery was on the screen."""
    drawn = {name.removeprefix("version_"): text for name, text in request.POST.items() if name.startswith("version_")}
    pairs = [(key_of(name), key_of(str(text))) for name, text in drawn.items()]
    return {pk: version for pk, version in pairs if pk is not None and version is not None}


@roles(*CARRIERS)
def delivery_detail(request: SignedIn, pk: int) -> HttpResponse:
    """One delivery: lines, both signatures, every step."""
    rows = (
        Delivery.objects.visible_to(request.user)
        .for_list()
        .select_related("handover", "remainder_of", "notice_read_by", "shortage_seen_by", "feedback__by")
    )
    delivery = get_object_or_404(rows.prefetch_related(corrections()), pk=pk)
    lines, changed = list(delivery.lines.all()), numbers(delivery.corrections)
    return show(
        request,
        "delivery_detail",
        delivery=delivery,
        lines=[(line, changed.get(line.pk, [])[:-1]) for line in lines],
        moves=[(move, _step_of(move), sentences(move, lines)) for move in delivery.moves.select_related("by")],
        remainders=delivery.remainders.all(),
        barcode=code128_svg(delivery.code, height_mm=12),
        back_url=back_url(request),
        feedback=getattr(delivery, "feedback", None),
        schedule_form=drawn(request, ScheduleForm, "schedule", delivery=delivery),
        **_may(delivery, request.user),
    )


def _step_of(move: DeliveryMove) -> str:
    label = Delivery.Status(move.to_status).label
    return f"更正签收：{label}" if move.changes else label


def _may(delivery: Delivery, user: Any) -> dict[str, Any]:
    """Where the delivery stands, and what this person may do about it now."""
    under_way, writes = delivery.status in UNDERWAY, user.has_role(*WRITERS)
    return {
        "under_way": under_way,
        "is_own": user.has_role("contact", "principal"),
        "is_short": delivery.status in {Delivery.Status.PARTIAL, Delivery.Status.DECLINED},
        "can_correct": writes and delivery.status in ENDED,
        "can_issue": writes and delivery.status == Delivery.Status.PENDING,
        "can_void": writes and (under_way and delivery.remainder_of_id is None or delivery.status == "pending"),
        "can_close": writes and under_way and delivery.remainder_of_id is not None,
        "can_sign": under_way and (writes or user.has_role("squad", "contact", "principal")),
    }


def back_url(request: SignedIn) -> str:
    """The list from which this person comes: all deliveries, or the own."""
    return reverse("supplies:delivery_list" if request.user.has_role(*READERS) else "supplies:my_deliveries")


@roles(*CARRIERS)
def delivery_note(request: SignedIn, pk: int) -> HttpResponse:
    """The delivery note with its barcode, as PDF."""
    rows = Delivery.objects.visible_to(request.user).filter(pk=pk)
    if not rows.exists():
        raise Http404
    return papers.answer("notes", rows)


@require_POST
@roles(*WRITERS)
def delivery_void(request: SignedIn, pk: int) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    form = typed(request, ReasonForm, "delivery-void", needs="作废要写原因。")
    act = partial(actions.void_delivery, delivery=delivery, by=request.user)
    done = f"配送单 {delivery} 已作废，物资回到可分的库存里。"
    return answered(request, form, act, "supplies:delivery_detail", done=done, pk=pk)


@roles(*CARRIERS)
def receipt_image(request: SignedIn, pk: int, leg: str, what: str) -> HttpResponse:
    """The drawn signature or the photo of one leg, to whoever may see the delivery."""
    rows = Delivery.objects.visible_to(request.user).select_related("receipt__image", "handover__image")
    delivery = get_object_or_404(rows, pk=pk)
    receipt = delivery.receipt if leg == "receipt" else delivery.handover
    stored = getattr(receipt, what, None)
    if stored is None:
        raise Http404
    return files.serve(stored, download=False)


@require_POST
@roles(*READERS)
def issue_register(request: SignedIn) -> HttpResponse:
    """领用登记表 of the deliveries in the list that were signed for, to print or as a workbook: a job makes it."""
    form = "xlsx" if request.POST.get("form") == "xlsx" else "pdf"
    params = {"query": request.GET.urlencode(), "form": form}
    key = jobs.wish_key(register_book.KIND, request.user, params)
    title = f"领用登记表（{register_book.FORMS[form]}）"
    job = jobs.start(register_book.KIND, title=title, by=request.user, params=params, lock_key=key)
    return redirect("records:job", token=job.token)


@roles(*READERS)
def enterprise_list(request: SignedIn) -> HttpResponse:
    """Who has received what, and who nothing."""
    scope = Enterprise.objects.visible_to(request.user).current()
    rows, figure = figure_rows(request, scope)
    given = {code: label for code, label in terms.choices("item_kind") if code not in KIT_KINDS}
    kind = request.GET.get("kind", "")
    kind = kind if kind in given else ""
    if nothing := request.GET.get("received") == "none":
        signed = Movement.objects.standing().filter(kind=Movement.Kind.SIGNED)
        if kind:
            signed = signed.filter(lines__lot__item__kind=kind)
        supplied = Enterprise.objects.among(signed.values("delivery__enterprise"))
        rows = rows.filter(status="resumed").exclude(pk__in=supplied.values("pk"))
    page = Paginator(rows.select_related("squad"), PAGE).get_page(request.GET.get("page"))
    found = receivers(list(page.object_list), {(code, unit) for code, _, unit in STOCK})
    context: dict[str, Any] = {"kinds": STOCK, "figure": figure, "nothing": nothing, "kind": kind}
    context |= {"given_kinds": given.items(), "kind_label": given.get(kind, "物资")}
    return show(request, "enterprise_list", page_obj=page, rows=found, **context)
