"""责任上墙: generated, posted with a photo, verified on a visit; a new version voids the one before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.models import Board, Enterprise
from parkportal.records.models import StoredFile


def generate_board(
    *, enterprise: Enterprise, holders: Sequence[dict[str, str]], by: Any, token: UUID | None = None
) -> Board:
    """The next version of the poster; `holders` are [{duty, name}]. The same token again gives the first row."""
    found = Board.objects.filter(token=token).first() if token else None
    if found is not None:
        return found
    with transaction.atomic():
        Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        before = Board.objects.current().filter(enterprise=enterprise).first()
        if before is not None:
            before.move_to(Board.Status.VOID, by=by, reason="有新版")
        number = (Board.objects.filter(enterprise=enterprise).values_list("number", flat=True).first() or 0) + 1
        board = Board.objects.create(enterprise=enterprise, number=number, holders=list(holders), token=token)
        board.moves.create(to_status=Board.Status.GENERATED, by=by)
    return board


def post_board(*, board: Board, photo: StoredFile | None, by: Any, token: UUID | None = None) -> Board:
    """It hangs on the wall; the photo shows it. Raises Refused `forbidden_move`; AlreadyMoved."""
    with transaction.atomic():
        locked = Board.objects.select_for_update().get(pk=board.pk)
        locked.photo = photo
        locked.move_to(Board.Status.POSTED, by=by, token=token, save=("photo",))
    return locked


def verify_board(*, board: Board, by: Any, token: UUID | None = None) -> Board:
    """Seen on the wall with the right names. Raises Refused `forbidden_move`; AlreadyMoved."""
    with transaction.atomic():
        locked = Board.objects.select_for_update().get(pk=board.pk)
        locked.move_to(Board.Status.VERIFIED, by=by, token=token)
    return locked
