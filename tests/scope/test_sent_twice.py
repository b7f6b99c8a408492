"""Every form of every page, filled as somebody would and sent twice as it was drawn: the second time adds nothing.

Where the first time made something, the second shows its outcome: the same way on, and no word of an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.messages import WARNING, get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve, reverse
from PIL import Image

from enterprises.tests.factories import credit_code, id_number
from tests.scope.pages import TEXT, Page, PageForm
from tests.scope.rows import row
from tests.scope.test_bad_input import FURTHER_ON, first_role, named, pages

pytestmark = pytest.mark.django_db

# What is written each time that somebody looks or asks, by intention; and what the web itself keeps.
EACH_TIME = {"records_auditentry", "django_session", "axes_accessattempt", "axes_accessfailurelog"}
# The first pattern that fits a field's name gives what is typed into it.
TYPED = [
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
# Addresses that refuse this park or these words, and so make nothing here; what they make has its test in its app.
NOT_HERE = {
    "accounts:invitation",  # one use only, a password twice
    "accounts:password_change",
    "enterprises:board_post",  # the next seven have been done in this park already
    "supplies:lot_status",
    "supplies:stock_take_create",
    "testing:box_hand",
    "testing:correction_ask",
    "testing:exemption_ask",
    "testing:session_move",
    "enterprises:guidance_create",  # one at a time; MORE asks for another enterprise
    "enterprises:squad_step",  # nobody else to hand over to
    "messaging:message_handle",
    "public:report_check",
    "records:intake_upload",  # a picture is no workbook
    "records:setting_list",
    "supplies:allocation_edit",
    "supplies:delivery_correct",  # what stands there is right
    "supplies:movement_correct",  # the quantity of a receipt that deliveries need
    "supplies:movement_reverse",
    "testing:box_seal",  # the next seven ask for tubes and boxes as they lie there
    "testing:door_stop",
    "testing:lab_bench",
    "testing:lab_receive",
    "testing:lab_scan",
    "testing:paper_entry",
    "testing:reconcile",
    "testing:tube_move",
    "testing:tube_void",
}
# What moves a thing on, or changes or deletes it, once: the second time is told where the thing stands, adding nothing.
ONCE_BY_STATE = {
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
MORE = [row("enterprises:guidance_create", "committee*", pk="twin")]


def picture() -> SimpleUploadedFile:
    raw = BytesIO()
    Image.new("RGB", (40, 30), "white").save(raw, "PNG")
    return SimpleUploadedFile("图.png", raw.getvalue(), "image/png")


def filled(form: PageForm, url_name: str) -> dict[str, object]:
    data: dict[str, object] = {}
    for one in form.fields:
        if one.kind == "file":
            data[one.name] = picture()
        elif one.kind in TEXT and not one.value:
            known = next((words for pattern, words in TYPED if re.search(pattern, one.name)), "写几个字")
            data[one.name] = BY_KIND.get(one.kind, known)
        else:
            data.setdefault(one.name, one.value)
    return {**data, **SAID.get(url_name, {})}


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


def sent_twice(ask, role: str, target: str, form: PageForm, name: str) -> tuple[Sent, Sent]:
    """The first and the second answer; all of it is taken back."""
    rows: list[dict[str, int]] = []
    answers: list[Any] = []

    def again() -> None:
        rows.append(counts())
        data = filled(form, name)
        answers.append(ask(role, "post", target, data, then=lambda: rows.append(counts())))

    answers.append(ask(role, "post", target, filled(form, name), then=again))
    second, first = answers
    return Sent(first, rows[0]), Sent(second, rows[1])


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - number for table, number in before.items() if after[table] != number}


def complaints(before: dict[str, int], first: Sent, second: Sent, name: str) -> Iterator[str]:
    made, more = grown(before, first.rows), grown(first.rows, second.rows)
    if more.keys() - AGAIN.get(name, set()):
        yield f"adds {more} the second time"
    if first.answer.status_code >= 500 or second.answer.status_code >= 500:
        yield f"answers {first.answer.status_code}, then {second.answer.status_code}"
    if first.is_refused and name not in NOT_HERE:
        words = " ".join(Page(first.answer.content.decode()).words).split()
        yield f"is refused, tell this file what to type there: {' '.join(words)}"
    if made and name not in ONCE_BY_STATE:
        if first.way_on != second.way_on:
            yield f"leads to {first.way_on}, then to {second.way_on}"
        if second.words != first.words:
            yield f"says {second.words} the second time"


@pytest.mark.parametrize("one", [*pages(), *FURTHER_ON, *MORE], ids=named)
def test_the_second_time_adds_nothing(one, park, ask):
    role = first_role(one)
    address = reverse(one.name, kwargs=park.args(one.where, role, own=True)) + one.query
    answer = ask(role, "get", address)
    if not answer.get("Content-Type", "").startswith("text/html"):
        return
    before, wrong = counts(), []
    for form in Page(answer.content.decode()).forms:
        target = form.action or address
        name = resolve(urlsplit(target).path).view_name
        if name not in NOBODY_ELSE:
            first, second = sent_twice(ask, role, target, form, name)
            wrong += [f"{target}: {what}" for what in complaints(before, first, second, name)]
    assert not wrong, "\n".join(wrong)
