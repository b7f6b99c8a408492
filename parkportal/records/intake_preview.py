"""What the preview page shows of a judgement: counts, refused rows, changes, columns; numbers of persons masked."""

import re
from collections.abc import Iterable
from typing import Any

from parkportal.privacy import mask_id, mask_name, mask_phone
from parkportal.records.intake import IntakeDoor, PlanTable
from parkportal.workbooks import messages
from parkportal.workbooks.headers import header_key
from parkportal.workbooks.judgement import CREATE, REFUSED, SKIPPED, UPDATE, Fault, JudgedRow, Judgement, plain
from parkportal.workbooks.writing import NOTE_HEADER

MOST_REFUSED, MOST_UPDATES, MOST_OTHERS, MOST_PLANNED = 200, 100, 50, 500
NOT_ASKED = frozenset({"序号", "编号", NOTE_HEADER})
_WHOLE_PHONE = re.compile(r"1\d{10}")
_WHOLE_NUMBER = re.compile(r"[0-9]{15,17}[0-9Xx]")


def preview_of(door: IntakeDoor, judgement: Judgement) -> dict[str, Any]:
    """The page's content as JSON, at most a few hundred rows of it; the annotated file has them all."""
    first = judgement.sheets[0] if judgement.sheets else None
    changed = [row for row in judgement.rows if row.action == UPDATE]
    warned = [row for row in judgement.rows if row.is_good and row.warnings]
    return {
        "sheets": [sheet.name for sheet in judgement.sheets if sheet.name],
        "ignored": [name for name in judgement.ignored_sheets if name],
        "header_rows": list(first.header_rows) if first else [],
        "columns": [vars(column) for column in first.columns] if first else [],
        "errors": judgement.file_sentences(),
        "refused": _refused(door, judgement),
        "updates": [_update(door, judgement, row) for row in changed[:MOST_UPDATES]],
        "warned": [_warned(door, judgement, row) for row in warned[:MOST_OTHERS]],
        "warned_count": len(warned),
        "skipped": [
            {"sheet": row.sheet, "row": row.row, "why": messages.REASONS.get(row.reason or "", row.reason)}
            for row in judgement.rows
            if row.outcome == SKIPPED and row.reason != "blank"
        ][:MOST_OTHERS],
        "blank": sum(row.reason == "blank" for row in judgement.rows),
        "rows": len(judgement.rows),
        "name_label": next((name for name in door.name_columns if name in door.kind.columns.by_name), ""),
    }


def plan_of(table: PlanTable) -> dict[str, Any]:
    """What good rows would lead to, as JSON."""
    return {
        "title": table.title,
        "heads": list(table.heads),
        "count": len(table.rows),
        "rows": [
            {"row": one.row, "name": one.name, "words": list(one.words), "shape": one.shape, "word": one.word}
            for one in table.rows[:MOST_PLANNED]
        ],
    }


def counts_of(judgement: Judgement) -> dict[str, int]:
    """Rows by what becomes of them, named as the batch's columns."""
    totals = judgement.totals
    created = sum(row.action == CREATE for row in judgement.accepted())
    return {
        "created": created,
        "updated": totals["accepted"] - created,
        "unchanged": totals["unchanged"],
        "refused": totals["refused"],
        "skipped": totals["skipped"],
    }


def _refused(door: IntakeDoor, judgement: Judgement) -> list[dict[str, Any]]:
    rows = [row for row in judgement.rows if row.outcome == REFUSED]
    return [
        {
            "sheet": row.sheet,
            "row": row.row,
            "name": _name(door, row),
            "faults": [_fault(judgement, row, fault) for fault in row.errors],
        }
        for row in rows[:MOST_REFUSED]
    ]


def _update(door: IntakeDoor, judgement: Judgement, row: JudgedRow) -> dict[str, Any]:
    changes = [
        {"letter": _letter(judgement, row, name), "column": name, "old": _held(name, old), "new": _shown(name, new)}
        for name, (old, new) in row.changes.items()
    ]
    return {"sheet": row.sheet, "row": row.row, "name": _name(door, row), "changes": changes}


def _warned(door: IntakeDoor, judgement: Judgement, row: JudgedRow) -> dict[str, Any]:
    faults = [_fault(judgement, row, fault) for fault in row.warnings]
    return {"sheet": row.sheet, "row": row.row, "name": _name(door, row), "faults": faults}


def _fault(judgement: Judgement, row: JudgedRow, fault: Fault) -> dict[str, Any]:
    value = fault.shown or (row.values.get(fault.column) if fault.column else None)
    return {
        "letter": _letter(judgement, row, fault.column) if fault.column else "",
        "column": fault.column or "",
        "value": _shown(fault.column or "", value),
        "words": messages.sentence(fault.code),
        "code": fault.code,
    }


def _letter(judgement: Judgement, row: JudgedRow, name: str) -> str:
    """The letter of a column in the row's own sheet; empty when the file does not have it."""
    for sheet in judgement.sheets:
        if sheet.name == row.sheet:
            return next((column.col for column in sheet.columns if column.field == name), "")
    return ""


def _name(door: IntakeDoor, row: JudgedRow) -> str:
    """Whose row it is, by its first good naming column; a name is shown whole, it is the sender's own file."""
    return next((str(row.values[name]) for name in door.name_columns if row.values.get(name)), "")


def _shown(column: str, value: Any) -> str:
    """A value for the page: — for none, whole ID numbers and phones masked, faulty ones as they stand."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    text = str(plain(value))
    if "手机" in column and _WHOLE_PHONE.fullmatch(text):
        return mask_phone(text)
    if "证件号码" in column and (_WHOLE_NUMBER.fullmatch(text) or not _looks_damaged(text)):
        return mask_id(text)
    return text


def _held(column: str, value: Any) -> str:
    """What the portal holds, beside what the file says: nobody is told another person's name by a file of their own."""
    return mask_name(str(value)) if value and column == "监护人" else _shown(column, value)


def _looks_damaged(text: str) -> bool:
    """4.39900199202E+17 and the like: nothing personal is left of it, and the sender has to see it."""
    return "E+" in text.upper() or len(text) < 6


def open_columns(columns: Iterable[dict[str, Any]], mapping: dict[str, str]) -> list[dict[str, Any]]:
    """Columns whose meaning a person may say: unknown headers, and those that were mapped by hand before."""
    asked = []
    for column in columns:
        by_hand = header_key(column["header"]) in mapping
        if column["header"] and (by_hand or not column["field"] and column["header"] not in NOT_ASKED):
            asked.append(column)
    return asked
