"""PostgreSQL plans a prepared question once for each connection, and the log of statements still shows it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parkportal.accounts.models import RoleGrant, User
from parkportal.prepared import Prepared, inserting, send

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def by_name(*, name):
    return User.objects.filter(username=name)


def test_a_plan_is_kept_by_the_connection_and_only_where_it_is_asked_for():
    ask = Prepared()
    with CaptureQueriesContext(
        connection,
    ) as shown:
        for name in ("a", "b", "c"):
            ask.first((), by_name, name=name)
            User.objects.filter(username=name, last_login=None).first()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT%accounts_user%'"
        )
        assert cursor.fetchall() == [(3,)]
    assert ["$1" in one["sql"] for one in shown] == [True, False] * 3


def test_changes_that_are_sent_together_are_one_statement():
    guest = User(username="guest", name="新来的", password="!")

    with CaptureQueriesContext(connection) as shown:
        send(inserting(guest), inserting(RoleGrant(user=guest, role="station")))

    assert len(shown) == 1
    assert guest.role_codes == {"station"}
