"""Dictionaries: the words a notice can change."""

from functools import partial
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from parkportal.editing import EditConflict, chosen, conflict_page, mark_of
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import terms
from parkportal.records.forms import TermForm
from parkportal.records.models import Term


@require_GET
@roles("admin", "committee")
def term_list(request: HttpRequest) -> HttpResponse:
    """Every dictionary with its words in order."""
    rows = Term.objects.order_by("kind", "position", "id")
    groups = [(kind, terms.title_of(kind), list(words)) for kind, words in groupby(rows, key=lambda term: term.kind)]
    return render(request, "records/term_list.html", {"groups": groups})


@roles("admin", "committee")
def term_edit(request: HttpRequest, pk: int) -> HttpResponse:
    term = get_object_or_404(Term, pk=pk)
    seen = {"seen": mark_of(terms.facts_of(term))}
    return _edit(request, TermForm(request.POST or None, instance=term, kind=term.kind, initial=seen))


@roles("admin", "committee")
def term_add(request: HttpRequest, kind: str) -> HttpResponse:
    if not Term.objects.filter(kind=kind).exists() and kind not in terms.SEEDS:
        raise Http404
    if made_before(Term, request.POST.get("token")):
        return _back_to(kind)
    last = Term.objects.filter(kind=kind).order_by("-position").values_list("position", flat=True).first() or 0
    return _edit(request, TermForm(request.POST or None, kind=kind, initial={"position": last + 1}))


def _back_to(kind: str) -> HttpResponse:
    """The dictionary where it was pressed: the page is long."""
    return redirect(f"{reverse('records:term_list')}#{kind}")


def _edit(request: HttpRequest, form: TermForm) -> HttpResponse:
    if form.is_valid():
        try:
            narrow = partial(chosen, request)
            term = terms.save_word(form.instance, by=request.user, seen=form.cleaned_data["seen"], chosen=narrow)
            messages.success(request, f"“{term.label}”已保存。")
            return _back_to(term.kind)
        except EditConflict as conflict:
            title, back = f"字典：{form.instance.label}", reverse("records:term_list")
            return conflict_page(request, conflict, title=title, back=back)
    kind = form.instance.kind
    context = {"form": form, "title": terms.title_of(kind), "kind": kind}
    return render(request, "records/term_edit.html", context, status=422 if form.errors else 200)
