"""A prepared question answers as the ORM would, and refuses to freeze what changes."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Value

from enterprises.tests.factories import make_account
from parkportal import prepared
from parkportal.accounts.models import RoleGrant, User
from parkportal.clock import park_now
from parkportal.prepared import Prepared

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def named(**values):
    """By user name, with whether a role was granted to them."""
    granted = RoleGrant.objects.filter(user=OuterRef("pk"), role=values["role"])
    return User.objects.filter(username=values["username"]).annotate(is_granted=Exists(granted))


def test_the_same_question_with_other_values_gives_other_rows():
    one, two = make_account("committee"), make_account("station")
    ask = Prepared()

    found = [ask.first((), named, username=user.username, role="station") for user in (one, two, one)]

    assert [row.pk for row in found] == [one.pk, two.pk, one.pk]
    assert [bool(row.is_granted) for row in found] == [False, True, False]
    assert ask.first((), named, username="nobody", role="station") is None


def test_a_question_is_built_once_for_a_key_and_again_for_another():
    built = []

    def build(**values):
        built.append(values)
        return named(**values, role="station")

    ask = Prepared()
    for key in (("a",), ("a",), ("b",)):
        ask.first(key, build, username="x")

    assert len(built) == 4  # twice a key: to tell the values from the constants


def test_another_day_is_another_question(monkeypatch):
    built = []

    def build(**values):
        built.append(values)
        return named(**values, role="station")

    ask, today = Prepared(), prepared.park_today()
    for days in (0, 1):
        monkeypatch.setattr(prepared, "park_today", lambda days=days: today + timedelta(days=days))
        ask.first((), build, username="x")

    assert len(built) == 4


def test_nothing_and_something_are_two_questions():
    def by_token(*, token):
        return User.objects.filter(last_login=token)

    make_account("station")
    ask = Prepared()

    assert ask.first((), by_token, token=None) is not None
    assert ask.first((), by_token, token=park_now()) is None


def test_a_moment_that_is_read_from_the_clock_is_refused():
    with pytest.raises(ImproperlyConfigured, match="not the same question twice"):
        Prepared().first((), lambda name: User.objects.filter(username=name, last_login__lte=park_now()), name="x")


def test_a_value_that_does_not_reach_the_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match="token does not reach"):
        Prepared().first((), lambda name, token: User.objects.filter(username=name), name="x", token=uuid4())


def test_a_question_that_no_row_can_answer_gives_nothing():
    assert Prepared().first((), lambda name: User.objects.filter(username=name, pk__in=[]), name="x") is None


def test_the_oldest_question_gives_way_alone(monkeypatch):
    monkeypatch.setattr(prepared, "MOST_KEPT", 2)
    built = []

    def build(**values):
        built.append(values)
        return named(**values, role="station")

    ask = Prepared()
    for key in ("a", "b", "c", "b", "c"):
        ask.first((key,), build, username="x")

    assert len(built) == 6  # three keys, twice each: b and c outlived a


class Interrupted:
    """A key that is interrupted at each look-up: another thread's new question comes in between and pushes it out."""

    def __init__(self, ask):
        self.ask, self.others, self.is_interrupted = ask, itertools.count(), False

    def __hash__(self):
        if not self.is_interrupted:
            self.is_interrupted = True
            self.ask.first((next(self.others),), named, username="y", role="station")
            self.is_interrupted = False
        return 1


def test_a_question_that_is_pushed_out_while_it_is_asked_is_answered(monkeypatch):
    monkeypatch.setattr(prepared, "MOST_KEPT", 1)
    user = make_account("station")
    ask = Prepared()

    found = [ask.first((Interrupted(ask),), named, username=user.username, role="station") for _ in range(3)]

    assert [row.pk for row in found] == [user.pk] * 3


def with_role(*, user, role, ends_on):
    return RoleGrant.objects.filter(user=user, role=role), {"ends_on": ends_on}


