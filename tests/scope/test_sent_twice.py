"""Every form of every page, filled as somebody would and sent twice as it was drawn: the second time adds nothing.

Where the first time made something, the second shows its outcome: the same way on, and no word of an error.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.messages import WARNING, get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve, reverse
from PIL import Image

from enterprises.tests import factories as e
from enterprises.tests.factories import credit_code, id_number
from parkportal.clock import park_now, park_today
from parkportal.messaging import outbox
from supplies import actions as supplying
from supplies.tests import factories as s
from testing.models import Box, BoxCheck, Result, Specimen
from testing.tests import factories as t
from tests.scope.pages import TEXT, Page, PageForm
from tests.scope.park import Park
from tests.scope.rows import Row, row
from tests.scope.test_bad_input import FURTHER_ON, first_role, named, pages

pytestmark = pytest.mark.django_db

# What is written each time that somebody looks or asks, by intention; and what the web itself keeps.
EACH_TIME = {"records_auditentry", "django_session", "axes_accessattempt", "axes_accessfailurelog"}
# The first pattern that fits a field's name gives what is typed into it.
TYPED = [
    (r"^fix_", ""),  # a filing that is accepted has nothing to correct
    (r"credit_code", credit_code(77)),
    (r"^number$", id_number(77)),
    (r"phone", "19900007777"),
    (r"^slug$", "xin-renwu"),
    (r"temperature|tube_temperature", "4.5"),
    (r"^name_\w+$|^name$|guardian_name|signed_name|courier", "韦可"),
    (r"^(code|signature|digits|credit_code_reason)$", ""),
    (r"packs", "盒 50"),
    (r"^daily_use$|^course_days$|^weight|^tag_", ""),
    (r"maximum", ""),
    (r"step|minimum|total|quantity|places|minutes|floors|seats|cap$|headcount|days|price|amount|area|rent|count", "10"),
]
BY_KIND = {"date": "2020-02-18", "datetime-local": "2020-02-19T10:00", "time": "10:00", "number": "5"}
BY_KIND["email"] = "someone@example.org"
DRAWN = (  # a signature of one pixel
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)
# What the patterns do not know, by address.
SAID: dict[str, dict[str, object]] = {
    "enterprises:meal_slot_add": {"starts": "12:30", "ends": "13:00"},
    "enterprises:outlet_create": {"opens": "10:00", "closes": "20:00"},
    "enterprises:outlet_edit": {"opens": "10:00", "closes": "20:00"},
    "testing:point_add": {"code": "P77", "name": "新采样点"},
    "testing:range_add": {"first": "HZ200000001", "last": "HZ200000050"},
    "testing:session_add": {"day": "2020-02-25", "start": "10:00", "end": "11:00"},
    "testing:door_stop": {"temperature": "36.5"},
    "testing:printer_keep": {"left": "5.6", "top": "10.2"},
    "testing:signup_for": {"consent": "on"},
    "testing:station_walkin": {"consent": "on"},
    "records:calendar": {"day": "2020-02-29"},
    "records:term_add": {"code": "new"},
    "public:results": {"code": "ABC123456"},
    "enterprises:visit_create": {"channel": "door", "problem_board": ""},
    "enterprises:board_create": {"name_officer": "莫清和"},
    "supplies:allocation_create": {"squad": "", "tier": "", "tag": "", "minimum": "0"},
    "supplies:delivery_sign": {"signature": DRAWN},
    "supplies:handover": {"signature": DRAWN},
    "supplies:movement_create": {"kind": "loss", "to_place": "", "quantity": "1"},
}
# What names things of the park: a function of it, asked before anything is counted.
NEW_PASSWORD = {"password": "Xin-Mima-2020", "again": "Xin-Mima-2020"}
SAID_OF: dict[str, Callable[[Park], dict[str, object]]] = {
    "accounts:password_change": lambda park: {"old": e.PASSWORD, **NEW_PASSWORD},
    "accounts:invitation": lambda park: {"username": "xinren", **NEW_PASSWORD},
    "enterprises:squad_step": lambda park: {"to": park.users["squad"].pk},
    "public:report_check": lambda park: {"barcode": park.own.alert.specimen.barcode, "value": "positive"},
    "records:intake_upload": lambda park: {"file": roster()},
    "records:setting_list": lambda park: {"positive_contact": park.users["admin"].username},
    "supplies:allocation_edit": lambda park: SAID["supplies:allocation_create"],
    "supplies:delivery_correct": lambda park: fewer(park.own.signed_delivery.lines.get()),
    "supplies:movement_correct": lambda park: {f"quantity_{park.own.new_movement.lines.get().pk}": "9"},
    "supplies:stock_take_create": lambda park: {"place": park.own.third_house.pk},
    "testing:correction_ask": lambda park: {"value": "invalid", "invalid": "leaked", "ct_orf1ab": "", "ct_n": ""},
    "testing:door_stop": lambda park: {"tube": park.own.empty_tube, "temperature": "36.5"},
    "testing:lab_bench": lambda park: {"t1-value": "negative", "t1-ct_orf1ab": "", "t1-ct_n": "", "t1-note": ""},
    "testing:lab_scan": lambda park: {"code": park.own.box.code},
    "testing:paper_entry": lambda park: {
        "code": park.own.waiting_signup.code, "tube": park.own.empty_tube, "at": "10:24", "temperature": "36.5"
    },
    "testing:tube_move": lambda park: {"tube": park.own.empty_tube},
    "testing:tube_void": lambda park: {"barcode": park.own.empty_tube},
}  # fmt: skip
# Where something refuses whatever is typed, by its address and what its page is about, and the page that takes it.
NOT_HERE = {
    ("enterprises:board_post", "board"): "new_board",  # hangs already
    ("enterprises:guidance_create", "enterprise"): "twin",  # one at a time
    ("messaging:message_handle", "message"): "letter",  # has no number
    ("supplies:lot_status/release", "lot"): "held_lot",  # is not held back
    ("supplies:lot_status/quarantine", "held_lot"): "lot",  # is held back already
    ("supplies:movement_correct", "movement"): "new_movement",  # deliveries need it
    ("supplies:movement_reverse", "movement"): "new_movement",  # has gone on
    ("testing:box_hand", "box.code"): "sealed_box.code",  # is on the road
    ("testing:box_seal", "open_box.code"): "full_box.code",  # one tube lies nowhere
    ("testing:correction_ask", "alert.specimen_id"): "released_tube",  # waits for the second person
    ("testing:exemption_ask", "enterprise employee"): "enterprise newcomer",  # has one
    ("testing:lab_receive", "box.code"): "checked_box.code",  # no tube looked at
    ("testing:reconcile", "session"): "done_session",  # a box has not left
    ("testing:session_move", "session"): "next_session",  # has begun
    ("testing:tube_move/reissue", "specimen.barcode"): "loose_specimen.barcode",  # lies in the laboratory
}
# What moves a thing on, or changes or deletes it, once: the second time is told where the thing stands, adding nothing.
ONCE_BY_STATE = {
    "accounts:invitation",
    "enterprises:filter_delete",
    "enterprises:inspection_void",
    "investment:unit_edit",
    "public:signup_offer",
    "records:calendar_day_remove",
    "supplies:allocation_adjust",
    "supplies:allocation_return",
    "supplies:allocation_void",
    "supplies:delivery_close",
    "supplies:delivery_issue",
    "supplies:delivery_void",
    "supplies:lot_status",
    "supplies:request_decline",
    "supplies:request_withdraw",
    "supplies:stock_take_detail",
    "supplies:stock_take_return",
    "supplies:stock_take_void",
    "testing:correction_decide",
    "testing:session_cancel",
    "testing:signup_cancel_by_staff",
}
# What may grow again: a picture sent again replaces the first; who asks again for digits gets others (decision 22).
AGAIN = {
    "supplies:item_edit": {"records_storedfile"},
    "public:results": {"testing_phonecode"},
    "public:signup_lost": {"testing_phonecode"},
}


# Leaving, another language and the search in the bar of every page: they make nothing.
NOBODY_ELSE = {"accounts:logout", "set_language", "dashboard:search"}
MORE = [
    row("enterprises:board_post", "committee*", pk="new_board"),
    row("enterprises:guidance_create", "committee*", pk="twin"),
    row("messaging:message_handle", "committee*", pk="letter"),
    row("supplies:lot_detail", "committee*", pk="held_lot"),
    row("supplies:movement_correct", "committee*", pk="new_movement"),
    row("supplies:movement_reverse", "committee*", pk="new_movement"),
    row("testing:box_hand", "station", code="sealed_box.code"),
    row("testing:box", "station", code="full_box.code"),
    row("testing:correction_ask", "lab_tester", pk="released_tube"),
    row("testing:exemption_ask", "committee*", enterprise_id="enterprise", person_id="newcomer"),
    row("testing:lab_box", "lab_tester", code="checked_box.code"),
    row("testing:reconcile", "station", session_id="done_session"),
    row("testing:session_move", "committee*", pk="next_session"),
    row("testing:tube_move", "station", barcode="loose_specimen.barcode"),
]


@pytest.fixture
def more(park: Park) -> Iterator[Park]:
    """The park with the things that nothing has happened to yet; taken back afterwards."""
    mark, world = transaction.savepoint(), park.own
    day, now = park_today(), park_now()
    world.new_board = e.make_board(world.twin, status="generated")
    world.letter = outbox.put("staff_test", occasion="more", values={"name": "韦可"}, to_phone="19900007777")
    world.third_house = s.warehouse("三号仓库")
    s.stock(park.shared["item"], 3, place=world.third_house, batch="三号")
    lot = s.stock(park.shared["item"], 7, place=world.warehouse, batch="迟到")
    world.new_movement = lot.lines.get().movement
    world.held_lot = s.stock(park.shared["item"], 5, place=world.warehouse, batch="扣下")
    supplying.quarantine(lot=world.held_lot, by=park.clerk, reason="查漏气")
    world.newcomer = e.make_employee(world.enterprise, name="新来的").employments.get().person
    t.make_range(lab=world.lab, first="HZ300000001", last="HZ300000099")
    world.empty_tube = "HZ300000007"
    world.waiting_signup = t.make_signup(world.session.slots.last(), enterprise=world.enterprise)
    tester, verifier = t.make_lab_user(world.lab), t.make_lab_user(world.lab, "lab_verifier")
    world.released_tube = t.make_specimen(status="released", session=world.session)
    Specimen.objects.filter(pk=world.released_tube.pk).update(lab=world.lab)
    reading = t.make_reading(world.released_tube, tester=tester)
    Result.objects.create(
        specimen=world.released_tube, reading=reading, value="negative", tester=tester, tested_at=now, verifier=verifier
    )
    world.next_session = t.make_session(t.make_campaign(lab=world.lab))

    def boxed(tubes: str, **fields: Any) -> Box:
        campaign = t.make_campaign(lab=world.lab)
        session = t.make_session(campaign, point=world.point, day=day, start=time(9), end=time(18))
        signup = t.make_signup(session.slots.first(), enterprise=world.enterprise, status="collected")
        tube = t.make_specimen(signup, status=tubes, session=session)
        return t.make_box(session, [tube], **fields)

    handed = {"status": "handed", "handed_at": now, "handed_by": park.clerk, "expected": 1, "seal": "F7"}
    world.full_box = boxed("packed", status="packing")
    world.sealed_box = boxed("packed", status="sealed", sealed_at=now, expected=1, seal="F8")
    world.checked_box = boxed("handed", **handed, courier="运送人")
    BoxCheck.objects.create(
        box=world.checked_box, specimen=world.checked_box.specimens.get(), seen_by=tester, seen_at=now
    )
    world.done_session = boxed("handed", **handed, courier="运送人").session
    yield park
    transaction.savepoint_rollback(mark)


def picture() -> SimpleUploadedFile:
    raw = BytesIO()
    Image.new("RGB", (40, 30), "white").save(raw, "PNG")
    return SimpleUploadedFile("图.png", raw.getvalue(), "image/png")


def roster() -> SimpleUploadedFile:
    return SimpleUploadedFile("花名册.csv", "姓名,证件号码,手机\n韦可,,19900007777\n".encode())


def fewer(line: Any) -> dict[str, object]:
    """Less arrived of a delivery's line than was signed for, for one reason."""
    parts = {f"{reason}_{line.pk}": "" for reason in line.Shortage.values}
    return {f"received_{line.pk}": "8", f"shortage_{line.pk}": "damaged", f"note_{line.pk}": "", **parts}


