"""The services' part of the enterprise file: notices, and what else the park did for it."""

from typing import Any

from enterprises.models import Enterprise, NoticeReceipt, PermitCase

SHOWN = 5


def section_of(enterprise: Enterprise, user: Any) -> dict[str, Any]:
    """The last of each kind that the person may see."""
    notices = NoticeReceipt.objects.visible_to(user).filter(enterprise=enterprise)
    return {
        "notice_receipts": list(notices.select_related("notice", "read_by").order_by("-notice__sent_at")[:SHOWN]),
        "permits": list(PermitCase.objects.visible_to(user).filter(enterprise=enterprise)[:SHOWN]),
        "may_permit": user.has_role("committee", "supervisor", "squad"),
    }
