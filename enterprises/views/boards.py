"""责任上墙: coverage, a version's page, making, posting, verifying, printing; and the public page behind the QR code."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enterprises import wall
from enterprises.actions import generate_board, post_board, verify_board
from enterprises.board_paper import board_pdf
from enterprises.duties import gaps
from enterprises.forms.boards import BoardForm, BoardPostForm
from enterprises.models import Board, Enterprise
from parkportal.accounts.asking import SignedIn
from parkportal.editing import newer_version
from parkportal.guards import public, roles
from parkportal.idempotency import made_before, new_token, token_of
from parkportal.keys import key_of
from parkportal.printing.boards import SIZES
from parkportal.records import settings as park_settings
from parkportal.records.files import serve
from parkportal.states import Refused

READ = ("committee", "leader", "supervisor", "squad", "contact", "principal")
HANDLE = ("committee", "supervisor", "squad", "contact", "principal")
STAFF = ("committee", "leader", "supervisor", "squad")
PAGE = 50


@roles(*STAFF)
def board_list(request: SignedIn) -> HttpResponse:
    """Coverage by tag, and the list of the missing."""
    rows = wall.followed(request.user)
    tab = request.GET.get("tab", "missing")
    shown = wall.in_tab(rows, tab).named(request.GET.get("q", ""))  # type: ignore[attr-defined]
    tag = request.GET.get("tag", "")
    if tag:
        shown = shown.filter(tags=key_of(tag) or 0)
    counts = wall.counts(rows)
    context = {
        "tab": tab if tab in dict(wall.TABS) else "missing",
        "tabs": [(code, label, counts[code]) for code, label in wall.TABS],
        "counts": counts,
        "coverage": wall.coverage(request.user),
        "page_obj": Paginator(shown.select_related("squad").order_by("pinyin_key", "pk"), PAGE).get_page(
            request.GET.get("page")
        ),
        "may_write": request.user.has_role("committee", "supervisor", "squad"),
    }
    return render(request, "enterprises/board_list.html", context)


@roles(*HANDLE)
def board_create(request: SignedIn, pk: int) -> HttpResponse:
    """The next version of an enterprise's board."""
    enterprise = get_object_or_404(Enterprise.objects.followed_by(request.user).current().for_file(), pk=pk)
    if known := made_before(Board, request.POST.get("token")):
        return redirect("enterprises:board_detail", pk=known.pk)
    before = Board.objects.current().filter(enterprise=enterprise).first()
    form, newer = BoardForm(request.POST or None, enterprise=enterprise, before=before), None
    if request.method == "POST" and form.is_valid():
        try:
            token, after = form.cleaned_data["token"], form.cleaned_data["after"] or 0
            made = {"enterprise": enterprise, "holders": form.holders(), "token": token, "after": after}
            board = generate_board(by=request.user, **made)
            messages.success(request, f"第 {board.number} 版生成了，请打印张贴。")
            return redirect("enterprises:board_detail", pk=board.pk)
        except Refused as refused:
            form.add_error(None, refused)
            newer = newer_version(form, refused, before)
    context = {"form": form, "enterprise": enterprise, "before": before, "newer": newer}
    return render(request, "enterprises/board_form.html", context, status=422 if form.errors else 200)


def _board(request: SignedIn, pk: int, *, boards: QuerySet[Board] | None = None) -> Board:
    rows = Board.objects.visible_to(request.user) if boards is None else boards
    return get_object_or_404(rows.select_related("enterprise", "photo"), pk=pk)


@roles(*READ)
def board_detail(request: SignedIn, pk: int) -> HttpResponse:
    board = _board(request, pk)
    context = {
        "board": board,
        "enterprise": board.enterprise,
        "gaps": gaps(board.enterprise, board.holders),
        "moves": board.moves.select_related("by").order_by("-effective_at", "-id"),
        "versions": board.enterprise.boards.all(),
        "may_handle": Board.objects.handled_by(request.user).filter(pk=pk).exists(),
        "may_verify": request.user.has_role("committee", "supervisor", "squad"),
        "token": new_token(),
    }
    return render(request, "enterprises/board_detail.html", context)


@require_GET
@roles(*READ)
def board_print(request: SignedIn, pk: int, size: str) -> HttpResponse:
    """The PDF in A3 or A2."""
    if size not in SIZES:
        raise Http404
    board = _board(request, pk)
    answer = HttpResponse(board_pdf(board, size), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="board-{board.pk}-{size}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@roles(*READ)
def board_photo(request: SignedIn, pk: int) -> HttpResponse:
    board = _board(request, pk)
    if board.photo is None:
        raise Http404
    return serve(board.photo, download=False)


@roles(*HANDLE)
def board_post(request: SignedIn, pk: int) -> HttpResponse:
    """It hangs: the photo."""
    board = _board(request, pk, boards=Board.objects.handled_by(request.user))
    form = BoardPostForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            post_board(board=board, photo=data["photo"], by=request.user, token=data["token"])
            messages.success(request, "登记了张贴，等督导帮扶人员核验。")
            return redirect("enterprises:board_detail", pk=pk)
        except Refused as refused:
            form.add_error(None, refused)
    context = {"form": form, "board": board, "enterprise": board.enterprise}
    return render(request, "enterprises/board_post.html", context, status=422 if form.errors else 200)


@require_POST
@roles("committee", "supervisor", "squad")
def board_verify(request: SignedIn, pk: int) -> HttpResponse:
    """Seen on a visit, with the right names."""
    board = _board(request, pk, boards=Board.objects.handled_by(request.user))
    try:
        verify_board(board=board, by=request.user, token=token_of(request.POST.get("token")))
        messages.success(request, "核验好了。")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:board_detail", pk=pk)


@public
@require_GET
def board_public(request: HttpRequest, token: UUID) -> HttpResponse:
    """Behind the QR code: whether the version that hangs here is the current one. Names nobody."""
    board = get_object_or_404(Board.objects.select_related("enterprise"), public_token=token)
    current = Board.objects.current().filter(enterprise=board.enterprise_id).first()
    context = {"board": board, "current": current, "phone": park_settings.get("report_phone")}
    return render(request, "enterprises/board_public.html", context)