def filled(form: PageForm, said: dict[str, object]) -> dict[str, object]:
    data: dict[str, object] = {}
    for one in form.fields:
        if one.kind == "file":
            data[one.name] = picture()
        elif one.kind in TEXT and not one.value:
            known = next((words for pattern, words in TYPED if re.search(pattern, one.name)), "写几个字")
            data[one.name] = BY_KIND.get(one.kind, known)
        else:
            data.setdefault(one.name, one.value)
    for value in said.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return {**data, **said}


def counts() -> dict[str, int]:
    models = {model._meta.db_table: model for model in apps.get_models()}
    return {table: model._base_manager.count() for table, model in models.items() if table not in EACH_TIME}


@dataclass
class Sent:
    """What came of a form: the answer, and the rows of each table afterwards."""

    answer: Any
    rows: dict[str, int]

    @property
    def words(self) -> list[str]:
        return [str(words) for words in get_messages(self.answer.wsgi_request) if words.level >= WARNING]

    @property
    def way_on(self) -> tuple[int, str | None]:
        return self.answer.status_code, self.answer.get("Location")

    @property
    def is_refused(self) -> bool:
        is_page = self.answer.get("Content-Type", "").startswith("text/html")
        return is_page and Page(self.answer.content.decode()).has_summary


def sent_twice(ask, role: str, target: str, form: PageForm, said: dict[str, object]) -> tuple[Sent, Sent]:
    """The first and the second answer; all of it is taken back."""
    rows: list[dict[str, int]] = []
    answers: list[Any] = []

    def again() -> None:
        rows.append(counts())
        data = filled(form, said)
        answers.append(ask(role, "post", target, data, then=lambda: rows.append(counts())))

    answers.append(ask(role, "post", target, filled(form, said), then=again))
    second, first = answers
    return Sent(first, rows[0]), Sent(second, rows[1])


