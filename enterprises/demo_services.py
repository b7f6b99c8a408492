"""The demo park's services: notices with their receipts, permits on the green channel, letters. Persons and firms are invented."""

from datetime import date, datetime, time, timedelta
from typing import Any

from enterprises import demo_canteen, purposes
from enterprises.actions.permits import terms_of
from enterprises.dictionaries import INVITED
from enterprises.forms.letters import ANYBODY, LETTER
from enterprises.models import Enterprise, Greeting, GreetingContact, GreetingKind, Notice, NoticeReceipt, PermitCase
from enterprises.models.permits import FINISHED
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.calendar import day_after_working_days, working_days_after

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


# kind of the dictionary, its terms, how far it went (stage, days of February), who helps
PERMITS: tuple[tuple[str, tuple[tuple[str, int], ...], str], ...] = (
    ("food", (("accepted", 10), ("granted", 13)), "guanwei1"),
    ("hygiene", (("accepted", 4), ("supplement", 6), ("review", 10), ("granted", 12)), "guanwei1"),
    ("device", (("accepted", 3), ("review", 5), ("granted", 14)), "guanwei2"),
    ("building", (("accepted", 12), ("granted", 14)), "xiaodui1"),
    ("chemicals", (("accepted", 5), ("review", 7), ("granted", 17)), "guanwei1"),
    ("drain", (("accepted", 11), ("denied", 14)), "xiaodui3"),
    ("food", (("accepted", 14), ("review", 17)), "xiaodui1"),
    ("discharge", (("accepted", 7), ("review", 11)), "guanwei1"),
    ("food", (("accepted", 10), ("supplement", 13)), "guanwei1"),
)
REASONS = {"supplement": "补消防验收证明", "denied": "排水口位置与图纸不符，改图后再报"}


def plant(stage: Stage, units: list[Enterprise]) -> None:
    """What the park wrote to its enterprises, and what it did for them; no draw of the seed."""
    own = stage.notes["contact_enterprises"]
    resumed = [unit for unit in units if unit.resumed_on]
    _notices(stage, resumed, own)
    _letters(stage, resumed)
    demo_canteen.plant(stage, resumed)
    _permits(stage, [*own, *(unit for unit in resumed[10:] if unit not in own)])


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


def _permits(stage: Stage, firms: list[Enterprise]) -> None:
    """Six decided, three on their way, one of them beyond its promised day."""
    for unit, (kind, life, owner) in zip(firms, PERMITS, strict=False):
        known = terms_of(kind)
        days = [date(2020, 2, day) for _, day in life]
        permit = PermitCase(enterprise=unit, name=known["label"], office=known["office"], owner=stage.users[owner])
        permit.statutory_days, permit.promised_days = known["statutory"], known["promised"]
        permit.accepted_on, permit.due_on = days[0], day_after_working_days(days[0], known["promised"])
        permit.status, permit.created_at = life[-1][0], at(days[0], time(9))
        if permit.status in FINISHED:
            permit.finished_on, permit.finished_at = days[-1], at(days[-1], time(17))
            permit.actual_days = working_days_after(days[0], days[-1])
        permit.save()
        before = ""
        for (stage_code, _), day in zip(life, days, strict=True):
            when = {"effective_at": at(day, time(12)), "recorded_at": at(day, time(12)), "by": permit.owner}
            permit.moves.create(from_status=before, to_status=stage_code, reason=REASONS.get(stage_code, ""), **when)
            before = stage_code


ANSWERS = ("谢谢园区，已开到七成", "口罩够用一周", "外地员工周末到齐", "")


def _letters(stage: Stage, resumed: list[Enterprise]) -> None:
    """A letter carried to the invited enterprises, a text message to the 四上, and calls of which half are made."""
    by, thanks = stage.users["guanwei1"], purposes.CARE[0]
    invited = [unit for unit in resumed if INVITED in unit.tag_codes]
    letter = {"kind": GreetingKind.LETTER, "title": "致招商引资企业的慰问信", "body": LETTER, "purpose": "letter_sent"}
    sms = {
        "kind": GreetingKind.SMS,
        "title": thanks.title,
        "body": thanks.template.replace("{name}", ANYBODY),
        "purpose": thanks.code,
    }
    calls = {"kind": GreetingKind.GREETING, "title": "问问口罩和外地员工", "body": "口罩够几天？外地员工哪天到？"}
    for facts, units, day in (
        (letter, invited or resumed[:12], 15),
        (sms, [unit for unit in resumed if unit.sishang_kind], 16),
        (calls, resumed[::7], 17),
    ):
        sent = at(date(2020, 2, day), time(10))
        greeting = Greeting.objects.create(**facts, by=by, created_at=sent)
        contacts = [GreetingContact(greeting=greeting, enterprise=unit) for unit in units]
        for n, contact in enumerate(contacts):
            if facts is not calls or n % 2:
                contact.done_at, contact.done_by = sent + timedelta(minutes=5 * n), by
            if facts is calls and n % 2:
                contact.words = ANSWERS[n // 2 % len(ANSWERS)]
        GreetingContact.objects.bulk_create(contacts)
