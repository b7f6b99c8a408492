"""责任上墙: generated, posted with a photo, verified on a visit; a new version voids the one before."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from enterprises.duties import changed_names, gaps
from enterprises.models import Board, Enterprise
from parkportal.clock import park_now
from parkportal.records.audit import record
from parkportal.records.files import keep
from parkportal.records.models import StoredFile
from parkportal.records.sniffing import PICTURES
from parkportal.states import Refused


def generate_board(
    *,
    enterprise: Enterprise,
    holders: Sequence[dict[str, str]],
    by: Any,
    token: UUID | None = None,
    after: int | None = None,
) -> Board:
    """The next version of the poster; `holders` are [{code, duty, name, phone, content}], phones masked.

    The same token again gives the first row; `after` is the number of the version that the person has read, 0 for none.
    Raises Refused `incomplete` with `facts["duties"]` when a duty without which no board is made has nobody (handbook §6),
    `newer_version`.
    """
    found = Board.objects.filter(token=token).first() if token else None
    if found is not None:
        return found
    if missing := gaps(enterprise, holders, mandatory=True):
        raise Refused("incomplete", f"还缺{'、'.join(missing)}，请先填好。", duties=missing)
    with transaction.atomic():
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        found = Board.objects.filter(token=token).first() if token else None
        if found is not None:
            return found
        before = Board.objects.current().filter(enterprise=enterprise).first()
        stands = before.number if before else 0
        if after is not None and after != stands:
            words = f"您打开以后，有人生成了第 {stands} 版，那一版的名字列在下面。看过再生成，就是下一版。"
            raise Refused("newer_version", words)
        if before is not None:
            before.move_to(Board.Status.VOID, by=by, reason="有新版")
        number = (Board.objects.filter(enterprise=enterprise).values_list("number", flat=True).first() or 0) + 1
        board = Board.objects.create(enterprise=enterprise, number=number, holders=list(holders), token=token)
        board.moves.create(to_status=Board.Status.GENERATED, by=by)
    return board


def post_board(*, board: Board, photo: StoredFile | UploadedFile | None, by: Any, token: UUID | None = None) -> Board:
    """It hangs on the wall; the photo shows it. The same token again changes nothing.

    Raises Refused `forbidden_move` and what `keep` refuses; AlreadyMoved.
    """
    with transaction.atomic():
        locked = Board.objects.select_for_update().get(pk=board.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        locked.photo = _kept(photo)
        locked.move_to(Board.Status.POSTED, by=by, token=token, save=("photo",))
    return locked


def _kept(photo: StoredFile | UploadedFile | None) -> StoredFile | None:
    if isinstance(photo, UploadedFile):
        return keep(photo, name="责任牌照片", purpose="board_photo", owner=None, allow=PICTURES)
    return photo


def verify_board(*, board: Board, by: Any, token: UUID | None = None) -> Board:
    """Seen on the wall with the right names. Raises Refused `outdated`, `forbidden_move`; AlreadyMoved."""
    with transaction.atomic():
        locked = Board.objects.select_for_update().get(pk=board.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        if locked.outdated_at is not None:
            raise Refused("outdated", f"{locked.outdated_reason}，这一版与人不符，请先换新版。")
        locked.move_to(Board.Status.VERIFIED, by=by, token=token)
    return locked


def outdate_board(*, enterprise: Enterprise, gone: Iterable[str], by: Any) -> Board | None:
    """Marks the current board when somebody named on it has been replaced; the board, or None when it names nobody of them.

    Called by whatever changes the principal, the liaison or the park officer, in its transaction.
    """
    board = Board.objects.select_for_update().current().filter(enterprise=enterprise).first()
    left = changed_names(board.holders, gone) if board else []
    if board is None or not left or board.outdated_at is not None:
        return None
    board.outdated_at, board.outdated_reason = park_now(), "责任牌上的人换了"
    board.save(update_fields=["outdated_at", "outdated_reason"])
    record("board.outdated", by=by, subject=board, after={"换了": f"{len(left)} 人"})
    return board
