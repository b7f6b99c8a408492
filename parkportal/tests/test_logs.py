"""What the log says of a fault, read through the handler that the settings install."""

import logging
import sys

import pytest
from celery.app.trace import log_policy_unexpected

from parkportal.logs import WithoutWords

NUMBER = "430104199001010019"


@pytest.fixture
def line():
    """line(name, message, *args, fault=…) → as the log prints it."""
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one.formatter, WithoutWords)]

    def line(name, message, *args, fault=None):
        trace = (type(fault), fault, fault.__traceback__) if fault else None
        record = logging.getLogger(name).makeRecord(name, logging.ERROR, "x.py", 1, message, args, trace)
        return handler.format(record)

    return line


def raised(raising):
    try:
        raising()
    except Exception:
        return sys.exc_info()[1]


def look_up():
    raise LookupError(f"no person {NUMBER}")


def look_up_for_a_page():
    try:
        look_up()
    except LookupError as fault:
        raise ValueError(f"could not show {NUMBER}") from fault


def test_a_fault_is_told_by_kind_and_place_and_so_is_the_one_behind_it(line):
    said = line(
        "django.request", "%s: %s", "Internal Server Error", "/enterprises/7/", fault=raised(look_up_for_a_page)
    )
    assert "Internal Server Error: /enterprises/7/" in said
    assert said.index("LookupError") < said.index("which led to") < said.index("ValueError")
    assert "in look_up_for_a_page" in said and "test_logs.py" in said
    assert NUMBER not in said


def test_a_fault_without_a_message_of_its_own_is_told_too(line):
    assert "IndexError" in line("parkportal", "the run failed", fault=raised(lambda: [][0]))


def test_a_failed_task_is_told_without_what_the_fault_quotes(line):
    context = {"id": "a1", "name": "testing.tasks.send", "args": "[7]", "kwargs": "{}", "hostname": "worker"}
    told = {
        **context,
        **log_policy_unexpected._asdict(),
        "exc": f"LookupError('no person {NUMBER}')",
        "traceback": NUMBER,
    }
    said = line("celery.app.trace", log_policy_unexpected.format.strip(), told)
    assert "testing.tasks.send" in said and "LookupError" in said and NUMBER not in said
