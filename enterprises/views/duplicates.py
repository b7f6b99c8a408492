"""Rows of the register that may be one unit: looked at, set apart, merged, undone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enterprises import merging
from enterprises.actions import dismiss_doubt, merge_enterprises, note_doubts, undo_merge
from enterprises.doubles import REASONS
from enterprises.models import Doubt, Enterprise, Merge
from parkportal.clock import park_now
from parkportal.guards import roles
from parkportal.idempotency import made_before, new_token, token_of
from parkportal.states import Refused

PAGE = 30
LATEST = 20


@require_GET
@roles("committee")
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs that wait for somebody's eye, and the latest merges."""
    waiting = Doubt.objects.visible_to(request.user).waiting().select_related("first__squad", "second__squad")
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    for doubt in page:
        doubt.words = "、".join(REASONS.get(reason, reason) for reason in doubt.reasons)
    merges = Merge.objects.visible_to(request.user).select_related("kept", "gone", "made_by", "undone_by")[:LATEST]
    context = {"page_obj": page, "merges": merges, "now": park_now()}
    return render(request, "enterprises/duplicate_list.html", context)


@require_POST
@roles("committee")
def duplicate_scan(request: HttpRequest) -> HttpResponse:
    """Look through the whole register now."""
    count = note_doubts()
    messages.success(request, f"查过了，新发现 {count} 对疑似重复。" if count else "查过了，没有新的疑似重复。")
    return redirect("enterprises:duplicate_list")


@require_POST
@roles("committee")
def duplicate_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    doubt = get_object_or_404(Doubt.objects.visible_to(request.user).select_related("first", "second"), pk=pk)
    if dismiss_doubt(doubt=doubt, by=request.user, note=request.POST.get("note", "")[:200]):
        messages.success(request, f"记下了：{doubt.first}和{doubt.second}不是同一家，不再提示。")
    else:
        messages.info(request, "这一对已经有人处理过了。")
    return redirect("enterprises:duplicate_list")


@roles("committee")
def enterprise_merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """The preview: which row is kept, which values it takes, what goes over and what stays in the old file."""
    if made_before(Merge, request.POST.get("token")):
        return redirect("dashboard:enterprise_file", pk=pk)
    rows = Enterprise.objects.editable_by(request.user).current().select_related("squad").prefetch_related("tags")
    kept, gone = get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=other)
    error = ""
    if request.method == "POST":
        try:
            take, token = merging.proposed(kept, gone, request.POST), token_of(request.POST.get("token"))
            merge_enterprises(kept=kept, gone=gone, take=take, by=request.user, token=token)
            messages.success(request, f"{gone}已并入{kept}。一天之内可以在“疑似重复”页撤销。")
            return redirect("dashboard:enterprise_file", pk=kept.pk)
        except ValidationError as problem:
            error = problem.text if isinstance(problem, Refused) else "".join(problem.messages)
    return render(
        request, "enterprises/enterprise_merge.html", _preview(kept, gone, error), status=422 if error else 200
    )


def _preview(kept: Enterprise, gone: Enterprise, error: str) -> dict[str, Any]:
    """What would become of both rows, and why it was refused."""
    return {
        "kept": kept,
        "gone": gone,
        "choices": merging.choices(kept, gone),
        "goings": merging.goings(kept, gone),
        "brings_status": merging.brings_status(kept, gone),
        "added_tags": [tag for tag in gone.tags.all() if tag not in kept.tags.all()],
        "token": new_token(),
        "error": error,
        "has_errors": bool(error),
    }


@require_POST
@roles("committee")
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.visible_to(request.user).select_related("kept", "gone"), pk=pk)
    try:
        undo_merge(merge=merge, by=request.user)
        messages.success(request, f"撤销了，{merge.gone}和{merge.kept}又是两家。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:duplicate_list")
