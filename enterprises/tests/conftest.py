"""It is Tuesday 2020-02-18 17:40 in the park, in every test of the register."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture(autouse=True)
def _park_moment(park_time):
    return park_time


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="贺立行")


@pytest.fixture
def statements():
    """statements(call) → how many SQL statements the call takes."""

    def count(call):
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count
