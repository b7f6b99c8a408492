"""On the phone: what the squad takes along and brings, and the signature at the door."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from parkportal.accounts.asking import SignedIn
from parkportal.clock import at, park_now, park_today
from parkportal.given import given
from parkportal.guards import roles
from parkportal.idempotency import done_at, made_before, token_of, wants_json
from parkportal.states import AlreadyMoved, Refused
from supplies import actions
from supplies.forms import HandoverForm, SignForm
from supplies.models import Delivery, DeliveryStatus, Receipt
from supplies.models.delivery import UNDERWAY
from supplies.views.deliveries import back_url
from supplies.views.rooms import show

SIGNERS = ("squad", "contact", "principal", "warehouse", "committee")


def signed_at(request: SignedIn) -> datetime | None:
    """When it was signed on the phone; None for a form that the browser sent itself."""
    return done_at(request) if wants_json(request) else None


def done(request: SignedIn, name: str, **where: int) -> HttpResponse:
    """On to the next page; the queue is told where that is."""
    if wants_json(request):
        return JsonResponse({"text": "已送到。", "url": reverse(name, kwargs=where)})
    return redirect(reverse(name, kwargs=where))


def refused_json(form: BaseForm) -> JsonResponse:
    """All that is wrong in one sentence, for the review of what could not be sent."""
    return JsonResponse({"text": "".join(str(e) for errors in form.errors.values() for e in errors)}, status=422)


@roles("squad", "contact", "principal")
def my_deliveries(request: SignedIn) -> HttpResponse:
    """What is to be taken along, what is to be brought or signed, what is done."""
    rows = list(
        Delivery.objects.visible_to(request.user).unsigned().for_list().order_by("enterprise__pinyin_key", "id")
    )
    carries = request.user.has_role("squad")
    done = Delivery.objects.visible_to(request.user).filter(receipt__isnull=False).for_list().order_by("-receipt__at")
    waiting = [row for row in rows if carries and row.status == DeliveryStatus.ISSUED and row.squad_id]
    carrying = [row for row in rows if row not in waiting]
    latest = list(done[:20])
    today = sum(given(row.receipt).at >= at(park_today()) for row in latest)
    context: dict[str, Any] = {"waiting": waiting, "carrying": carrying, "done": latest, "done_today": today}
    return show(request, "my_deliveries", carries=carries, **context)


@roles("squad")
def handover(request: SignedIn) -> HttpResponse:
    """The liaison ticks or scans what is there and signs once for all of it."""
    ready = Delivery.objects.visible_to(request.user).to_hand_over().filter(squad__isnull=False)
    if request.method == "POST" and made_before(Receipt, request.POST.get("token")):
        return done(request, "supplies:my_deliveries")
    form = HandoverForm(request.POST or None, deliveries=ready, initial={"signed_name": request.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            chosen = list(form.cleaned_data["pick"])
            actions.hand_to_squad(deliveries=chosen, signature=form.signed(), by=request.user, at=signed_at(request))
            messages.success(request, f"已接走 {len(chosen)} 张配送单。")
            return done(request, "supplies:my_deliveries")
        except Refused as refused:
            form.add_error(None, refused)
    if request.method == "POST" and wants_json(request):
        return refused_json(form)
    picked = set(request.POST.getlist("pick"))
    rows = ready.for_list().order_by("enterprise__pinyin_key", "id")
    return show(request, "handover", form, deliveries=rows, picked=picked)


@roles(*SIGNERS)
def delivery_sign(request: SignedIn, pk: int) -> HttpResponse:
    """The enterprise signs, on the squad's phone or on its own; a second time shows the first."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user).for_list(), pk=pk)
    if delivery.status not in UNDERWAY:
        return _signed_before(request, delivery)
    lines = list(delivery.lines.all())
    initial = {"signed_name": request.user.name if request.user.has_role("contact", "principal") else ""}
    form = SignForm(request.POST or None, request.FILES or None, lines=lines, initial=initial)
    if request.method == "POST" and form.is_valid() and _signed(request, delivery, form):
        return done(request, "supplies:delivery_detail", pk=pk)
    if request.method == "POST" and wants_json(request):
        return refused_json(form)
    heading = f"签字，一次签 {len(lines)} 项"
    context = {"delivery": delivery, "lines": lines, "now": park_now(), "sign_heading": heading}
    return show(request, "delivery_sign", form, back_url=back_url(request), **context)


def _signed_before(request: SignedIn, delivery: Delivery) -> HttpResponse:
    """The same signature arriving again is welcome; another one is told who signed."""
    token = token_of(request.POST.get("token"))
    is_same = token is not None and delivery.receipt is not None and delivery.receipt.token == token
    if not wants_json(request) or is_same:
        return done(request, "supplies:delivery_detail", pk=delivery.pk)
    if delivery.receipt is None:
        text = f"配送单 {delivery} 现在是“{delivery.get_status_display()}”，不能签收。"
    else:
        text = f"配送单 {delivery} 已经由{delivery.receipt.signed_name}签收，不用再签。"
    return JsonResponse({"text": text}, status=409)


def _signed(request: SignedIn, delivery: Delivery, form: SignForm) -> bool:
    try:
        actions.sign_delivery(
            delivery=delivery,
            arrivals=form.cleaned_data["arrivals"],
            signature=form.signed(),
            by=request.user,
            at=signed_at(request),
        )
        done = "整单拒收，已经告诉仓库" if form.is_refusal else "已签收"
        messages.success(request, f"配送单 {delivery} {done}。")
    except AlreadyMoved as already:
        messages.info(request, already.text)
    except Refused as refused:
        form.add_error(None, refused)
        return False
    return True
