"""Log lines without the words of faults: an error message quotes what it was given, and that may be somebody's number."""

import logging
import traceback
from collections.abc import Iterator, Mapping
from typing import Any


class WithoutWords(logging.Formatter):
    """Tells a fault by its kind and its places in the code, and the faults behind it alike; never by its text."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.args, Mapping) and isinstance(
            record.args.get("exc"), str
        ):  # as Celery tells a failed task
            record = logging.makeLogRecord(
                {**vars(record), "args": {**record.args, **_kind_alone(str(record.args["exc"]))}}
            )
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return "\n".join(_told(ei[1])) if ei[1] else ""


def _kind_alone(said: str) -> dict[str, str]:
    """`ValueError('138…')` without what stands in its brackets."""
    return {"exc": said.partition("(")[0], "traceback": ""}


def _told(fault: BaseException) -> Iterator[str]:
    behind = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if behind is not None:
        yield from _told(behind)
        yield "which led to"
    yield type(fault).__name__
    yield from (line.rstrip() for line in traceback.format_tb(fault.__traceback__))
