"""Boxes at the sampling point: pack by scanning, account for every tube, seal, hand over, print the sheet."""

from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.again import agreed, answered, drawn, typed
from parkportal.guards import roles
from parkportal.idempotency import TokenFormMixin, token_of
from parkportal.reasons import ReasonField
from parkportal.states import Refused
from testing import box_answers
from testing.actions import account_for, hand_over, open_box, reopen_box, seal_box
from testing.actions.boxes import NEXT_BOX, missing_tubes
from testing.desk_words import Answer
from testing.models import Box, BoxStatus, InvalidReason, Session
from testing.papers import handover_pdf

WHAT_HAPPENED = [
    (NEXT_BOX, "还在架上，放下一箱"),
    (InvalidReason.LEAKED.value, "漏液"),
    (InvalidReason.BROKEN.value, "打破"),
    (InvalidReason.EMPTY.value, "空管"),
    (InvalidReason.NO_SWAB.value, "没有拭子"),
    (InvalidReason.LOST.value, "找不到"),
]


class GapForm(forms.Form):
    """What became of a tube that is not in the box."""

    what = forms.ChoiceField(
        label="现在在哪里",
        help_text="除了放下一箱，都记作废，并给本人发重采通知。",
        choices=WHAT_HAPPENED,
        widget=forms.RadioSelect(attrs={"class": "choices-list"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选这支管怎么了。"),
    )


class BoxScanForm(forms.Form):
    token = forms.UUIDField(required=False)
    text = forms.CharField(required=False, max_length=64)
    do = forms.CharField(required=False, max_length=10)
    counted = forms.IntegerField(required=False, min_value=0, max_value=999)
    reason = forms.ChoiceField(required=False, choices=[("", "外观完好"), *InvalidReason.choices])


class SealForm(TokenFormMixin):
    seal = forms.CharField(
        label="封签号", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "data-keep-focus": ""}),
        error_messages={"required": "请填封签号"},
    )  # fmt: skip


class HandOverForm(TokenFormMixin):
    """Who carries the box away."""

    courier = forms.CharField(label="运送人", max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))
    plate = forms.CharField(
        label="车牌", max_length=12, required=False, widget=forms.TextInput(attrs={"class": "w-phone"})
    )
    temperature = forms.DecimalField(
        label="箱内温度（℃）", help_text="2–8 ℃", max_digits=3, decimal_places=1, min_value=-80, max_value=30,
        widget=forms.NumberInput(attrs={"class": "w-number", "step": "0.1"}),
    )  # fmt: skip
    temperature_note = ReasonField(
        label="温度说明", required=False, max_length=100, help_text="不在 2–8 ℃ 才要写：为什么，怎么处理的",
        widget=forms.TextInput(attrs={"class": "w-sentence"}),
    )  # fmt: skip


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def station_boxes(request: HttpRequest, session_id: int) -> HttpResponse:
    """The boxes of a sitting; opening one leads to its page."""
    sessions = Session.objects.workable_by(request.user).select_related("point", "campaign__lab")
    session = get_object_or_404(sessions, pk=session_id)
    if request.method == "POST":
        token = token_of(request.POST.get("token"))
        return redirect("testing:box", open_box(session=session, by=request.user, token=token).code)
    boxes = list(session.boxes.order_by("number"))
    return render(request, "testing/station_boxes.html", {"session": session, "boxes": boxes, "token": uuid4()})


def _box(request: HttpRequest, code: str) -> Box:
    boxes = Box.objects.packable_by(request.user).select_related("session__point", "lab", "handed_by", "received_by")
    return get_object_or_404(boxes, code=code)


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def box(request: HttpRequest, code: str) -> HttpResponse:
    """Pack by scanning; left the answer and the places, right the sum and the gap by name."""
    found = _box(request, code)
    if request.method != "POST":
        return _page(request, found, box_answers.packing_prompt(found, found.specimens.count()))
    form = BoxScanForm(request.POST)
    form.is_valid()
    data = form.cleaned_data
    said = box_answers.pack(
        found, text=data.get("text", ""), do=data.get("do", ""), by=request.user, token=data.get("token") or uuid4()
    )
    if request.headers.get("Accept") == "application/json":
        return scan_json(request, said, "testing/_box_right.html", _context(found, said))
    return _page(request, found, said)