def test_a_change_changes_what_it_names_and_says_how_many():
    one, two = make_account("station"), make_account("station")
    ask, day = Prepared(), prepared.park_today() + timedelta(days=3)

    assert ask.update((), with_role, user=one.pk, role="station", ends_on=day) == 1
    assert ask.update((), with_role, user=two.pk, role="leader", ends_on=day) == 0

    assert list(RoleGrant.objects.order_by("user").values_list("user", "ends_on")) == [(one.pk, day), (two.pk, None)]


def test_a_change_of_what_cannot_be_changes_nothing():
    nobody = Prepared().update((), lambda name: (User.objects.filter(pk__in=[]), {"name": name}), name="x")

    assert nobody == 0


def test_rows_that_are_written_together_are_as_if_each_was_saved():
    user, day = make_account("committee"), prepared.park_today()
    kept = [RoleGrant(user=user, role=role, granted_by=user) for role in ("station", "leader")]

    prepared.write(*kept)

    saved = RoleGrant.objects.filter(granted_by=user).order_by("id")
    assert [(one.pk, one.role, one.starts_on, one.ends_on) for one in saved] == [
        (kept[0].pk, "station", day, None),
        (kept[1].pk, "leader", day, None),
    ]
    kept[1].role = "squad"
    kept[1].save()
    assert RoleGrant.objects.filter(granted_by=user).count() == 2


def test_a_row_that_a_constraint_refuses_is_refused_as_by_the_orm():
    user = make_account("station")

    with pytest.raises(IntegrityError, match="role_grant_open_once|accounts_rolegrant"), transaction.atomic():
        prepared.write(RoleGrant(user=user, role="station"))

    assert RoleGrant.objects.filter(user=user).count() == 1


def test_a_percent_sign_in_a_question_is_no_value():
    user = make_account("station")
    User.objects.filter(pk=user.pk).update(name="一半 50% 的人")
    told = Value("100%s")

    found = Prepared().first(
        (), lambda name: User.objects.annotate(told=told).filter(name__contains="0% 的").filter(username=name), name=user.username
    )  # fmt: skip

    assert (found.pk, found.told) == (user.pk, "100%s")


def test_what_is_sent_together_points_at_each_other_and_is_counted():
    boss, other = make_account("committee"), make_account("station")
    guest = User(username="guest", name="新来的", password="!")
    roles = [RoleGrant(user=guest, role=role, granted_by=boss) for role in ("station", "leader")]
    ask, day = Prepared(), prepared.park_today()

    counts = prepared.send(
        ask.changing((), with_role, user=other.pk, role="station", ends_on=day),
        prepared.inserting(guest),
        ask.changing((), with_role, user=other.pk, role="leader", ends_on=day),
        ask.changing((), lambda name: (User.objects.filter(pk__in=[]), {"name": name}), name="nobody"),
        prepared.inserting(*roles),
    )

    assert counts == [1, 1, 0, 0, 2]
    assert list(RoleGrant.objects.filter(user=other).values_list("ends_on", flat=True)) == [day]
    saved = RoleGrant.objects.filter(granted_by=boss).order_by("id")
    assert [(one.pk, one.user.username, one.role) for one in saved] == [
        (roles[0].pk, "guest", "station"),
        (roles[1].pk, "guest", "leader"),
    ]
    assert guest.pk == saved[0].user_id


def test_of_what_is_sent_together_all_or_nothing_is_done():
    user, day = make_account("station"), prepared.park_today()
    guest = User(username="guest", name="新来的", password="!")

    with pytest.raises(IntegrityError, match="role_grant_open_once|accounts_rolegrant"), transaction.atomic():
        prepared.send(
            Prepared().changing((), with_role, user=user.pk, role="leader", ends_on=day),
            prepared.inserting(guest),
            prepared.inserting(RoleGrant(user=user, role="station", granted_by=guest)),
        )

    assert not User.objects.filter(username="guest").exists()
    assert RoleGrant.objects.filter(user=user).count() == 1
