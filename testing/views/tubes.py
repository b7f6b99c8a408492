"""Tubes and labels: runs printed ahead, pre-printed ranges, labels of one tube."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.again import answered, drawn, typed
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.keys import key_of
from parkportal.printing.calibration import calibration_page_pdf
from parkportal.printing.labels import LABEL_FORMATS, NO_OFFSET
from parkportal.records import jobs
from parkportal.states import Refused
from testing import label_runs
from testing.actions import (
    count_label_print,
    issue_label_run,
    keep_offset,
    move_to_tube,
    register_range,
    reissue_tube,
    void_tube,
)
from testing.forms.campaign import LabelRunForm, PrinterForm, RangeForm, VoidTubeForm
from testing.forms.station import MoveTubeForm
from testing.models import InvalidReason, LabelPrinter, Specimen, TubeRange
from testing.papers import DEFAULT_FORMAT, labels_of_tube

STAFF = ("station", "committee")


@roles(*STAFF)
@require_http_methods(["GET", "POST"])
def tubes(request: SignedIn) -> HttpResponse:
    """Runs and ranges; a new run of labels becomes a job."""
    form = LabelRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = _start_run(form.cleaned_data, request.user)
            return redirect("records:job", job.token)
        except Refused as refusal:
            form.add_error("count", refusal.text)
    ranges = TubeRange.objects.select_related("lab", "registered_by")[:30]
    context = {
        "form": form,
        "printers": LabelPrinter.objects.select_related("measured_by"),
        "printer_form": drawn(request, PrinterForm, "printer"),
        "void_form": drawn(request, VoidTubeForm, "void"),
        "ranges": ranges,
        "may_register": request.user.has_role("committee"),
        "formats": LABEL_FORMATS,
    }
    return render(request, "testing/tubes.html", context)


def _start_run(data: dict[str, Any], user: Any) -> Any:
    row, codes = issue_label_run(count=data["count"], by=user, note=data["note"], token=data["token"])
    printer = data["printer"]
    return jobs.start(
        label_runs.KIND,
        title=f"打印 {2 * len(codes)} 张试管标签",
        by=user,
        params={
            "run": row.pk,
            "format": printer.label_format if printer else data["label_format"],
            "x": str(printer.offset.x if printer else 0),
            "y": str(printer.offset.y if printer else 0),
        },
        token=data["token"],
        total=2 * len(codes),
    )


@roles(*STAFF)
@require_POST
def printer_keep(request: SignedIn) -> HttpResponse:
    """Measured on the calibration page: the offset is kept for the printer and its paper."""

    def act(*, left: Decimal, top: Decimal, used: LabelPrinter | None, **of: Any) -> LabelPrinter:
        printed_with = used.offset if used else NO_OFFSET
        return keep_offset(left=float(left), top=float(top), printed_with=printed_with, by=request.user, **of)

    return answered(
        request, typed(request, PrinterForm, "printer"), act, "testing:tubes", beside="left",
        done=lambda one: f"{one}：向右 {one.right} mm，向下 {one.down} mm，以后打印自动扣除。",
    )  # fmt: skip


@roles("committee")
@require_http_methods(["GET", "POST"])
def range_add(request: SignedIn) -> HttpResponse:
    """Register a laboratory's pre-printed tubes."""
    if made_before(TubeRange, request.POST.get("token")):
        return redirect("testing:tubes")
    form = RangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = register_range(by=request.user, **form.cleaned_data)
            messages.success(request, f"登记了 {row.count} 管：{row}。")
            return redirect("testing:tubes")
        except Refused as refusal:
            form.add_error("last", refusal.text)
    return render(request, "testing/range_form.html", {"form": form})


@roles(*STAFF)
@require_POST
def tube_void(request: SignedIn) -> HttpResponse:
    """A damaged tube that nobody has: a later scan refuses it."""
    form, act = typed(request, VoidTubeForm, "void"), partial(void_tube, reason=InvalidReason.BROKEN, by=request.user)
    return answered(request, form, act, "testing:tubes", done=lambda tube: f"{tube.barcode} 已作废。", beside="barcode")


@roles(*STAFF)
@require_http_methods(["GET", "POST"])
def tube_move(request: SignedIn, barcode: str) -> HttpResponse:
    """Another tube for the same swab, before the box is handed over."""
    specimen = get_object_or_404(Specimen.objects.visible_to(request.user), barcode=barcode)
    form = MoveTubeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            act = reissue_tube if request.POST.get("do") == "reissue" else partial(move_to_tube, text=data["tube"])
            new = act(
                specimen=specimen, reason=data["reason"], why=data["why"], by=request.user, token=data["token"]
            )  # fmt: skip
            messages.success(request, f"{specimen.barcode} 已作废，改用 {new.barcode}。")
            return redirect("testing:specimen_detail", new.pk)
        except Refused as refusal:
            form.add_error(refusal.facts.get("field", "tube"), refusal.text)
    context = {"form": form, "specimen": specimen}
    return render(request, "testing/tube_move.html", context, status=422 if form.errors else 200)


@roles(*STAFF)
@require_POST
def tube_labels(request: SignedIn, barcode: str) -> HttpResponse:
    """The two labels of one tube as PDF, for a calibrated printer if one is named; each time is counted."""
    tubes_ = Specimen.objects.visible_to(request.user).select_related("signup")
    specimen = get_object_or_404(tubes_, barcode=barcode)
    wanted = request.POST.get("format", DEFAULT_FORMAT)
    printer = LabelPrinter.objects.filter(pk=key_of(request.POST.get("printer"))).first()
    label_format = printer.label_format if printer else wanted if wanted in LABEL_FORMATS else DEFAULT_FORMAT
    count_label_print(specimen=specimen, by=request.user)
    pdf = labels_of_tube(specimen, label_format, printer.offset if printer else NO_OFFSET)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{specimen.barcode}.pdf"'
    return answer


@roles(*STAFF)
@require_GET
def calibration(request: SignedIn, label_format: str) -> HttpResponse:
    """The page that finds out how far a printer is off, or, with `?printer=`, whether its offset is right."""
    wanted = LABEL_FORMATS.get(label_format) or LABEL_FORMATS[DEFAULT_FORMAT]
    printer = LabelPrinter.objects.filter(pk=key_of(request.GET.get("printer")), label_format=wanted.key).first()
    answer = HttpResponse(
        calibration_page_pdf(wanted, printer.offset if printer else NO_OFFSET), content_type="application/pdf"
    )
    answer["Content-Disposition"] = 'inline; filename="calibration.pdf"'
    return answer
