"""防疫管理制度 and 应急预案 of an enterprise: written, uploaded, looked at."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from enterprises.actions import hand_in_document, judge_document
from enterprises.document_templates import template_text
from enterprises.forms import DocumentForm, JudgeDocumentForm
from enterprises.models import Enterprise, EnterpriseDocument
from parkportal.accounts.asking import SignedIn
from parkportal.editing import newer_version, now_seen
from parkportal.given import given
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import terms
from parkportal.records.audit import record
from parkportal.records.files import serve
from parkportal.states import Refused

READ = ("committee", "leader", "supervisor", "squad", "contact", "principal")


@roles(*READ)
def document_list(request: SignedIn, pk: int) -> HttpResponse:
    """Each kind with its versions, the guidance beside them."""
    enterprise = get_object_or_404(Enterprise.objects.followed_by(request.user).current(), pk=pk)
    rows = EnterpriseDocument.objects.visible_to(request.user).filter(enterprise=enterprise).for_list()
    by_kind: dict[str, list[EnterpriseDocument]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    context = {
        "enterprise": enterprise,
        "kinds": [(code, label, by_kind.get(code, [])) for code, label in terms.choices("document_kind")],
        "may_write": Enterprise.objects.editable_by(request.user).filter(pk=pk).exists(),
        "may_judge": request.user.has_role("committee", "supervisor"),
    }
    return render(request, "enterprises/document_list.html", context)


@roles("committee", "contact", "principal")
def document_create(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    """A new version: from the template, or from the version before."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    words = _kind_or_404(kind)
    if made_before(EnterpriseDocument, request.POST.get("token")):
        return redirect("enterprises:document_list", pk=pk)
    last = EnterpriseDocument.objects.current().filter(enterprise=enterprise, kind=kind).first()
    form, newer = (
        DocumentForm(request.POST or None, request.FILES or None, initial=_start(last, enterprise, kind)),
        None,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            hand_in_document(
                enterprise=enterprise, kind=kind, text=data["text"], upload=data["file"], by=request.user,
                token=data["token"], after=data["after"] or 0,
            )  # fmt: skip
            messages.success(request, f"{words}交上去了，督导会看。")
            return redirect("enterprises:document_list", pk=pk)
        except Refused as refused:
            form.add_error("file" if refused.code.startswith(("file", "picture")) else None, refused)
            newer = newer_version(form, refused, last)
    context = {"form": form, "enterprise": enterprise, "words": words, "last": last, "newer": newer}
    return render(request, "enterprises/document_create.html", context, status=422 if form.errors else 200)


def _kind_or_404(kind: str) -> str:
    words = dict(terms.choices("document_kind")).get(kind)
    if words is None:
        raise Http404
    return words


def _start(last: EnterpriseDocument | None, enterprise: Enterprise, kind: str) -> dict[str, Any]:
    text = last.text if last and last.text else template_text(kind, enterprise)
    return {"text": text, "after": last.number if last else 0}


@roles(*READ)
def document_detail(request: SignedIn, pk: int) -> HttpResponse:
    """One version to read and print; whoever guides says whether it is good."""
    rows = EnterpriseDocument.objects.visible_to(request.user).select_related("enterprise", "file", "made_by")
    document = get_object_or_404(rows, pk=pk)
    may_judge = request.user.has_role("committee", "supervisor") and document.status != "replaced"
    form = JudgeDocumentForm(request.POST or None, initial={"seen": document.status})
    if request.method == "POST" and not may_judge:
        raise Http404
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        good = data["verdict"] == "good"
        try:
            said = {"note": data["note"], "token": data["token"], "seen": data["seen"] or None}
            judge_document(document=document, is_good=good, by=request.user, **said)
            messages.success(request, "已核对。" if good else "退回修改，企业会收到提醒。")
            return redirect("enterprises:document_detail", pk=pk)
        except Refused as refused:
            form.add_error("note" if refused.code == "note_missing" else None, refused)
            if refused.code == "judged_meanwhile":
                now_seen(form, seen=document.status)
    words = terms.word("document_kind", document.kind)
    context = {"document": document, "form": form, "may_judge": may_judge, "words": words}
    context["moves"] = document.moves.select_related("by")
    return render(request, "enterprises/document_detail.html", context, status=422 if form.errors else 200)


@roles(*READ)
def document_file(request: SignedIn, pk: int) -> HttpResponse:
    """The uploaded file; `?view=1` shows a picture or PDF in the browser."""
    rows = EnterpriseDocument.objects.visible_to(request.user).filter(file__isnull=False)
    document = get_object_or_404(rows.select_related("file", "enterprise"), pk=pk)
    record("file.downloaded", by=request.user, subject=document)
    return serve(given(document.file), download="view" not in request.GET)
