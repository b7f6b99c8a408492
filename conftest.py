"""What every test stands on. The database is chosen by DATABASE_URL: SQLite in a file, or PostgreSQL.

Tests marked `postgres` run only on PostgreSQL, tests marked `both` on either, all others only on SQLite.
"""

import os
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.test import TransactionTestCase
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import django_db_setup as plugins_own_set_up

from parkportal.accounts.models import RoleGrant, User
from parkportal.records.triggers import lifted
from tests import migrated, servers, traces

# No timed assertion stands in a test: a slow machine is no fault of the portal.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")
PARK_MOMENT = "2020-02-18T17:40:00+08:00"
_flush = TransactionTestCase._fixture_teardown


def _flush_without_triggers(case):
    """Append-only tables refuse the flush between tests, so their triggers are lifted for it."""
    with lifted():
        _flush(case)


TransactionTestCase._fixture_teardown = _flush_without_triggers


def pytest_collection_modifyitems(config, items):
    on_postgres = "postgres" in os.environ["DATABASE_URL"]
    kept, left = [], []
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        stays = "both" in marks or ("postgres" in marks) == on_postgres or {"journey", "drill"} & marks
        (kept if stays else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_sessionfinish(session, exitstatus):
    """A skip is a failure: nothing here may be skipped for want of a service that the test could have started."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1


@pytest.fixture(scope="session")
def django_db_keepdb(request):
    """On SQLite the runner finds a database that is migrated already (tests/migrated.py) and throws it away itself."""
    return request.config.getvalue("reuse_db") or "sqlite" in os.environ["DATABASE_URL"]


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_modify_db_settings, django_test_environment):
    """The plug-in's own set-up, on SQLite after a copy of the migrated file."""
    name = str(portal_settings.DATABASES["default"]["TEST"]["NAME"])
    if "sqlite" not in os.environ["DATABASE_URL"]:
        yield from _set_up(request)
        return
    with migrated.prepared(name):
        running = _set_up(request)
        next(running)
    yield
    next(running, None)
    for path in (name, f"{name}-wal", f"{name}-shm"):
        Path(path).unlink(missing_ok=True)


def _set_up(request):
    """The generator of the fixture that this one stands before."""
    plain = getattr(plugins_own_set_up, "__wrapped__", None) or plugins_own_set_up._get_wrapped_function()
    return plain(
        request,
        None,
        request.getfixturevalue("django_db_blocker"),
        request.getfixturevalue("django_db_use_migrations"),
        request.getfixturevalue("django_db_keepdb"),
        request.getfixturevalue("django_db_createdb"),
        None,
    )


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def park_time():
    """Tuesday 2020-02-18 17:40 in Shanghai, running on."""
    with time_machine.travel(PARK_MOMENT, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def postgres_url():
    """A PostgreSQL of the test's own; the session's, when it already runs on one."""
    if os.environ.get("POSTGRES_TEST_URL"):
        yield os.environ["POSTGRES_TEST_URL"]
    else:
        with servers.postgres() as url:
            yield url


@pytest.fixture(scope="session")
def redis_url():
    if os.environ.get("REDIS_TEST_URL"):
        yield os.environ["REDIS_TEST_URL"]
    else:
        with servers.redis() as url:
            yield url


@pytest.fixture
def make_user(db):
    """make_user("squad", "committee", name=…) → a user with these roles in force."""
    count = 0

    def make(*role_codes, name="", **fields):
        nonlocal count
        count += 1
        username = fields.pop("username", f"{'-'.join(role_codes) or 'nobody'}-{count}")
        user = User.objects.create_user(username, "Right-2020-pass", name=name or f"测试{count}", **fields)
        RoleGrant.objects.bulk_create([RoleGrant(user=user, role=code, starts_on="2019-01-01") for code in role_codes])
        return user

    return make


@pytest.fixture
def sign_in(client):
    """sign_in(user) → the test client with that user's session, second factor proven where the role asks for one."""

    def enter(user, browser=client):
        browser.force_login(user, backend="parkportal.accounts.backends.PortalBackend")
        if user.needs_second_factor:
            device, _ = TOTPDevice.objects.get_or_create(user=user, name="default", confirmed=True)
            session = browser.session
            session[DEVICE_ID_SESSION_KEY] = device.persistent_id
            session.save()
        return browser

    return enter


@pytest.fixture(autouse=True)
def _posts_leave_a_trace():
    """What a POST of any test writes of the park leaves an audit entry or a move (tests/traces.py)."""
    with traces.watched() as watch:
        yield
    assert not watch.untraced, f"written without a trace: {watch.untraced}"
