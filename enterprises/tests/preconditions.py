"""Loads what `preconditions.existing` of an intake file describes, as rows of the portal."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from enterprises.doors import take_in_register, take_in_roster
from enterprises.intake import REGISTER, ROSTER
from enterprises.models import Enterprise
from enterprises.tests.factories import make_enterprise
from parkportal.workbooks.judgement import ACCEPTED, CREATE, JudgedRow

DAYS = {"复工日期", "返长日期", "返岗日期"}


def _row(values: Mapping[str, Any], number: int) -> JudgedRow:
    """A good new row with these canonical values."""
    python = {
        name: date.fromisoformat(value) if name in DAYS and isinstance(value, str) else value
        for name, value in values.items()
    }
    return JudgedRow(None, number, ACCEPTED, CREATE, values=python)


def load_register(existing: Iterable[Mapping[str, Any]], *, by: Any) -> None:
    """Rows of the register that stood there before the file came."""
    rows = [_row(values, number) for number, values in enumerate(existing, 1)]
    take_in_register(rows, by=by, params={}, source_file=None, progress=None)


def load_roster(existing: Iterable[Mapping[str, Any]], *, by: Any, enterprise: Enterprise | None = None) -> Enterprise:
    """People who stood in the roster of an enterprise before the file came; the enterprise."""
    enterprise = enterprise or make_enterprise()
    rows = [_row(values, number) for number, values in enumerate(existing, 1)]
    take_in_roster(rows, by=by, params={"enterprise": enterprise.pk}, source_file=None, progress=None)
    return enterprise


def load(expected: Mapping[str, Any], *, by: Any) -> dict[str, Any]:
    """The preconditions of one file of expected.json; the params of its import."""
    existing = expected["preconditions"].get("existing", [])
    if expected["kind"] == REGISTER.code:
        load_register(existing, by=by)
        return {}
    if expected["kind"] == ROSTER.code:
        return {"enterprise": load_roster(existing, by=by).pk}
    raise ValueError(expected["kind"])
