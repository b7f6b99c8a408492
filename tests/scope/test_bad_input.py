"""Every form of every page under wrong, missing, over-long and hostile input: never an error page, nothing written.

Where something is typed or chosen, the answer is taken or a summary that links to the field; a message alone will not do.

The rows of the scope table lead to the pages, the pages to their forms, so a new page is swept without a word here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import pytest
from django.apps import apps
from django.contrib.messages import WARNING, get_messages
from django.db import connection
from django.urls import resolve, reverse

from tests.scope.pages import TEXT, Page, PageForm
from tests.scope.rows import STRANGER, Row, row
from tests.scope.test_scope import ROWS

pytestmark = pytest.mark.django_db

SCRIPT = "\"><script>alert(1)</script>=cmd|' /C calc'!A0"
WRONG = {
    "text": SCRIPT,
    "number": "-1e999",
    "date": "2020-02-31",
    "datetime-local": "2020-02-31T25:61",
    "time": "25:61",
    "email": "@",
}
HUGE = "9" * 40
ENGLISH = re.compile(r"[A-Za-z]{4,}")
# What a refused attempt may leave: its own record.
MAY_GROW = {"django_session", "axes_accessattempt", "axes_accessfailurelog"}


def variants(form: PageForm) -> Iterator[tuple[str, dict[str, object]]]:
    yield "missing", {"csrfmiddlewaretoken": "x"}
    yield "empty", form.filled("")
    yield "wrong", form.filled(WRONG)
    yield "long", form.filled("长" * 20_000)
    yield "zero byte", form.filled("a\x00b")
    yield "foreign keys", {**form.filled(HUGE), **{one.name: HUGE for one in form.fields if one.kind in CHOSEN}}
    yield "odd digits", {**form.filled("²"), **{one.name: "²" for one in form.fields if one.kind in CHOSEN}}
    yield "repeated", {name: ["a", SCRIPT] for name in form.names}


# Addresses where something is typed and that refuse in another way than by a summary, and why.
ANSWERS_ITS_WAY = {
    "dashboard:search": "a search refuses nothing: what fits nothing finds nothing",
    "enterprises:enterprise_find": "the same, in the list",
    "testing:signups_find": "the same, in the list",
    "testing:station_desk": "a scan: its answer fills the screen, with a sound",
    "testing:box": "a scan",
    "testing:lab_box": "a scan, or a count that is answered where the scan is",
    "enterprises:greeting_create": "the button that only looks: the words come back as the first enterprise gets them",
}
# Variants that change what the page has hidden, too: a row that is not there may be a page that is not there.
CRAFTED = {"missing", "foreign keys", "odd digits", "repeated"}
CHOSEN = {"select", "radio", "checkbox", "hidden", "submit"}
ASKS = {*TEXT, "select", "radio"}


WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def rows_in(tables: set[str]) -> dict[str, int]:
    by_table = {model._meta.db_table: model for model in apps.get_models()}
    return {name: by_table[name]._base_manager.count() for name in tables if name in by_table}


@contextmanager
def watched(tables: set[str]) -> Iterator[None]:
    """Collects the tables that statements would write to."""

    def note(execute, sql, params, many, context):
        tables.update(WRITES.findall(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


def first_role(one: Row) -> str:
    return next((role for role in one.own if role != STRANGER), STRANGER)


def pages() -> list[Row]:
    return [one for one in ROWS if not one.post and 200 in one.own.values()]


# Pages of the table with other buttons: of a thing at another point of its life, for another role.
FURTHER_ON = [
    row("enterprises:notice_detail", "contact", pk="notice"),
    row("supplies:delivery_detail", "contact", pk="delivery"),
    row("testing:lab_corrections", "lab_verifier"),
    row("accounts:user_detail", "admin", pk="bound_user"),
    row("enterprises:enterprise_list", "committee", query="?sishang=any"),
    row("supplies:allocation_detail", "committee*", pk="submitted_plan"),
    row("supplies:delivery_detail", "committee*", pk="pending_delivery"),
    row("supplies:delivery_detail", "committee*", pk="remainder"),
    row("supplies:stock_take_detail", "committee*", pk="submitted_take"),
    row("messaging:message_detail", "committee*", pk="call"),
    row("testing:box", "station", code="open_box.code"),
    row("testing:signup_detail", "committee*", pk="signup_ahead"),
]


def named(one: Row) -> str:
    return "-".join([one.name, *(words for words in one.where.values() if one in FURTHER_ON)])


@pytest.mark.parametrize("one", [*pages(), *FURTHER_ON], ids=named)
def test_bad_input_is_answered_beside_the_field_and_writes_nothing(one, park, ask):
    role = first_role(one)
    address = reverse(one.name, kwargs=park.args(one.where, role, own=True)) + one.query
    answer = ask(role, "get", address)
    if not answer.get("Content-Type", "").startswith("text/html"):
        return
    wrong: list[str] = []
    seen: set[tuple] = set()
    for form in Page(answer.content.decode()).forms:
        target = form.action or address
        shape = (target.split("?")[0].rstrip("0123456789/"), tuple(sorted(set(form.names))))
        if shape in seen or target.startswith(("/accounts/logout", "/i18n")):
            continue
        seen.add(shape)
        for name, data in variants(form):
            wrong += [f"{target} {name}: {what}" for what in complaints(ask, role, target, form, name, data)]
    assert not wrong, "\n".join(wrong)


def complaints(ask, role, target, form, name, data) -> Iterator[str]:
    touched: set[str] = set()
    left: dict[str, int] = {}
    with watched(touched):
        answer = ask(role, "post", target, data, then=lambda: left.update(rows_in(touched - MAY_GROW)))
    written = {table: n - rows_in({table})[table] for table, n in left.items()}
    written = {table: more for table, more in written.items() if more}
    if answer.status_code >= 500:
        yield f"answers {answer.status_code}"
        return
    text = answer.content.decode() if answer.get("Content-Type", "").startswith("text/html") else ""
    if "<script>alert(1)" in text:
        yield "gives back a script"
    page, kinds = Page(text), {one.kind for one in form.fields}
    types = bool(kinds & TEXT)
    if not page.has_summary:
        if kinds & (ASKS | {"submit"}):
            yield from silence_complaints(answer, target, name, touched - MAY_GROW, may_say=not kinds & ASKS)
        return
    if written:
        yield f"is refused and has written {written}"
    if name in {"long", "zero byte"} and types and not page.summary:
        yield "the summary links to no field"
    yield from summary_complaints(page)
    yield from kept_complaints(page, form, name, data)


def silence_complaints(answer, target: str, name: str, touched: set[str], *, may_say: bool) -> Iterator[str]:
    """Input without an error summary is taken: something is written or said to be done, and no warning says otherwise.

    `may_say`: buttons with nothing beside them, which may refuse with a message (decision 21).
    """
    url_name = resolve(urlsplit(target).path).view_name
    if url_name in ANSWERS_ITS_WAY or (answer.status_code == 404 and name in CRAFTED):
        return
    said = list(get_messages(answer.wsgi_request))
    if refusals := [str(words) for words in said if words.level >= WARNING and not may_say]:
        yield f"refuses what was typed with a message alone: {refusals[0]}"
    elif not touched and not said:
        yield f"answers {answer.status_code}, neither refuses nor writes"


def summary_complaints(page: Page) -> Iterator[str]:
    if lost := [target for target in page.summary if target not in page.ids]:
        yield f"the summary links to {lost}, which is not on the page"
    words = "" if page.language == "en" else " ".join(page.words).replace(SCRIPT, "")
    if english := [word for word in ENGLISH.findall(words) if word not in ENGLISH.findall(SCRIPT)]:
        yield f"speaks English: {english[:8]}"


def kept_complaints(page: Page, form: PageForm, name: str, data) -> Iterator[str]:
    if name not in {"wrong", "odd digits"}:
        return
    for one in form.fields:
        if one.kind in {"password", "file"} or one.kind not in {"text", "search", "tel", "textarea"}:
            continue
        typed = data.get(one.name)
        values = page.value_of(one.name)
        if typed and values and str(typed).strip() not in [value.strip() for value in values]:
            yield f"forgets what was typed into {one.name}"


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_a_bad_address_is_no_error_and_gives_no_script_back(one, park, ask):
    """Every question that the page itself puts into addresses, answered with nonsense."""
    role = first_role(one)
    address = reverse(one.name, kwargs=park.args(one.where, role, own=True))
    answer = ask(role, "get", address + one.query)
    if not answer.get("Content-Type", "").startswith("text/html"):
        return
    names = {"page", "q", *Page(answer.content.decode()).asked}
    for nonsense in (SCRIPT, HUGE, "²", "a\x00b", "-1", "2020-02-31"):
        answer = ask(role, "get", f"{address}?{urlencode(dict.fromkeys(names, nonsense))}")
        assert answer.status_code < 500, f"{nonsense!r} in one of {sorted(names)}"
        assert b"<script>alert(1)" not in answer.content


# Buttons that no page of the table shows; nothing is typed beside them. Everything else must be swept.
WITHOUT_A_FIELD = {
    "accounts:user_activate",
    "enterprises:filing_submit",
    "enterprises:greeting_print",
    "enterprises:greeting_rest",
    "messaging:message_ask",
    "records:intake_mapping",  # chosen from lists
    "records:intake_take_in",
    "records:job_retry",
    "records:job_stop",
    "supplies:cost_export",
    "supplies:delivery_shortage",
    "supplies:stock_take_lot",  # chosen from a list
    "testing:lab_give_up",
}
# Addresses without a form of their own: a script or another machine posts to them.
WITHOUT_A_FORM = {
    "enterprises:filing_draft",
    "messaging:push_receipts",
    "messaging:push_replies",
    "testing:door_kit",
    "testing:kit_roster",
}


def test_every_button_is_on_a_page_that_is_swept(park, ask):
    found: set[str] = set()
    for one in [*pages(), *FURTHER_ON]:
        role = first_role(one)
        address = reverse(one.name, kwargs=park.args(one.where, role, own=True)) + one.query
        answer = ask(role, "get", address)
        if answer.get("Content-Type", "").startswith("text/html"):
            forms = Page(answer.content.decode()).forms
            found |= {resolve(urlsplit(form.action or address).path).view_name for form in forms}
    assert {one.name for one in ROWS if one.post} - found == WITHOUT_A_FIELD | WITHOUT_A_FORM
