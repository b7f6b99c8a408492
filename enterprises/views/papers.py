"""The papers of a filing: put on while it is being filled, read by whoever may read the filing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enterprises.actions import attach_paper, remove_paper
from enterprises.filing_pack import STEPS, Step, missing_steps
from enterprises.forms import PaperUploadForm
from enterprises.models import Filing, FilingAttachment
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import terms
from parkportal.records.files import serve
from parkportal.states import Refused

OWN = ("committee", "contact", "principal")
READ = (*OWN, "leader", "squad", "supervisor")


def steps_of(filing: Filing, here: str) -> list[tuple[str, str, str]]:
    """(code, title, shape) of the steps beside the form."""
    missing = set(missing_steps(filing.pack))

    def shape(step: Step) -> str:
        if step.code == here:
            return "doing"
        if any(question.name in filing.corrections for question in step.questions):
            return "warn"
        return "todo" if step.code in missing else "ok"

    return [(step.code, step.title, shape(step)) for step in STEPS]


def labelled_papers(filing: Filing) -> list[tuple[FilingAttachment, str]]:
    """The papers in force, each with the dictionary's word for what it is."""
    rows = list(filing.attachments.in_force().select_related("file", "added_by"))
    words = terms.labels("filing_paper") if rows else {}
    return [(row, words.get(row.kind, row.kind)) for row in rows]


@roles(*OWN)
def filing_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The last page of the steps: papers as files, none of them a condition."""
    filing = get_object_or_404(Filing.objects.editable_by(request.user).select_related("enterprise"), pk=pk)
    if made_before(FilingAttachment, request.POST.get("token")):
        return redirect("enterprises:filing_papers", pk=pk)
    form = PaperUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            attach_paper(filing=filing, kind=data["kind"], upload=data["file"], by=request.user, token=data["token"])
            messages.success(request, "传上了。")
            return redirect("enterprises:filing_papers", pk=pk)
        except Refused as refused:
            form.add_error("file", refused)
    context = {"form": form, "filing": filing, "papers": labelled_papers(filing), "steps": steps_of(filing, "")}
    return render(request, "enterprises/filing_papers.html", context, status=422 if form.errors else 200)


@require_GET
@roles(*READ)
def filing_paper(request: HttpRequest, pk: int) -> HttpResponse:
    papers = FilingAttachment.objects.visible_to(request.user).in_force().select_related("file")
    return serve(get_object_or_404(papers, pk=pk).file, download=False)


@require_POST
@roles(*OWN)
def filing_paper_remove(request: HttpRequest, pk: int) -> HttpResponse:
    editable = Filing.objects.editable_by(request.user)
    papers = FilingAttachment.objects.filter(filing__in=editable).select_related("filing__enterprise")
    paper = get_object_or_404(papers, pk=pk)
    try:
        remove_paper(attachment=paper, by=request.user)
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:filing_papers", pk=paper.filing_id)
