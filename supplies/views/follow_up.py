"""Around a delivery: when it comes, that it was read, the signing code, shortages, remainders, feedback."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, typed
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.states import Refused
from supplies import actions
from supplies.corrected import corrections, said_of, sent_at_first
from supplies.forms import CorrectionForm, FeedbackForm, ScheduleForm
from supplies.models import Delivery, Feedback
from supplies.models.delivery import ENDED
from supplies.views.doorstep import SIGNERS
from supplies.views.rooms import PAGE, READERS, WRITERS, show

OWN = ("contact", "principal")


@require_POST
@roles(*WRITERS)
def delivery_schedule(request: SignedIn, pk: int) -> HttpResponse:
    """Agree on time and place with the enterprise."""
    delivery = get_object_or_404(_deliveries(request), pk=pk)
    form = typed(request, ScheduleForm, "schedule", delivery=delivery)

    def act(*, seen: str, **agreed: Any) -> None:
        to = chosen(request, agreed)
        actions.reschedule(delivery=delivery, to=to, seen=seen, spoken=spoken_by(form), by=request.user)

    done = "已约好，企业出库时会收到时间和地点；已经出库的，马上通知。"
    try:
        return answered(request, form, act, "supplies:delivery_detail", done=done, pk=pk)
    except EditConflict as conflict:
        back = reverse("supplies:delivery_detail", args=[pk])
        return conflict_page(request, conflict, title=f"配送单 {delivery} 的约定", back=back)


@require_POST
@roles(*OWN)
def delivery_read(request: SignedIn, pk: int) -> HttpResponse:
    """知道了: the enterprise has read when and where."""
    delivery = get_object_or_404(_deliveries(request), pk=pk)
    return _step(
        request, delivery, lambda: actions.mark_notice_read(delivery=delivery, by=request.user), "好的，到时见。"
    )


@require_POST
@roles(*SIGNERS)
def delivery_code(request: SignedIn, pk: int) -> HttpResponse:
    """Send the signing code to the enterprise's own phone."""
    delivery = get_object_or_404(_deliveries(request), pk=pk)
    try:
        code = actions.send_signing_code(delivery=delivery, by=request.user)
        messages.success(request, f"签收码已发到 {code.sent_to}，10 分钟内有效。")
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect("supplies:delivery_sign", pk=pk)


@require_POST
@roles(*WRITERS)
def delivery_shortage(request: SignedIn, pk: int) -> HttpResponse:
    """The warehouse has taken note of a shortage."""
    delivery = get_object_or_404(_deliveries(request), pk=pk)
    return _step(
        request, delivery, lambda: actions.mark_shortage_seen(delivery=delivery, by=request.user), "已记下您知道了。"
    )


@require_POST
@roles(*WRITERS)
def delivery_close(request: SignedIn, pk: int) -> HttpResponse:
    """A remainder will not come any more."""
    delivery = get_object_or_404(_deliveries(request), pk=pk)
    form = typed(request, ReasonForm, "delivery-close", needs="不再补送要写原因。")
    act = partial(actions.close_remainder, delivery=delivery, by=request.user)
    return answered(request, form, act, "supplies:delivery_detail", done="不再补送，物资已退回仓库账上。", pk=pk)


@roles(*WRITERS)
def delivery_correct(request: SignedIn, pk: int) -> HttpResponse:
    """What was signed at the door was written down wrongly; the page shows what stands there."""
    rows = _deliveries(request).select_related("receipt").prefetch_related(corrections())
    delivery = get_object_or_404(rows, pk=pk)
    lines = list(delivery.lines.select_related("lot__item", "delivery__warehouse").prefetch_related("lot__item__packs"))
    stands = said_of(delivery, lines)
    initial = {"seen": mark_of(stands), "signed_name": stands["signed_name"]}
    sent = sent_at_first(delivery.corrections)
    form = CorrectionForm(request.POST or None, lines=lines, sent=sent, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _corrected(request, delivery, form))
            return redirect("supplies:delivery_detail", pk=pk)
        except EditConflict as conflict:
            back = reverse("supplies:delivery_detail", args=[pk])
            return conflict_page(request, conflict, title=f"配送单 {delivery} 的签收", back=back)
        except Refused as refused:
            form.add_error(None, refused)
    return show(request, "delivery_correct", form, delivery=delivery, lines=lines, can_correct=delivery.status in ENDED)


def _corrected(request: SignedIn, delivery: Delivery, form: CorrectionForm) -> str:
    data = form.cleaned_data
    arrived = {f"received_{pk}": arrival for pk, arrival in data["arrivals"].items()}
    wanted = chosen(request, {**arrived, "signed_name": data["signed_name"]})
    if not wanted:
        return "没有改，还是刚才那位写的。"
    more = {name: data[name] for name in ("reason", "seen", "token")}
    actions.correct_delivery(
        delivery=delivery,
        arrivals={int(name.removeprefix("received_")): wanted[name] for name in arrived if name in wanted},
        signed_name=wanted.get("signed_name"),
        by=request.user,
        **more,
    )
    return f"配送单 {delivery} 的签收已更正，账上冲正重记；实收的数变了，企业会收到短信。"


@roles(*OWN)
def feedback_create(request: SignedIn, pk: int) -> HttpResponse:
    """The enterprise says what it thinks, after it signed."""
    delivery = get_object_or_404(_deliveries(request), pk=pk)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_thanks(delivery=delivery, by=request.user, **form.cleaned_data)
            messages.success(request, "谢谢，管委会看得到。")
            return redirect("supplies:delivery_detail", pk=pk)
        except Refused as refused:
            form.add_error(None, refused)
    return show(request, "feedback_form", form, delivery=delivery)


@roles(*READERS)
def feedback_list(request: SignedIn) -> HttpResponse:
    """What enterprises said, with a text to copy into the group."""
    rows = Feedback.objects.filter(delivery__in=Delivery.objects.visible_to(request.user))
    kind = request.GET.get("kind", "")
    if kind in Feedback.Kind.values:
        rows = rows.filter(kind=kind)
    rows = rows.select_related("delivery__enterprise", "by").order_by("-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return show(request, "feedback_list", page_obj=page, kinds=Feedback.Kind.choices, kind=kind)


def _deliveries(request: SignedIn) -> QuerySet[Delivery]:
    return Delivery.objects.visible_to(request.user).select_related("enterprise", "squad", "warehouse")


def _step(request: SignedIn, delivery: Delivery, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect("supplies:delivery_detail", pk=delivery.pk)
