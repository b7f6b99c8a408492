"""What a browser knows of a page: its forms with their fields, and the places that its links point to."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

TEXT = {"text", "search", "tel", "email", "number", "date", "datetime-local", "time", "url", "password", "textarea"}


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""


@dataclass
class PageForm:
    """A form that posts: its address (empty: the page itself) and its fields in order."""

    action: str
    upload: bool = False
    fields: list[Field] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]

    def filled(self, text: dict[str, str] | str, *, hidden: bool = True) -> dict[str, str]:
        """The fields with a text in each that is typed; the hidden ones and buttons keep what the page gave them."""
        data = {}
        for one in self.fields:
            if one.kind in TEXT:
                data[one.name] = text if isinstance(text, str) else text.get(one.kind, text["text"])
            elif hidden and one.kind != "file":
                data.setdefault(one.name, one.value)
        return data


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.ids: set[str] = set()
        self.asked: set[str] = set()  # names that its links and its asking forms put into the address
        self.summary: list[str] = []
        self.language = ""
        self.has_summary = False
        self.form: PageForm | None = None
        self.asking: PageForm | None = None
        self.area: Field | None = None
        self.select: Field | None = None
        self.deep = 0
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        self.ids.add(got.get("id", ""))
        self._summary(tag, got)
        if tag == "html":
            self.language = got.get("lang", "")
        self.asked |= set(parse_qs(urlsplit(got.get("href", "")).query, keep_blank_values=True))
        if tag == "form":
            self.form = PageForm(got.get("action", ""), "multipart" in got.get("enctype", ""))
            if got.get("method", "").lower() == "post":
                self.forms.append(self.form)
            else:
                self.asking = self.form
        elif self.form and got.get("name") and "disabled" not in got:
            self._control(tag, got)
        elif tag == "option" and self.select and ("selected" in got or not self.select.value):
            self.select.value = got.get("value", "")

    def _summary(self, tag: str, got: dict[str, str]) -> None:
        if "data-error-summary" in got:
            self.has_summary = True
            self.deep = 1
        elif self.deep and tag == "div":
            self.deep += 1
        elif self.deep and tag == "a":
            self.summary.append(got.get("href", "").removeprefix("#"))

    def _control(self, tag: str, got: dict[str, str]) -> None:
        if "formaction" in got and self.form is not None and not self.form.action:
            self.form.action = got["formaction"]  # a bar of buttons, each with its own address: the first stands for it
        kind = got.get("type", "text") if tag in {"input", "button"} else tag
        if tag not in {"input", "select", "textarea", "button"}:
            return
        if self.form is self.asking:
            self.asked.add(got["name"])
        one = Field(got["name"], "submit" if tag == "button" else kind, got.get("value", ""))
        self.form.fields.append(one)  # type: ignore[union-attr]
        self.area = one if tag == "textarea" else None
        self.select = one if tag == "select" else None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area.value += data
        if self.deep:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area:
            self.area.value = self.area.value.removeprefix("\n")
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "div" and self.deep:
            self.deep -= 1

    def value_of(self, name: str) -> list[str]:
        return [one.value for form in self.forms for one in form.fields if one.name == name]
