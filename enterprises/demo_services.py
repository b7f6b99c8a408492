"""The demo park's services: notices with their receipts. Persons and firms are invented."""

from datetime import datetime, timedelta
from typing import Any

from enterprises.models import Enterprise, Notice, NoticeReceipt
from parkportal.clock import at
from parkportal.demo import Stage

# title, body, when it was sent, the filter, one in how many has not read it, whether it was withdrawn
NOTICES = (
    (
        "复工一律备案，不另设前置条件",
        "按省里 2月18日的通知，复工一律备案，不得另设前置条件。\n已交材料的企业，今天内会收到备案回执；缺的材料可以先复工后补，三天内补齐。",
        datetime(2020, 2, 18, 8, 30),
        "status=resumed",
        6,
        False,
    ),
    (
        "食堂一律定点分时供餐",
        "自办食堂的企业，请把供餐点、时段、人群和每批人数填到“供餐”里，打印门口的时段表贴好。\n没有食堂的，可以订打包外卖，名单在园区首页。",
        datetime(2020, 2, 17, 16, 0),
        "sishang=any",
        15,
        False,
    ),
    (
        "省外返长员工登记",
        "请登记 2月10日以后从省外返长的员工。",
        datetime(2020, 2, 14, 9, 0),
        "status=resumed",
        3,
        True,
    ),
)


def plant(stage: Stage, units: list[Enterprise]) -> None:
    """What the park wrote to its enterprises, and what it did for them; no draw of the seed."""
    own = stage.notes["contact_enterprises"]
    _notices(stage, [unit for unit in units if unit.resumed_on], own)


def _notices(stage: Stage, resumed: list[Enterprise], own: list[Enterprise]) -> None:
    """Most know within a few hours, who has no account by phone; the first contact's enterprise has not read today's."""
    by = stage.users["guanwei1"]
    readers = {unit.pk: stage.users[name] for unit, name in zip(own, ("lianluo1", "lianluo2"), strict=True)}
    for title, body, sent, query, gap, is_withdrawn in NOTICES:
        notice = Notice.objects.create(title=title, body=body, query=query, by=by, sent_at=at(sent.date(), sent.time()))
        if is_withdrawn:
            Notice.objects.filter(pk=notice.pk).update(withdrawn_at=notice.sent_at + timedelta(minutes=20))
        chosen = [unit for unit in resumed if query != "sishang=any" or unit.sishang_kind]
        NoticeReceipt.objects.bulk_create(
            [
                _receipt(notice, unit, n, gap, reader=readers.get(unit.pk, by), is_by_phone=unit.pk not in readers)
                for n, unit in enumerate(chosen)
            ]
        )
        if sent.date() == stage.now.date():
            notice.receipts.filter(enterprise=own[0]).update(read_at=None, read_by=None)


def _receipt(notice: Notice, unit: Enterprise, n: int, gap: int, *, reader: Any, is_by_phone: bool) -> NoticeReceipt:
    receipt = NoticeReceipt(notice=notice, enterprise=unit)
    if n % gap != gap - 1:
        receipt.read_at = notice.sent_at + timedelta(minutes=7 + n * 3 % 240)
        receipt.read_by, receipt.is_by_phone = reader, is_by_phone
    return receipt
