"""Settlement with laboratories: the list, its workbook, what was agreed, the budget."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.records import jobs
from parkportal.states import Refused
from testing import settlement as lists
from testing.actions.money import agree_terms, set_budget, set_lab_day, void_budget
from testing.forms.money import BudgetForm, LabDayForm, LabTermsForm
from testing.models import Budget, LabDay, LabTerms


@roles("committee", "leader")
@require_GET
def settlement(request: SignedIn) -> HttpResponse:
    """What the tests of a period cost, by campaign and price, and what is used of the budget."""
    first, last = lists.period(request.GET)
    context = {
        "shown": lists.settlement(first, last),
        "terms": LabTerms.objects.visible_to(request.user).select_related("lab", "made_by")[:20],
        "days": LabDay.objects.select_related("lab").order_by("-day")[:20],
        "may_write": request.user.has_role("committee"),
    }
    return render(request, "testing/settlement.html", context)


@roles("committee")
@require_POST
def settlement_export(request: SignedIn) -> HttpResponse:
    """The same period as a workbook, made by a job."""
    first, last = lists.period(request.POST)
    params = {"query": f"first={first:%Y-%m-%d}&last={last:%Y-%m-%d}"}
    key, total = jobs.wish_key(lists.KIND, request.user, params), lists.in_period(first, last).count()
    job = jobs.start(
        lists.KIND, title="导出检测费用结算清单", by=request.user, params=params, total=total, lock_key=key
    )
    return redirect("records:job", job.token)


@roles("committee")
@require_http_methods(["GET", "POST"])
def lab_terms_add(request: SignedIn) -> HttpResponse:
    """A new price or time limit of a laboratory."""
    if made_before(LabTerms, request.POST.get("token")):
        return redirect("testing:settlement")
    form = LabTermsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("price")
        try:
            agree_terms(**data, price_fen=form.price_fen, by=request.user)
            messages.success(request, f"记下了 {data['lab']} 从 {data['valid_from']:%Y-%m-%d} 起的约定。")
            return redirect("testing:settlement")
        except Refused as refusal:
            form.add_error("valid_from", refusal.text)
    return render(request, "testing/lab_terms_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("committee")
@require_http_methods(["GET", "POST"])
def lab_day_add(request: SignedIn) -> HttpResponse:
    """A day on which a laboratory works or rests in spite of the calendar."""
    form = LabDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        day = set_lab_day(**form.values(), by=request.user)
        messages.success(request, f"记下了 {day}。以后收的管照这个算时限。")
        return redirect("testing:settlement")
    return render(request, "testing/lab_day_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("committee")
@require_http_methods(["GET", "POST"])
def budget_add(request: SignedIn) -> HttpResponse:
    """Money for tests in a period."""
    if made_before(Budget, request.POST.get("token")):
        return redirect("testing:settlement")
    form = BudgetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("amount")
        set_budget(**data, amount_fen=form.amount_fen, by=request.user)
        messages.success(request, "预算记下了。")
        return redirect("testing:settlement")
    return render(request, "testing/budget_form.html", {"form": form}, status=422 if form.errors else 200)


@roles("committee")
@require_POST
def budget_void(request: SignedIn, pk: int) -> HttpResponse:
    """A budget that was entered wrongly."""
    budget = get_object_or_404(Budget.objects.visible_to(request.user), pk=pk)
    try:
        void_budget(budget=budget, by=request.user)
        messages.success(request, "这笔预算已作废，不再计入。")
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("testing:settlement")
