"""Files and long work of the person who asks."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from parkportal.guards import roles
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.files import serve
from parkportal.records.job_cards import JobCard
from parkportal.records.models import Job, StoredFile

PER_PAGE = 30


@require_GET
@roles()
def file(request: HttpRequest, token: UUID) -> HttpResponse:
    """One's own file. `?view=1` shows a picture or PDF in the browser."""
    stored = get_object_or_404(StoredFile.objects.visible_to(request.user), token=token)
    return serve(stored, download="view" not in request.GET)


@require_GET
@roles()
def job(request: HttpRequest, token: UUID) -> HttpResponse:
    """The job's page; `?poll=1` answers with its card alone, which leads on to the outcome when `watch` is set."""
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("result"), token=token)
    watching = "poll" not in request.GET or "watch" in request.GET
    card = JobCard(found, watch=watching)
    if "poll" not in request.GET:
        return render(request, "records/job.html", {"job": card, "kept_until": found.expires_at})
    if watching and card.url_page:
        return HttpResponse(headers={"HX-Redirect": card.url_page})
    return render(request, "_job.html", {"job": card})


@require_GET
@roles()
def job_list(request: HttpRequest) -> HttpResponse:
    """Everything the person asked for in the last seven days."""
    page = Paginator(Job.objects.visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "records/job_list.html", {"page_obj": page, "cards": [JobCard(row) for row in page]})


@require_POST
@roles()
def job_stop(request: HttpRequest, token: UUID) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user), token=token)
    if not jobs.ask_to_stop(found):
        messages.info(request, "这项任务已经结束了。")
    return redirect("records:job", token)


@require_POST
@roles()
def job_retry(request: HttpRequest, token: UUID) -> HttpResponse:
    found = get_object_or_404(Job.objects.visible_to(request.user), token=token)
    if not jobs.try_again(found):
        messages.info(request, "这项任务不用再试了。")
    return redirect("records:job", token)


@require_GET
@roles()
def job_result(request: HttpRequest, token: UUID) -> HttpResponse:
    """The file that the job made, for whoever asked for it; a download is written down."""
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("result"), token=token)
    if found.result is None or found.status != Job.Status.DONE:
        raise Http404
    record("file.downloaded", by=request.user, subject=found)
    return serve(found.result)