def what(one: Row) -> str:
    """The page by the thing it is about: the park's words in its address."""
    return " ".join(words for words in one.where.values() if not words.startswith("="))


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - number for table, number in before.items() if after[table] != number}


def complaints(before: dict[str, int], first: Sent, second: Sent, name: str, done: object, where: str) -> Iterator[str]:
    made, more = grown(before, first.rows), grown(first.rows, second.rows)
    if more.keys() - AGAIN.get(name, set()):
        yield f"adds {more} the second time"
    if first.answer.status_code >= 500 or second.answer.status_code >= 500:
        yield f"answers {first.answer.status_code}, then {second.answer.status_code}"
    if first.is_refused and not {(name, where), (f"{name}/{done}", where)} & NOT_HERE.keys():
        words = " ".join(Page(first.answer.content.decode()).words).split()
        yield f"is refused, tell this file what to type there: {' '.join(words)}"
    if made and name not in ONCE_BY_STATE:
        if first.way_on != second.way_on:
            yield f"leads to {first.way_on}, then to {second.way_on}"
        if second.words != first.words:
            yield f"says {second.words} the second time"


@pytest.mark.parametrize("one", [*pages(), *FURTHER_ON, *MORE], ids=named)
def test_the_second_time_adds_nothing(one, more, ask):
    role = first_role(one)
    address = reverse(one.name, kwargs=more.args(one.where, role, own=True)) + one.query
    answer = ask(role, "get", address)
    if not answer.get("Content-Type", "").startswith("text/html"):
        return
    before, wrong = counts(), []
    for form in Page(answer.content.decode()).forms:
        target = form.action or address
        name = resolve(urlsplit(target).path).view_name
        if name not in NOBODY_ELSE:
            said = {**SAID.get(name, {}), **(SAID_OF[name](more) if name in SAID_OF else {})}
            first, second = sent_twice(ask, role, target, form, said)
            done = filled(form, said).get("do")
            wrong += [f"{target}: {words}" for words in complaints(before, first, second, name, done, what(one))]
    assert not wrong, "\n".join(wrong)


def test_what_one_page_refuses_is_taken_on_another():
    pages_of = {what(one) for one in [*pages(), *FURTHER_ON, *MORE]}
    for (address, about), taken_on in NOT_HERE.items():
        assert taken_on in pages_of and (address, taken_on) not in NOT_HERE, (address, about)
