"""A form as somebody opened it: its hidden fields, and what is typed into it; and the page of two who edit one thing."""

from typing import Any


def drawn(browser: Any, address: str, name: str = "form") -> dict[str, str]:
    """The hidden fields of the form that the page at this address shows."""
    form = browser.get(address).context[name]
    return {field.html_name: str(field.value()) for field in form.hidden_fields() if field.value() is not None}


def page_of(answer: Any) -> str:
    """The text of the page that shows both values."""
    assert answer.status_code == 200 and "edit_conflict.html" in [part.name for part in answer.templates]
    return answer.content.decode()


def chosen(answer: Any, **keep: str) -> dict[str, Any]:
    """What the page of both values sends: everything that was typed, and the choices."""
    data: dict[str, Any] = {}
    for name, value in answer.context["hidden"]:
        data.setdefault(name, []).append(value)
    return {**data, **{f"keep_{name}": choice for name, choice in keep.items()}}


def shown(answer: Any) -> dict[str, tuple[str, str]]:
    """name → what the other wrote and what was typed, where they differ."""
    return {row.name: (row.theirs, row.mine) for row in answer.context["rows"] if not row.is_same}
