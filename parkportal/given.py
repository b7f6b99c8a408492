"""Where a column may be empty but the rows that were asked for cannot have it so."""

from typing import TypeVar

T = TypeVar("T")


def given(value: T | None) -> T:
    """The value itself. Raises AssertionError for None: the filter or the status promised more than it holds."""
    assert value is not None, "a value that the rows asked for must have is missing"
    return value
