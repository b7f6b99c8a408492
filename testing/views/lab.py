"""The bench: receive boxes, enter results, verify by a second person, release."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import agreed, drawn, drawn_again, typed
from parkportal.clock import park_now, park_today
from parkportal.guards import roles
from parkportal.keys import key_of
from parkportal.states import Refused
from testing import bench, box_answers, result_words
from testing.actions import (
    give_up_tube,
    receive_box,
    record_readings,
    release_negatives,
    release_one,
    send_back,
    start_testing,
)
from testing.actions.boxes import read_box
from testing.actions.lab import NewReading
from testing.desk_words import Answer
from testing.forms.lab import SHORT_REASONS, BoxCodeForm, ReadingForm, ReceiveForm
from testing.models import Box, InvalidReason, ResultValue, Specimen, SpecimenStatus
from testing.views.boxes import BoxScanForm, scan_json

LAB = ("lab_tester", "lab_verifier")


@roles("committee", "leader", *LAB)
@require_GET
def overdue(request: SignedIn) -> HttpResponse:
    """Tubes past their due time, the longest first."""
    now = park_now()
    tubes = Specimen.objects.visible_to(request.user).overdue_as_of(now).select_related("lab", "session__point")
    page = Paginator(tubes.order_by("due_at", "id"), 50).get_page(request.GET.get("page"))
    context = {"page_obj": page, "now": now, "is_lab": request.user.has_role(*LAB)}
    return render(request, "testing/overdue.html", context)


def _boxes(request: SignedIn) -> Any:
    return Box.objects.at_bench(request.user).select_related("session__point", "lab", "handed_by", "received_by")


@roles(*LAB)
@require_GET
def lab(request: SignedIn) -> HttpResponse:
    """Today's tubes as an equation, what is to be done, the boxes."""
    day = park_today()
    work = bench.tasks(request.user)
    boxes = list(_boxes(request).order_by("-handed_at")[:12])
    overdue = Specimen.objects.at_bench(request.user).overdue_as_of(park_now())
    context = {
        "day": day,
        "tasks": work,
        "equation": bench.equation(request.user, day),
        "boxes": boxes,
        "overdue": list(overdue.order_by("due_at")[:12]),
        "overdue_count": overdue.count(),
        "lab_name": request.user.department or "",
        "box_form": drawn(request, BoxCodeForm, "box"),
    }
    return render(request, "testing/lab.html", context)


@roles(*LAB)
@require_POST
def lab_scan(request: SignedIn) -> HttpResponse:
    """A box's code leads to the box."""
    form = typed(request, BoxCodeForm, "box")
    is_found, found = agreed(form, partial(_scanned, request), beside="code")
    return redirect("testing:lab_box", found) if is_found else drawn_again(request, form, "testing:lab")


def _scanned(request: SignedIn, code: str) -> str:
    """The code of a box that was sent here. Raises Refused."""
    try:
        found = read_box(code)
    except Refused as refusal:
        raise Refused(refusal.code or "", f"{refusal.facts.get('said', '')}：{refusal.text}") from refusal
    if not _boxes(request).filter(code=found).exists():
        raise Refused("not_here", f"{found} 不在送到本实验室的箱子里，或采样点还没有交出。")
    return found


@roles(*LAB)
@require_http_methods(["GET", "POST"])
def lab_box(request: SignedIn, code: str) -> HttpResponse:
    """Receive a box: scan each tube, or say that all are there, then sign."""
    found = get_object_or_404(_boxes(request), code=code)
    if request.method != "POST":
        return _page(request, found, box_answers.receiving_prompt(found, found.checks.count()))
    form = BoxScanForm(request.POST)
    form.is_valid()
    data = form.cleaned_data
    if data.get("do") == "all":
        said = box_answers.count(found, counted=data.get("counted"), by=request.user)
    else:
        said = box_answers.see(
            found, text=data.get("text", ""), reason=data.get("reason"), by=request.user, token=data.get("token") or uuid4()
        )  # fmt: skip
    found.refresh_from_db()
    if request.headers.get("Accept") == "application/json":
        return scan_json(request, said, "testing/_lab_box_right.html", _context(request, found, said))
    return _page(request, found, said)


def _page(request: SignedIn, found: Box, said: Answer) -> HttpResponse:
    return render(request, "testing/lab_box.html", {**_context(request, found, said), "token": uuid4()})


def _context(request: SignedIn, found: Box, said: Answer) -> dict[str, Any]:
    seen = found.checks.count()
    return {
        "box": found,
        "answer": said,
        "rows": box_answers.receiving_places(found),
        "packed": seen,
        "fit": found.checks.filter(is_fit=True).count(),
        "missing": max(0, (found.expected or 0) - seen),
        "lost": found.specimens.filter(status=SpecimenStatus.HANDED).order_by("position") if found.received_at else [],
        "short_reasons": SHORT_REASONS,
        "receive_form": drawn(request, ReceiveForm, "receive"),
        "invalid_reasons": [("", "外观完好"), *InvalidReason.choices[:8]],
    }


@roles(*LAB)
@require_POST
def lab_give_up(request: SignedIn, code: str, specimen_id: int) -> HttpResponse:
    """A missing tube stays missing: the person comes again."""
    found = get_object_or_404(_boxes(request), code=code)
    specimen = get_object_or_404(found.specimens, pk=specimen_id)
    try:
        give_up_tube(box=found, specimen=specimen, reason=request.POST.get("reason", ""), by=request.user)
        messages.success(request, f"{specimen.barcode} 已记为没有结果，会请本人重采。")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:lab_box", code)