def _page(request: HttpRequest, found: Box, said: Answer) -> HttpResponse:
    context = {**_context(found, said), "seal_form": drawn(request, SealForm), "token": uuid4()}
    return render(request, "testing/box.html", context)


def _context(found: Box, said: Answer) -> dict[str, Any]:
    sum_ = box_answers.gap(found)
    position = None
    if said.code == "ok" and said.tone == "done":
        position = int(said.word.split()[1])
    return {
        "box": found,
        "answer": said,
        "rows": box_answers.packing_places(found, position),
        "gap": sum_,
        "packed": sum_["packed"],
        "can_seal": found.status == BoxStatus.PACKING and sum_["packed"] and not sum_["missing"],
    }


def scan_json(request: HttpRequest, said: Answer, right: str, context: dict[str, Any]) -> JsonResponse:
    """The answer and the other parts of the page that changed with it; 409 for a refusal that nobody saw."""
    told = {
        "html": render_to_string("testing/_box_answer.html", {"answer": said}),
        "sound": said.sound,
        "text": said.text,
        "conflict": said.is_conflict,
        "tone": said.tone,
        "clear": 0,
        "then": "",
        "placeholder": "扫下一管",
        "code": said.code,
        "parts": {
            "places": render_to_string("testing/_places.html", context),
            "right": render_to_string(right, context, request),
            "packed": str(context["packed"]),
        },
    }
    return JsonResponse(told, status=409 if "X-Queue-Late" in request.headers and said.is_conflict else 200)


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def box_gap(request: HttpRequest, code: str, specimen_id: int) -> HttpResponse:
    """What became of one tube that is not in the box."""
    found = _box(request, code)
    specimen = get_object_or_404(missing_tubes(found), pk=specimen_id)
    form = GapForm(request.POST if request.method == "POST" else None)
    account = partial(account_for, box=found, specimen=specimen, by=request.user)
    if form.is_bound and agreed(form, account, beside="what")[0]:
        return redirect("testing:box", code)
    context = {"box": found, "specimen": specimen, "form": form}
    return render(request, "testing/box_gap.html", context, status=422 if form.errors else 200)


@roles("station", "committee")
@require_POST
def box_seal(request: HttpRequest, code: str) -> HttpResponse:
    """Seal, or break the seal again before the hand-over."""
    found = _box(request, code)
    if request.POST.get("do") != "reopen":
        return answered(
            request,
            typed(request, SealForm),
            lambda seal, token, **_: seal_box(box=found, seal=seal, by=request.user, token=token),
            "testing:box",
            code=code,
        )
    try:
        reopen_box(box=found, by=request.user, reason="拆封重装")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:box", code)


@roles("station", "committee")
@require_http_methods(["GET", "POST"])
def box_hand(request: HttpRequest, code: str) -> HttpResponse:
    """Hand the sealed box to the courier."""
    found = _box(request, code)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            hand_over(
                box=found, courier=data["courier"], plate=data["plate"].upper(),
                temperature_tenths=int(data["temperature"] * 10), by=request.user,
                temperature_note=data["temperature_note"], token=data["token"],
            )  # fmt: skip
            return redirect("testing:box", code)
        except Refused as refusal:
            form.add_error("temperature" if refusal.code == "too_warm" else None, refusal.text)
    return render(request, "testing/box_hand.html", {"box": found, "form": form})


@roles("station", "committee", "lab_tester", "lab_verifier")
@require_GET
def box_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The hand-over sheet as PDF; it names no person."""
    boxes = Box.objects.visible_to(request.user).select_related("session__point", "lab", "handed_by", "received_by")
    found = get_object_or_404(boxes, code=code)
    answer = HttpResponse(handover_pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.code}.pdf"'
    return answer
