"""What it cost and who gave it: every enterprise's value, and a statement for each donor."""

from decimal import Decimal

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from parkportal.accounts.asking import SignedIn
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.records import jobs
from supplies import cost_book, donations, reports
from supplies.models import reached_warehouses
from supplies.views.rooms import PAGE, READERS, show


@roles(*READERS)
def cost_list(request: SignedIn) -> HttpResponse:
    """The value of what each enterprise received, the largest first, all of them."""
    pairs = reports.costs(reached_warehouses(request.user))
    page = Paginator(pairs, PAGE).get_page(request.GET.get("page"))
    total = sum((cost for _, cost in pairs), Decimal(0))
    largest = pairs[0][1] if pairs else Decimal(0)
    rows = reports.named(list(page.object_list))
    return show(request, "cost_list", page_obj=page, rows=rows, total=total, largest=largest, now=park_now())


@require_POST
@roles(*READERS)
def cost_export(request: SignedIn) -> HttpResponse:
    """The same as a workbook: a job makes it."""
    key = jobs.wish_key(cost_book.KIND, request.user, {})
    job = jobs.start(cost_book.KIND, title="导出企业领用价值", by=request.user, params={}, lock_key=key)
    return redirect("records:job", token=job.token)


@roles(*READERS)
def donor_statement(request: SignedIn) -> HttpResponse:
    """受赠说明 of one donor, or of all, to look at and to print: what came, to whom it went, what is left."""
    name, is_one = request.GET.get("donor", ""), "donor" in request.GET
    lots = donations.given_lots(reached_warehouses(request.user))
    gifts = donations.statement(lots.filter(supplier=name) if is_one else lots, whole="all" in request.GET)
    if is_one and not gifts:
        raise Http404
    return show(request, "donor_statement", donor=name, is_one=is_one, gifts=gifts, now=park_now())
