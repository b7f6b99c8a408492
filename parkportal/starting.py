"""A start that lacks something stops with the one sentence that says what, and how to make it; no traceback above it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from django.core.exceptions import ImproperlyConfigured

# gunicorn gives up at this code; after any other it would start the next process, for ever.
NEVER_AGAIN = 3


def complain_in_one_sentence() -> None:
    """For every command: what nobody catches and is about the settings ends in its sentence and exit code 1."""
    sys.excepthook = _said


def _said(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, ImproperlyConfigured):
        sys.stderr.write(f"{fault}\n")
    else:
        sys.__excepthook__(kind, fault, trace)


@contextmanager
def or_never() -> Iterator[None]:
    """For a server that starts its processes again: it shall not try this one again."""
    try:
        yield
    except ImproperlyConfigured as fault:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(NEVER_AGAIN) from fault
