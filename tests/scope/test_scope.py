"""Every door × every role × own and foreign: who gets in (the rows stand in one file per app; how: README.md)."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver, reverse

from parkportal.accounts.models import SECOND_FACTOR_ROLES
from tests.scope import enterprises, investment, parkportal, supplies, testing
from tests.scope.rows import ROLES, STRANGER, Row, row

pytestmark = pytest.mark.django_db
ROWS: list[Row] = [*enterprises.ROWS, *supplies.ROWS, *testing.ROWS, *investment.ROWS, *parkportal.ROWS]
BY_NAME = {one.name: one for one in ROWS}
EVERYBODY = (STRANGER, *ROLES)


def doors() -> Iterator[tuple[str, URLPattern]]:
    """Every URL name with its view; Django's own admin site has its own test."""
    waiting = [("", pattern) for pattern in get_resolver().url_patterns]
    while waiting:
        namespace, pattern = waiting.pop()
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace != "admin":
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            waiting += [(inner, child) for child in pattern.url_patterns]


def test_every_door_has_its_row_and_every_row_its_door():
    names = {name for name, _ in doors()}
    assert not names - BY_NAME.keys(), f"without a row in tests/scope: {sorted(names - BY_NAME.keys())}"
    assert not BY_NAME.keys() - names, f"rows without a URL: {sorted(BY_NAME.keys() - names)}"
    assert [name for name, times in Counter(one.name for one in ROWS).items() if times > 1] == []


def test_no_view_has_forgotten_its_guard():
    assert [name for name, pattern in doors() if not hasattr(pattern.callback, "required_roles")] == []


def expected(one: Row, role: str, *, own: bool) -> int | str:
    gets_in = one.own if own else one.foreign
    if role in gets_in:
        return gets_in[role]
    public = STRANGER in one.own or not one.own
    return "login" if role == STRANGER and not public else 404


def told(answer) -> int | str:
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next="):
        return "login"
    return answer.status_code


def has_foreign(one: Row, park) -> bool:
    return any(
        park.find(kind, role, own=True) != park.find(kind, role, own=False) for kind in one.kinds for role in ROLES
    )


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.name)
def test_who_gets_in(one, park, ask):
    method = "post" if one.post else "get"
    wrong = []
    for own in (True, False) if has_foreign(one, park) else (True,):
        for role in EVERYBODY:
            address = reverse(one.name, kwargs=park.args(one.where, role, own=own)) + one.query
            answer, wanted = told(ask(role, method, address)), expected(one, role, own=own)
            if answer != wanted:
                wrong.append(f"{role}, {'own' if own else 'foreign'}: {answer} instead of {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("one", [one for one in ROWS if one.post], ids=lambda one: one.name)
def test_what_writes_does_not_open_by_a_link(one, park, ask):
    for role in one.own or (STRANGER,):
        assert ask(role, "get", reverse(one.name, kwargs=park.args(one.where, role, own=True))).status_code == 405


@pytest.mark.parametrize("one", [one for one in ROWS if one.post or one.kinds], ids=lambda one: one.name)
def test_an_empty_post_to_what_is_foreign_finds_nothing(one, park, ask):
    """Whoever may not read it may not write it either; a view that takes no POST may say so."""
    if not has_foreign(one, park):
        return
    for role in EVERYBODY:
        if role not in one.foreign:
            answer = ask(role, "post", reverse(one.name, kwargs=park.args(one.where, role, own=False)))
            assert told(answer) in (404, 405, "login"), f"{role}: {answer.status_code}"


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.name)
def test_an_empty_post_is_no_error(one, park, ask):
    """Whoever gets in may press a button with nothing filled in."""
    for role in one.own:
        answer = ask(role, "post", reverse(one.name, kwargs=park.args(one.where, role, own=True)))
        assert answer.status_code < 500, f"{role}: {answer.status_code}"


WITHOUT_SECOND_FACTOR = {
    "enterprises:person_reveal": "a contact sees the own staff's numbers (decision 25)",
    "enterprises:board_verify": "seen on the wall: what somebody in front of it saw (decision 28)",
    "supplies:cost_export": "no person stands in it",
}


def test_whoever_reveals_exports_verifies_or_approves_has_a_second_factor():
    heavy = [one for one in ROWS if one.name.endswith(("_reveal", "_export", "_verify", "_approve", "_release"))]
    lighter = {one.name for one in heavy if not set(one.own) <= SECOND_FACTOR_ROLES}
    assert len(heavy) > 8 and lighter == WITHOUT_SECOND_FACTOR.keys()


def test_the_table_is_written_as_it_reads():
    one = row("x:y", "committee* contact=302", pk="enterprise")
    assert (one.own, one.foreign) == ({"committee": 200, "contact": 302}, {"committee": 200})
    assert expected(one, "squad", own=True) == 404 and expected(one, STRANGER, own=False) == "login"
    with pytest.raises(ValueError, match="no such role"):
        row("x:y", "comittee")
