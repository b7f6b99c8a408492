"""The park is built once for the whole table, in a transaction that is rolled back in the end."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from parkportal.records import terms
from tests.scope.park import Park
from tests.scope.rows import STRANGER

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as each test has them: who signs in again is known
NOON = "2020-02-18T12:00:00+08:00"


@pytest.fixture(scope="package")
def built(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Park, dict[str, Client]]]:
    """The park, and for each role a browser that has signed in."""
    media = tmp_path_factory.mktemp("media")
    at_noon = time_machine.travel(NOON, tick=False)
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=QUICK),
        at_noon,
        transaction.atomic(),
    ):
        terms.plant()
        park = Park()
        yield park, {STRANGER: Client(), **{role: signed_in(user) for role, user in park.users.items()}}
        transaction.set_rollback(True)


def signed_in(user) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(user, backend="parkportal.accounts.backends.PortalBackend")
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=user, name="default", confirmed=True).persistent_id
    session.save()
    return browser


@pytest.fixture
def park(built) -> Park:
    return built[0]


@pytest.fixture
def ask(built):
    """ask(role, method, address) → the answer; whatever it wrote is taken back.

    `then` is called while what it wrote is still there.
    """

    def ask(role: str, method: str, address: str, data: dict | None = None, then: Callable[[], None] | None = None):
        browser = built[1][role]
        cookies = browser.cookies.copy()
        mark = transaction.savepoint()
        try:
            answer = getattr(browser, method)(address, **({"data": data or {}} if method == "post" else {}))
            if then and not transaction.get_connection().needs_rollback:
                then()
            return answer
        finally:
            transaction.savepoint_rollback(mark)
            browser.cookies = cookies

    return ask
