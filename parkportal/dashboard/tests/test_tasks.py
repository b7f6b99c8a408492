"""What the schedule calls."""

import logging

import pytest

from parkportal.dashboard import tasks


@pytest.mark.django_db
def test_one_reminder_run_that_fails_is_logged_and_keeps_no_other_from_running(monkeypatch, caplog):
    ran = []

    def breaks(now):
        raise ZeroDivisionError

    monkeypatch.setattr(tasks, "RUNS", (breaks, ran.append))
    with caplog.at_level(logging.ERROR):
        tasks.remind()
    assert len(ran) == 1 and "breaks" in caplog.text


@pytest.mark.django_db
def test_every_run_of_the_schedule_passes_in_an_empty_park(caplog):
    every = (tasks.remind, tasks.refresh_figures, tasks.freeze_due_days, tasks.check_invariants)
    for task in (*every, tasks.learn_table_sizes):
        task()
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]
