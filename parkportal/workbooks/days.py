"""The cell types that are days and instants (README §4). Days are dates, instants naive datetimes of Asia/Shanghai."""

import calendar
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from parkportal.identifiers import dense, one_blank
from parkportal.workbooks.columns import CellType, Context, Parsed
from parkportal.workbooks.sheets import DATE, DATETIME, NUMBER, TEXT, Cell

FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
AHEAD = timedelta(days=183)

_TIME = (
    r"(?P<hour>\d{1,2})\s?(?::\s?(?P<m1>\d{1,2})(?:\s?:\s?(?P<s1>\d{1,2})(?:\.\d+)?)?"
    r"|时\s?(?P<m2>\d{1,2})\s?分(?:\s?(?P<s2>\d{1,2})\s?秒)?)"
)
_AFTER = rf"(?:(?:\s|T|(?<=[日号])){_TIME})?"
_SHAPES = [
    re.compile(shape + _AFTER, re.ASCII)
    for shape in (
        r"(?P<year>\d{4})\s?(?P<sep>[-/.])\s?(?P<month>\d{1,2})\s?(?P=sep)\s?(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]",
        r"(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
]
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|年(\d{1,2})月)", re.ASCII)


class Moment(NamedTuple):
    """A day, the time of day if one was written, and whether the year had to be assumed."""

    day: date
    clock: time | None = None
    year_assumed: bool = False

    def warnings(self) -> tuple[str, ...]:
        return ("year_assumed",) if self.year_assumed else ()


def read_moment(cell: Cell, text: str, context: Context, *, stamps: bool = False) -> Moment | None:
    """The day (and time) of a cell; None when it is not one. `stamps` allows 14 digits."""
    if cell.kind == DATE:
        return Moment(cell.value)
    if cell.kind == DATETIME:
        clock = cell.value.time()
        return Moment(cell.value.date(), clock if clock != time(0) else None)
    if cell.kind not in {NUMBER, TEXT}:
        return None
    written = one_blank(unicodedata.normalize("NFKC", text))
    solid = written.replace(" ", "")
    if _SERIAL.fullmatch(solid):
        return _from_serial(float(solid), context)
    if stamps and (stamp := _STAMP.fullmatch(solid)):
        return _moment(*map(int, stamp.groups()))
    for shape in _SHAPES:
        if match := shape.fullmatch(solid) or shape.fullmatch(written):
            return _from_match(match.groupdict(), context)
    return None


def _from_serial(serial: float, context: Context) -> Moment | None:
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        return None
    zero = datetime(1904, 1, 1) if context.date1904 else datetime(1899, 12, 30)
    moment = zero + timedelta(seconds=round(serial * 86400))
    return Moment(moment.date(), moment.time() if serial != int(serial) else None)


def _from_match(found: dict[str, str | None], context: Context) -> Moment | None:
    month, day = int(found["month"] or 0), int(found["day"] or 0)
    clock = (found["hour"], found.get("m1") or found.get("m2"), found.get("s1") or found.get("s2"))
    hour, minute, second = (int(part or 0) for part in clock)
    parts = (hour, minute, second) if found["hour"] else ()
    if found.get("year"):
        return _moment(int(found["year"] or 0), month, day, *parts)
    year = context.as_of.year
    moment = _moment(year, month, day, *parts)
    if moment and moment.day - context.as_of > AHEAD:
        moment = _moment(year - 1, month, day, *parts)
    return moment._replace(year_assumed=True) if moment else None


def _moment(year: int, month: int, day: int, *clock: Any) -> Moment | None:
    try:
        return Moment(date(year, month, day), time(*clock) if clock else None)
    except ValueError:
        return None


def _day(cell: Cell, text: str, context: Context) -> Parsed:
    moment = read_moment(cell, text, context)
    return Parsed(moment.day, warnings=moment.warnings()) if moment else Parsed(error="bad_date")


def _instant(cell: Cell, text: str, context: Context) -> Parsed:
    moment = read_moment(cell, text, context, stamps=True)
    if moment is None:
        return Parsed(error="bad_date")
    missing = ("time_missing",) if moment.clock is None else ()
    return Parsed(datetime.combine(moment.day, moment.clock or time(0)), warnings=moment.warnings() + missing)


def _expiry(cell: Cell, text: str, context: Context) -> Parsed:
    moment = read_moment(cell, text, context)
    if moment:
        end, warnings = moment.day, moment.warnings()
    else:
        match = _MONTH.fullmatch(dense(text))
        year, month = (int(match[1]), int(match[2] or match[3])) if match and cell.kind == TEXT else (0, 0)
        if not (1 <= month <= 12 and year > 0):
            return Parsed(error="bad_date")
        end, warnings = date(year, month, calendar.monthrange(year, month)[1]), ("month_only",)
    return Parsed(end, warnings=(*warnings, "expired") if end < context.as_of else warnings)


DAY = CellType("day", _day)
INSTANT = CellType("instant", _instant)
EXPIRY = CellType("expiry", _expiry)
