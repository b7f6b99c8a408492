"""Notices: written by the committee, read by the enterprise's people, receipts and reminders for who has to know."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from enterprises.actions.notices import read_notice, remind_of_notice, send_notice, tell_by_phone, withdraw_notice
from enterprises.addressing import addressees
from enterprises.forms.notices import NoticeForm
from enterprises.models import Enterprise, Notice, NoticeReceipt
from parkportal.accounts.asking import SignedIn
from parkportal.again import ReasonForm, answered, typed
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.states import Refused

PARK = ("committee", "leader", "supervisor", "squad")
READ = (*PARK, "contact", "principal")
PAGE = 50
NAMED = 20  # enterprises named in the text for the group


@roles(*READ)
def notice_list(request: SignedIn) -> HttpResponse:
    """What was sent, the latest first; for a contact with whether somebody of the own enterprise has read it."""
    own = Enterprise.objects.spoken_for_by(request.user)
    unread = NoticeReceipt.objects.unread().filter(notice=OuterRef("pk"), enterprise__in=own)
    rows = Notice.objects.visible_to(request.user).annotate(is_unread=Exists(unread)).select_related("by")
    page = Paginator(rows.order_by("-sent_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    receipts = NoticeReceipt.objects.visible_to(request.user)
    context = {
        "page_obj": page,
        "counts": receipts.counts_of([notice.pk for notice in page]),
        "is_park": request.user.has_role(*PARK),
        "may_write": request.user.has_role("committee"),
    }
    return render(request, "enterprises/notice_list.html", context)


@roles("committee")
def notice_create(request: SignedIn) -> HttpResponse:
    """To the rows of the register that the query shows; their number is seen before anything is sent."""
    if known := made_before(Notice, request.POST.get("token")):
        return redirect("enterprises:notice_detail", pk=known.pk)
    query = request.POST.get("query", request.GET.urlencode())
    to = addressees(query, request.user)
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            to.refuse_change(data["count"])
            notice, _ = send_notice(
                title=data["title"], body=data["body"], enterprises=to.rows, query=query, by=request.user,
                token=data["token"],
            )  # fmt: skip
            messages.success(request, f"发给 {to.units} 家了，短信正在写，关掉网页也会写完。")
            return redirect("enterprises:notice_detail", pk=notice.pk)
        except Refused as refused:
            form.add_error(None, refused)
    return render(request, "enterprises/notice_form.html", {"form": form, "to": to}, status=422 if form.errors else 200)


@roles(*READ)
def notice_detail(request: SignedIn, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user).select_related("by"), pk=pk)
    receipts = NoticeReceipt.objects.visible_to(request.user).filter(notice=notice)
    own = receipts.filter(enterprise__in=Enterprise.objects.spoken_for_by(request.user))
    context = {
        "notice": notice,
        "own": list(own.select_related("enterprise", "read_by")),
        "is_park": request.user.has_role(*PARK),
        "is_committee": request.user.has_role("committee"),
        "may_tell": request.user.has_role("committee", "supervisor", "squad"),
    }
    context["own_unread"] = any(receipt.read_at is None for receipt in context["own"])
    if context["is_park"]:
        context |= _receipts(request, notice, receipts)
    return render(request, "enterprises/notice_detail.html", context)


def _receipts(request: SignedIn, notice: Notice, receipts: Any) -> dict[str, Any]:
    """Who has read it and who has not, and the text for the group."""
    sent, read = receipts.counts_of([notice.pk]).get(notice.pk, (0, 0))
    tab = "read" if request.GET.get("tab") == "read" else "unread"
    link = settings.PORTAL_URL.rstrip("/") + reverse("enterprises:notice_detail", args=[notice.pk])
    shown = receipts.exclude(read_at=None).order_by("-read_at") if tab == "read" else receipts.unread().in_order()
    return {
        "sent": sent,
        "read": read,
        "unread": sent - read,
        "tab": tab,
        "page_obj": Paginator(shown.select_related("enterprise", "read_by"), PAGE).get_page(request.GET.get("page")),
        "waiting": list(receipts.unread().in_order().select_related("enterprise")[:NAMED]),
        "link": link,
        "group_text": f"【通知】{notice.title}\n各企业联络员：请登录查看，看完点“看过了”。\n{link}",
        "now": park_now(),
    }


@require_POST
@roles("contact", "principal")
def notice_read(request: SignedIn, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    read_notice(notice=notice, by=request.user)
    messages.success(request, "记下了，您看过了。")
    return redirect("enterprises:notice_detail", pk=pk)


@require_POST
@roles("committee", "supervisor", "squad")
def notice_told(request: SignedIn, pk: int) -> HttpResponse:
    """Told on the phone, for an enterprise without an account or without an answer."""
    receipt = get_object_or_404(NoticeReceipt.objects.visible_to(request.user).select_related("notice"), pk=pk)
    try:
        tell_by_phone(receipt=receipt, by=request.user)
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:notice_detail", pk=receipt.notice_id)


@require_POST
@roles("committee")
def notice_remind(request: SignedIn, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    try:
        job = remind_of_notice(notice=notice, by=request.user)
    except Refused as refused:
        messages.warning(request, refused.text)
        return redirect("enterprises:notice_detail", pk=pk)
    if job.owner_id == request.user.pk:
        return redirect("records:job", token=job.token)
    messages.info(request, f"{job.owner} 正在提醒，不用再发一遍。")
    return redirect("enterprises:notice_detail", pk=pk)


@require_POST
@roles("committee")
def notice_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    form = typed(request, ReasonForm, "withdraw", needs="请写明为什么撤回。")
    act = partial(withdraw_notice, notice=notice, by=request.user)
    done = "撤回了，企业看不到了，还没发出的短信也不发了。"
    return answered(request, form, act, "enterprises:notice_detail", done=done, pk=pk)
