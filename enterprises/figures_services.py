"""The figures of notices, permits and canteens."""

from datetime import datetime

from django.db.models import QuerySet

from enterprises.models import Enterprise, NoticeReceipt
from parkportal.records.figures import Figure

LIST = "enterprises:enterprise_list"
BLOCK = "服务"


def _with_unread_notice(as_of: datetime) -> QuerySet[Enterprise]:
    unread = NoticeReceipt.objects.unread_as_of(as_of)
    return Enterprise.objects.current().filter(pk__in=unread.values("enterprise"))


ALL = (
    Figure(
        "notices_unread",
        "有通知没有看的单位",
        "家",
        rows=_with_unread_notice,
        list_url=LIST,
        definition="截至该时刻发给它的通知里，至少有一份还没有人点“看过了”；撤回的通知不算。",
        block=BLOCK,
    ),
)
