"""Correcting a released result: ask, and decide as a second person."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.states import Refused
from testing.actions.corrections import accept_correction, ask_correction, decline_correction
from testing.forms.lab import CorrectionForm
from testing.models import Correction, Result, Specimen

LAB = ("lab_tester", "lab_verifier")


@roles(*LAB)
@require_http_methods(["GET", "POST"])
def correction_ask(request: SignedIn, pk: int) -> HttpResponse:
    """Say that a released result is wrong. It stands until somebody else agrees."""
    tubes = Specimen.objects.at_bench(request.user).select_related("session__point")
    specimen = get_object_or_404(tubes, pk=pk)
    if made_before(Correction, request.POST.get("token")):
        return redirect("testing:lab_corrections")
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            ask_correction(reading=form.reading(specimen), reason=data["reason"], by=request.user, token=data["token"])
            messages.success(request, "更正已交审核；另一个人同意以前，原来的结果不变。")
            return redirect("testing:lab_corrections")
        except Refused as refusal:
            form.add_error("reason" if refusal.code == "reason" else None, refusal.text)
    result = Result.objects.filter(specimen=specimen).order_by("-version").first()
    return render(
        request,
        "testing/correction_ask.html",
        {"form": form, "specimen": specimen, "result": result},
        status=422 if form.errors else 200,
    )


@roles(*LAB)
@require_GET
def lab_corrections(request: SignedIn) -> HttpResponse:
    """Corrections that wait for a second person, and the last ones decided."""
    rows = (
        Correction.objects.at_bench(request.user)
        .select_related("specimen", "reading", "asked_by", "decided_by", "result")
        .order_by("-asked_at")
    )
    waiting = list(rows.open()[:50])
    before = (
        Result.objects.in_force().filter(specimen__in=[row.specimen_id for row in waiting]).select_related("verifier")
    )
    now = {result.specimen_id: result for result in before}
    context = {
        "waiting": [(row, now.get(row.specimen_id)) for row in waiting],
        "decided": rows.exclude(status=Correction.Status.ASKED)[:30],
        "may_decide": request.user.has_role("lab_verifier"),
    }
    return render(request, "testing/lab_corrections.html", context)


@roles("lab_verifier")
@require_POST
def correction_decide(request: SignedIn, pk: int) -> HttpResponse:
    """A second person agrees or not."""
    correction = get_object_or_404(Correction.objects.at_bench(request.user), pk=pk)
    try:
        if request.POST.get("do") == "accept":
            result = accept_correction(correction=correction, by=request.user)
            messages.success(request, f"已更正，第 {result.version} 版生效，旧版留着。")
        else:
            decline_correction(correction=correction, by=request.user)
            messages.success(request, "没有更正，原来的结果不变。")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:lab_corrections")