@roles(*LAB)
@require_POST
def lab_receive(request: SignedIn, code: str) -> HttpResponse:
    """Sign for what is there."""
    found = get_object_or_404(_boxes(request), code=code)
    form = typed(request, ReceiveForm, "receive")

    def act(seal_state: str, token: UUID, **_: str) -> Box:
        return receive_box(box=found, seal_state=seal_state, short_reason=form.reason, by=request.user, token=token)

    is_received, _ = agreed(form, act)
    return (
        redirect("testing:lab_bench", code) if is_received else drawn_again(request, form, "testing:lab_box", code=code)
    )


@roles(*LAB)
@require_http_methods(["GET", "POST"])
def lab_bench(request: SignedIn, code: str) -> HttpResponse:
    """The box's tubes in loading order; results by keyboard, or from the machine's file."""
    found = get_object_or_404(_boxes(request), code=code)
    rows = bench.bench_rows(found)
    if request.method == "POST" and request.POST.get("do") == "start":
        start_testing(specimen_ids=[row["tube"].pk for row in rows], by=request.user)
        return redirect("testing:lab_bench", code)
    if request.method == "POST" and _taken_in(request, rows):
        return redirect("testing:lab_bench", code)
    wrong = [row["form"] for row in rows if row.get("form") and row["form"].errors]
    context = {
        "box": found,
        "rows": rows,
        "open": sum(row["is_open"] for row in rows),
        "done": sum(row["tube"].status in {SpecimenStatus.VERIFYING, SpecimenStatus.RELEASED} for row in rows),
        "words": result_words.codes(),
        "grid": bench.plate(rows),
        "columns": bench.PLATE_COLUMNS,
        "keys": bench.KEYS,
        "invalid_words": [reason.label for reason in InvalidReason.at_bench()],
        "error_forms": wrong,
        "has_errors": bool(wrong),
    }
    return render(request, "testing/lab_bench.html", context, status=422 if wrong else 200)


def _taken_in(request: SignedIn, rows: list[dict[str, Any]]) -> bool:
    """Whether what was typed is entered, or there is nothing to enter; else the forms of the rows say what is wrong."""
    for row in rows:
        if row["is_open"]:
            row["form"] = ReadingForm(request.POST, prefix=f"t{row['tube'].pk}", cell=row["cell"])
    forms = [row["form"] for row in rows if row.get("form")]
    if not forms:
        messages.info(request, "这一箱没有要录的管了：都录过，或者不做。")
        return True
    answered = _answered(rows)
    if not answered:
        forms[0].add_error("value", "还没有录一管。")
    return all(form.is_valid() for form in forms) and _record(request, answered)


def _answered(rows: list[dict[str, Any]]) -> list[NewReading]:
    return [
        NewReading(
            row["tube"].pk, row["form"].cleaned_data["value"], ct_orf1ab=row["form"].cleaned_data["ct_orf1ab"],
            ct_n=row["form"].cleaned_data["ct_n"], note=row["form"].cleaned_data["note"],
        )
        for row in rows
        if row.get("form") and row["form"].is_valid() and row["form"].cleaned_data["value"]
    ]  # fmt: skip


def _record(request: SignedIn, answered: list[NewReading]) -> bool:
    try:
        count = record_readings(readings=answered, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.text)
        return False
    messages.success(request, f"{count} 管交审核，要另一个人审核后才发布。")
    return True


@roles("lab_verifier")
@require_http_methods(["GET", "POST"])
def lab_verify(request: SignedIn, code: str) -> HttpResponse:
    """A second person looks: negatives in one batch, each other tube alone."""
    found = get_object_or_404(_boxes(request), code=code)
    shown = bench.verification(found, request.user)
    if request.method == "POST":
        try:
            _decide(request, shown)
        except Refused as refusal:
            messages.error(request, refusal.text)
        if bench.verification(found, request.user).count:
            return redirect("testing:lab_verify", code)
        return redirect("testing:lab")
    context = {"box": found, "shown": shown, "invalid_reasons": InvalidReason.at_bench()}
    return render(request, "testing/lab_verify.html", context)


def _decide(request: SignedIn, shown: bench.Verification) -> None:
    do, key = request.POST.get("do", ""), key_of(request.POST.get("specimen"))
    if do == "release":
        count = release_negatives(specimen_ids=[tube.pk for tube in shown.negatives], by=request.user)
        messages.success(request, f"{count} 管阴性已发布，本人会收到短信，短信里不写结果。")
    elif do == "back":
        ids = [key] if key else [tube.pk for tube in shown.negatives] + [t.pk for t, _ in shown.others]
        count = send_back(specimen_ids=ids, by=request.user, reason=request.POST.get("reason", "") or "退回复检")
        messages.success(request, f"{count} 管退回检验。")
    elif do in ResultValue.values and key:
        release_one(specimen_id=key, value=do, by=request.user, reason=request.POST.get("invalid", ""))
        messages.success(
            request,
            "已经上报；本人自助查不到，由指定负责人当面告知。"
            if do != ResultValue.INVALID
            else "已记无效，会请本人重采。",
        )
