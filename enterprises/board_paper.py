"""The responsibility board of an enterprise as it is printed: from the kept version, never from today's register."""

from django.conf import settings
from django.urls import reverse

from enterprises.duties import contents
from enterprises.models import Board
from parkportal.clock import SHANGHAI
from parkportal.printing.boards import BoardRole, ResponsibilityBoard, responsibility_board_pdf


def board_address(board: Board) -> str:
    """The full address in the QR code: says which version hangs there and which one is current."""
    return settings.PORTAL_URL.rstrip("/") + reverse("enterprises_public:board_public", args=[board.public_token])


def board_pdf(board: Board, size: str) -> bytes:
    """One page, A3 or A2 portrait; a version that was replaced carries the stamp 旧版作废."""
    words = contents(board.enterprise)
    holders = [holder for holder in board.holders if holder.get("name")]
    day = board.created_at.astimezone(SHANGHAI)
    return responsibility_board_pdf(
        ResponsibilityBoard(
            enterprise=board.enterprise.name,
            roles=tuple(
                BoardRole(
                    holder["duty"],
                    holder["name"],
                    holder.get("phone", ""),
                    holder.get("content") or words.get(holder["duty"], ""),
                )
                for holder in holders
            ),
            version=board.number,
            issued_on=f"{day.year}年{day.month}月{day.day}日",
            url=board_address(board),
            park=f"{settings.PARK_SHORT_NAME}疫情防控",
            issuer=f"{settings.PARK_SHORT_NAME}管理委员会",
            is_void=board.status == Board.Status.VOID,
        ),
        size,
    )
