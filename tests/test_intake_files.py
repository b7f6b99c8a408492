"""Every row of the fourteen files gets the outcome that expected.json states.

INTAKE_FOLDER points at another folder of files of the four kinds with an expected.json of the same shape.
"""

import json
import os
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from enterprises.intake import REGISTER, ROSTER, register_key, roster_key
from parkportal.workbooks.intake import judge
from supplies.intake import RECEIPTS
from testing.intake import RESULTS

OWN = Path(__file__).parent / "intake"
FOLDER = Path(os.environ.get("INTAKE_FOLDER", OWN))
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))["files"]
KINDS = {kind.code: kind for kind in (REGISTER, ROSTER, RESULTS, RECEIPTS)}


class Beforehand:
    """The holdings that a file's preconditions describe."""

    def __init__(self, preconditions):
        self.held = {}
        for values in preconditions.get("existing", ()):
            self.held[(roster_key if "姓名" in values else register_key)(values)] = values
        for tube in preconditions.get("tubes", ()):
            self.held[(tube["barcode"],)] = tube

    def present(self, keys):
        return {key: self.held[key] for key in keys if key in self.held}


def same_value(actual, expected):
    if isinstance(actual, str) and isinstance(expected, str) and actual != expected:
        try:
            return Decimal(actual) == Decimal(expected)
        except InvalidOperation:
            return False
    if isinstance(actual, dict) and isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(same_value(actual[key], expected[key]) for key in expected)
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(same_value, actual, expected))
    return actual == expected and isinstance(actual, bool) == isinstance(expected, bool)


def pairs(faults):
    return Counter((fault["column"], fault["code"]) for fault in faults)


def row_differences(actual, expected):
    """What differs in one row, as text; warnings beyond the expected ones are allowed."""
    where = f"{expected['sheet']} {expected['row']}"
    for field in ("sheet", "row", "outcome", "action", "reason"):
        if actual.get(field) != expected.get(field):
            yield f"{where}: {field} {actual.get(field)} for {expected.get(field)} {actual.get('errors', '')}"
    for field in ("values", "changes"):
        if not same_value(actual.get(field), expected.get(field)):
            yield f"{where}: {field} {actual.get(field)} for {expected.get(field)}"
    if pairs(actual.get("errors", ())) != pairs(expected.get("errors", ())):
        yield f"{where}: errors {actual.get('errors')} for {expected.get('errors')}"
    if pairs(expected.get("warnings", ())) - pairs(actual.get("warnings", ())):
        yield f"{where}: warnings {actual.get('warnings')} for {expected.get('warnings')}"


def assert_same(actual_json, expected_json):
    """The judgement of a file equals the expected one: columns, headers, sheets, totals, figures and every row."""
    differences = [
        f"{field}: {actual_json.get(field)} for {expected_json.get(field)}"
        for field in ("kind", "as_of", "data_sheets", "ignored_sheets", "header_rows", "columns", "totals", "figures")
        if field in expected_json and not same_value(actual_json.get(field), expected_json[field])
    ]
    if pairs(actual_json.get("errors", ())) != pairs(expected_json.get("errors", ())):
        differences.append(f"errors {actual_json.get('errors')} for {expected_json.get('errors')}")
    if len(actual_json["rows"]) != len(expected_json["rows"]):
        differences.append(f"{len(actual_json['rows'])} rows for {len(expected_json['rows'])}")
    for actual, expected in zip(actual_json["rows"], expected_json["rows"], strict=False):
        differences += row_differences(actual, expected)
    assert not differences, "\n".join(differences[:40])


@pytest.mark.parametrize("expected", EXPECTED, ids=[file["file"] for file in EXPECTED])
def test_every_row_has_the_expected_outcome(expected):
    judgement = judge(
        KINDS[expected["kind"]],
        FOLDER / expected["file"],
        as_of=date.fromisoformat(expected["as_of"]),
        holdings=Beforehand(expected.get("preconditions", {})),
    )
    assert_same(json.loads(json.dumps(judgement.as_json())), expected)
