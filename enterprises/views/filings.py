"""The resumption filing: steps, check, print, review."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from enterprises import papers
from enterprises.actions import approve_filing, file_resumption, open_filing, return_filing, save_filing_step
from enterprises.actions.filing import DRAFT_PURPOSE
from enterprises.filing_pack import BY_CODE, QUESTIONS, answers, missing_steps, next_step, step_answers
from enterprises.forms import FilingStepForm
from enterprises.forms.filings import FilingReviewForm
from enterprises.models import Employment, Enterprise, Filing
from enterprises.views.papers import labelled_papers, steps_of
from parkportal.accounts.asking import SignedIn
from parkportal.again import agreed
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.idempotency import new_token, token_of
from parkportal.records import parked
from parkportal.states import Refused

OWN = ("committee", "contact", "principal")
READ = (*OWN, "leader", "squad", "supervisor")


@require_POST
@roles(*OWN)
def filing_open(request: SignedIn, pk: int) -> HttpResponse:
    """Begin the enterprise's filing, or go on with the one begun."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    filing = open_filing(enterprise=enterprise, by=request.user)
    missing = missing_steps(filing.pack)
    if missing and filing.status in {Filing.Status.DRAFT, Filing.Status.RETURNED}:
        return redirect("enterprises:filing_step", pk=filing.pk, step=missing[0])
    return redirect("enterprises:filing_detail", pk=filing.pk)


@roles(*OWN)
def filing_step(request: SignedIn, pk: int, step: str) -> HttpResponse:
    filing = get_object_or_404(Filing.objects.editable_by(request.user).select_related("enterprise"), pk=pk)
    if step not in BY_CODE:
        raise Http404
    draft = parked.get(DRAFT_PURPOSE, owner=request.user, subject=f"{filing.pk}:{step}")
    drawn = {"seen": mark_of(step_answers(filing.pack, step))}
    initial = {**filing.pack, **drawn, **(draft.content if draft else {})}
    form = FilingStepForm(request.POST or None, step=BY_CODE[step], initial=initial, corrections=filing.corrections)
    if request.method == "POST" and form.is_valid():
        try:
            values, seen = chosen(request, form.answers()), form.cleaned_data["seen"]
            filing = save_filing_step(
                filing=filing, step=step, values=values, seen=seen, spoken=spoken_by(form), by=request.user
            )
            following = next_step(filing.pack, step)
            if following:
                return redirect("enterprises:filing_step", pk=pk, step=following)
            return redirect("enterprises:filing_detail", pk=pk)
        except EditConflict as conflict:
            back = reverse("enterprises:filing_detail", args=[pk])
            return conflict_page(request, conflict, title=BY_CODE[step].title, back=back)
        except Refused as refused:
            form.add_error(None, refused)
    context = {"form": form, "filing": filing, "step": BY_CODE[step], "steps": steps_of(filing, step)}
    return render(request, "enterprises/filing_step.html", context, status=422 if form.errors else 200)


@require_POST
@roles(*OWN)
def filing_draft(request: SignedIn, pk: int, step: str) -> HttpResponse:
    """Autosave: what is typed so far, also when it is not right yet."""
    filing = get_object_or_404(Filing.objects.editable_by(request.user), pk=pk)
    if step not in BY_CODE:
        raise Http404
    names = [*(question.name for question in BY_CODE[step].questions), "seen"]
    typed = {name: request.POST[name][:500] for name in names if name in request.POST}
    parked.put(DRAFT_PURPOSE, typed, owner=request.user, subject=f"{filing.pk}:{step}")
    return HttpResponse(status=204)


@roles(*READ)
def filing_detail(request: SignedIn, pk: int) -> HttpResponse:
    filing = get_object_or_404(Filing.objects.visible_to(request.user).select_related("enterprise", "filed_by"), pk=pk)
    context = {
        "filing": filing,
        "answers": answers(filing.pack),
        "missing": [BY_CODE[code] for code in missing_steps(filing.pack)],
        "corrections": [
            (QUESTIONS[name].label, words) for name, words in filing.corrections.items() if name in QUESTIONS
        ],
        "moves": filing.moves.select_related("by"),
        "papers": labelled_papers(filing),
        "may_edit": Filing.objects.editable_by(request.user).filter(pk=pk).exists(),
        "may_review": request.user.has_role("committee"),
        "token": new_token(),
    }
    return render(request, "enterprises/filing_detail.html", context)


@require_POST
@roles(*OWN)
def filing_submit(request: SignedIn, pk: int) -> HttpResponse:
    """Hand it in from the check page."""
    visible = Filing.objects.filter(enterprise__in=Enterprise.objects.editable_by(request.user))
    filing = get_object_or_404(visible, pk=pk)
    try:
        filing = file_resumption(filing=filing, by=request.user, token=token_of(request.POST.get("token")))
        is_filed = filing.status == Filing.Status.FILED
        messages.success(
            request, "备案好了，可以按拟复工日期复工。" if is_filed else "交上去了，管委会核准后会发短信。"
        )
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:filing_detail", pk=pk)


@roles(*READ)
def filing_print(request: SignedIn, pk: int) -> HttpResponse:
    """All paper forms filled from the one record."""
    filing = get_object_or_404(Filing.objects.visible_to(request.user).select_related("enterprise__squad"), pk=pk)
    people = Employment.objects.visible_to(request.user).current().filter(enterprise=filing.enterprise)
    jobs = people.select_related("person").order_by("person__pinyin_key", "pk")
    own = Enterprise.objects.editable_by(request.user).filter(pk=filing.enterprise_id).exists()
    answer = HttpResponse(papers.filing_pdf(filing, jobs, is_own=own), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="filing-{filing.pk}.pdf"'
    return answer


@roles("committee")
def filing_review(request: SignedIn, pk: int) -> HttpResponse:
    """Accept, or send back with what to correct, field by field."""
    filing = get_object_or_404(Filing.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    form = FilingReviewForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        is_done, words = agreed(form, partial(_reviewed, filing, form, request))
        if is_done:
            messages.success(request, words)
            return redirect("enterprises:filing_detail", pk=pk)
    context = {
        "filing": filing,
        "answers": form.beside(answers(filing.pack)),
        "papers": labelled_papers(filing),
        "form": form,
        "token": new_token(),
    }
    return render(request, "enterprises/filing_review.html", context, status=422 if form.errors else 200)


def _reviewed(filing: Filing, form: FilingReviewForm, request: SignedIn, **_: str) -> str:
    """Do what the button says; the words of what was done."""
    token = token_of(request.POST.get("token"))
    if request.POST.get("do") == "return":
        return_filing(filing=filing, corrections=form.corrections(), by=request.user, token=token)
        return "已退回，联络员会收到短信。"
    written = next((name for name, words in form.corrections().items() if words), None)
    if written is not None:
        words = "这里写了要补正什么，按的却是“备案”：没有问题请把字删掉，有问题请按“退回补正”。"
        raise Refused("corrections_written", words, field=f"fix_{written}")
    approve_filing(filing=filing, by=request.user, token=token)
    return "已备案。"
