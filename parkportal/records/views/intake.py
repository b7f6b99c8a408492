"""Files that come in: upload, preview, columns, taking in, the annotated file."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from parkportal.guards import roles
from parkportal.idempotency import TokenFormMixin
from parkportal.records import intake, intake_batches
from parkportal.records.audit import record
from parkportal.records.files import serve
from parkportal.records.forms import UploadForm
from parkportal.records.intake import IntakeDoor
from parkportal.records.intake_preview import open_columns
from parkportal.records.job_cards import JobCard
from parkportal.records.models import IntakeBatch
from parkportal.states import Refused

RECENT = 10


def _door(request: HttpRequest, kind: str) -> IntakeDoor:
    """The door of a kind, for who may open it."""
    door = next((door for door in intake.doors_for(request.user) if door.code == kind), None)
    if door is None:
        raise Http404
    return door


def _batch(request: HttpRequest, pk: int) -> tuple[IntakeDoor, IntakeBatch]:
    batches = IntakeBatch.objects.visible_to(request.user).select_related("owner", "source", "annotated", "job")
    batch = get_object_or_404(batches, pk=pk)
    return _door(request, batch.kind), batch


@require_GET
@roles()
def intake_list(request: HttpRequest) -> HttpResponse:
    """What this person may bring in, and what was brought in lately. `?kind=` leads on to that kind's page."""
    doors = intake.doors_for(request.user)
    if kind := request.GET.get("kind"):
        rest = {name: value for name, value in request.GET.items() if name != "kind"}
        address = reverse("records:intake_upload", args=[_door(request, kind).code])
        return redirect(f"{address}?{urlencode(rest)}" if rest else address)
    if not doors:
        raise Http404
    kinds = [door.code for door in doors]
    recent = IntakeBatch.objects.visible_to(request.user).filter(kind__in=kinds).select_related("owner")[:RECENT]
    rows = [(intake.get(batch.kind), batch) for batch in recent]
    return render(request, "records/intake_list.html", {"doors": doors, "rows": rows})


@roles()
def intake_upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Guidance for the kind, what the file cannot say, and the file. Nothing is written but the upload itself."""
    door = _door(request, kind)
    form = UploadForm(request.POST or None, request.FILES or None)
    params_form = None
    if door.params_form is not None:
        params_form = door.params_form(request.POST or None, user=request.user, initial=request.GET.dict())  # type: ignore[call-arg]
    if request.method == "POST" and form.is_valid() and (params_form is None or params_form.is_valid()):
        upload = form.cleaned_data["file"]
        params = intake.params_of(params_form) if params_form is not None else {}
        try:
            batch = intake_batches.begin(
                door, upload, name=upload.name, params=params, by=request.user, token=form.cleaned_data["token"]
            )
        except Refused as refusal:
            form.add_error("file", refusal.text)
        else:
            if batch.status == IntakeBatch.Status.JUDGING and batch.job is not None:
                return redirect("records:job", batch.job.token)
            return redirect("records:intake_batch", batch.pk)
    forms = [part for part in (params_form, form) if part is not None]
    context = {"door": door, "form": form, "params_form": params_form, "error_forms": forms}
    context |= {"has_errors": any(part.errors for part in forms)}
    return render(request, "records/intake_upload.html", context, status=422 if context["has_errors"] else 200)


@require_GET
@roles()
def intake_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: being judged, the preview, being taken in, or what became of its rows."""
    door, batch = _batch(request, pk)
    preview = batch.preview or {}
    context = {
        "door": door,
        "batch": batch,
        "preview": preview,
        "place": door.place(batch.params),
        "earlier": intake_batches.earlier_today(batch) if batch.status == IntakeBatch.Status.PREVIEW else None,
        "known_columns": [column for column in preview.get("columns", []) if column["field"]],
        "open_columns": open_columns(preview.get("columns", []), batch.mapping),
        "fields": [column.name for column in door.kind.columns.columns],
        "token_form": TokenFormMixin(),
        "card": JobCard(batch.job) if batch.job is not None else None,
        "all_shown": "all" in request.GET,
        "success_url": door.success_url(batch.params) if door.success_url else "",
        "again_url": _again(door, batch),
    }
    return render(request, "records/intake_batch.html", context)


def _again(door: IntakeDoor, batch: IntakeBatch) -> str:
    address = reverse("records:intake_upload", args=[door.code])
    return f"{address}?{urlencode(batch.params)}" if batch.params else address


@require_POST
@roles()
def intake_take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """All good rows, by a job; pressing again leads to the same job."""
    _, batch = _batch(request, pk)
    form = TokenFormMixin(request.POST)
    if not form.is_valid():
        return redirect("records:intake_batch", pk)
    try:
        job = intake_batches.take_in(batch, by=request.user, token=form.cleaned_data["token"])
    except Refused as refusal:
        messages.error(request, refusal.text)
        return redirect("records:intake_batch", pk)
    return (
        redirect("records:job", job.token) if job.owner_id == request.user.pk else redirect("records:intake_batch", pk)
    )


@require_POST
@roles()
def intake_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Headers that were not recognised, mapped by hand; the file is judged again."""
    _, batch = _batch(request, pk)
    headers, fields = request.POST.getlist("header"), request.POST.getlist("field")
    try:
        intake_batches.map_columns(batch, dict(zip(headers, fields, strict=False)), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, "列的对应已记住，下次同样的表头自动对应。")
    return redirect("records:intake_batch", pk)


@require_GET
@roles()
def intake_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The person's own sheet with a column that says what is wrong with each row."""
    _, batch = _batch(request, pk)
    if batch.annotated is None:
        raise Http404
    record("intake.annotated_downloaded", by=request.user, subject=batch)
    return serve(batch.annotated)
