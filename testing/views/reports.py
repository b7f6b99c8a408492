"""The report of one result as PDF, and the page where the holder of a paper asks whether it is right."""

import time
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from parkportal.guards import public, roles
from parkportal.records.audit import record
from parkportal.states import Refused
from testing import reports
from testing.forms.lab import ReportCheckForm
from testing.models import SignUp, Specimen
from testing.results import shown_to_person
from testing.views.lookup import GRANT, GRANT_SECONDS

WHOLE = ("signup__enterprise", "session__point", "lab")


def _pdf(specimen: Specimen, signup: SignUp | None = None) -> HttpResponse:
    answer = HttpResponse(reports.report_pdf(specimen, signup), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{specimen.barcode}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@roles("committee")
@require_GET
def specimen_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report for whoever hands it to the person; that it was printed is written down."""
    specimen = get_object_or_404(Specimen.objects.visible_to(request.user).select_related(*WHOLE), pk=pk)
    try:
        answer = _pdf(specimen)
    except Refused as refusal:
        messages.error(request, refusal.text)
        return redirect("testing:specimen_detail", pk)
    record("report.printed", by=request.user, subject=specimen)
    return answer


@public
@require_GET
def own_report(request: HttpRequest, barcode: str) -> HttpResponse:
    """The person's own negative report, for as long as the look-up holds; what is withheld has none here."""
    pk, since = request.session.get(GRANT) or (None, 0)
    signup = SignUp.objects.filter(pk=pk).first() if time.time() - since < GRANT_SECONDS else None
    if signup is None:
        return redirect("public:results")
    shown = [row.specimen.pk for row in shown_to_person(signup) if row.word == "negative"]
    tubes = Specimen.objects.filter(pk__in=shown).select_related(*WHOLE)
    specimen = get_object_or_404(tubes, barcode=barcode)
    return _pdf(specimen, None if specimen.signup else signup)


@public
@require_http_methods(["GET", "POST"])
def report_check(request: HttpRequest, token: UUID) -> HttpResponse:
    """Right or not right, of what the holder reads from the paper; the page says nothing else, also of unknown codes."""
    form = ReportCheckForm(request.POST or None)
    answer = None
    if request.method == "POST" and form.is_valid():
        answer = reports.is_right(token, **form.cleaned_data)
    return render(
        request, "testing/report_check.html", {"form": form, "answer": answer}, status=422 if form.errors else 200
    )
