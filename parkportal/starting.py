"""A start that lacks something stops with the one sentence that says what, and how to make it; no traceback above it."""

import base64
import binascii
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# gunicorn gives up at this code; after any other it would start the next process, for ever.
NEVER_AGAIN = 3
KEY_BYTES = 32


class Environment(environ.Env):
    """The environment; what cannot be read as what it should be is named, and its value, which may be a secret, is not."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        with self._readable(var):
            return super().get_value(var, *args, **kwargs)

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """The database of an address; SQLite and PostgreSQL are what the portal runs on."""
        address = self.str(var, default)
        if address.partition("://")[0] not in {"sqlite", "postgres", "postgresql"}:
            raise ImproperlyConfigured(f"{var} has to begin with postgres:// or sqlite:///.")
        with self._readable(var):
            return self.db_url_config(address)

    @contextmanager
    def _readable(self, var: str) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError) as fault:
            raise ImproperlyConfigured(f"{var} cannot be read; docs/settings.md says what it may be.") from fault


def key_fault(name: str, text: str) -> str:
    """What is wrong with the shape of an encryption key, in words that go after its name; nothing when it is right.

    A key of the wrong shape would be met by the first person who saves a phone number, not by whoever starts.
    """
    if name == "FIELD_KEYS":
        ids = [part.strip().partition(":")[0] for part in text.split(",")]
        if not all(ids) or not all(_is_key(part.strip().partition(":")[2]) for part in text.split(",")):
            return f"has to be ID:BASE64 of {KEY_BYTES} bytes, several of them separated by commas"
        return "names one key id twice" if len(set(ids)) < len(ids) else ""
    if name == "INDEX_KEY" and not _is_key(text):
        return f"has to be BASE64 of {KEY_BYTES} bytes"
    return ""


def _is_key(encoded: str) -> bool:
    try:
        return len(base64.b64decode(encoded, validate=True)) == KEY_BYTES
    except binascii.Error:
        return False


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
