"""Every form of every page under wrong, missing, over-long and hostile input: never an error page, nothing written.

The rows of the scope table lead to the pages, the pages to their forms, so a new page is swept without a word here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from tests.scope.pages import Page, PageForm
from tests.scope.rows import STRANGER, Row
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
    yield "missing", {}
    yield "empty", form.filled("")
    yield "wrong", form.filled(WRONG)
    yield "long", form.filled("长" * 20_000)
    yield "zero byte", form.filled("a\x00b")
    yield "foreign keys", {**form.filled(HUGE), **{one.name: HUGE for one in form.fields if one.kind in CHOSEN}}
    yield "odd digits", {**form.filled("²"), **{one.name: "²" for one in form.fields if one.kind in CHOSEN}}
    yield "repeated", {name: ["a", SCRIPT] for name in form.names}


CHOSEN = {"select", "radio", "checkbox", "hidden"}


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


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
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
    if not answer.get("Content-Type", "").startswith("text/html") or answer.status_code in {301, 302, 404, 405}:
        return
    text = answer.content.decode()
    if "<script>alert(1)" in text:
        yield "gives back a script"
    page = Page(text)
    if not page.has_summary:
        return
    if written:
        yield f"is refused and has written {written}"
    yield from summary_complaints(page)
    yield from kept_complaints(page, form, name, data)


def summary_complaints(page: Page) -> Iterator[str]:
    if lost := [target for target in page.summary if target not in page.ids]:
        yield f"the summary links to {lost}, which is not on the page"
    words = " ".join(page.words).replace(SCRIPT, "")
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
