"""A form as somebody opened it: its hidden fields, and what is typed into it."""

from typing import Any


def drawn(browser: Any, address: str, name: str = "form") -> dict[str, str]:
    """The hidden fields of the form that the page at this address shows."""
    form = browser.get(address).context[name]
    return {field.html_name: str(field.value()) for field in form.hidden_fields() if field.value() is not None}
