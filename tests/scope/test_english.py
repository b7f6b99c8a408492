"""What a stranger reads in English, as it is drawn: no page of the public has Chinese left, but for names."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from enterprises.models import Outlet
from parkportal.privacy import mask_name
from tests.scope.pages import Page
from tests.scope.rows import STRANGER
from tests.scope.test_scope import ROWS

pytestmark = pytest.mark.django_db
CHINESE = re.compile("[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]+")  # its punctuation, too
INVISIBLE = {"script", "style", "template", "head"}
SPOKEN = {"alt", "title", "placeholder", "aria-label", "content"}


class Words(HTMLParser):
    """The words of a page that are not said to be Chinese (`lang="zh-…"`)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        got = dict(attrs)
        silent = (
            (self.open[-1][1] if self.open else False) or tag in INVISIBLE or (got.get("lang") or "").startswith("zh")
        )
        if not silent:
            self.found += [got[name] or "" for name in SPOKEN & got.keys()]
        if tag not in {"input", "img", "br", "meta", "link", "hr", "use", "path", "rect", "wbr", "circle"}:
            self.open.append((tag, silent))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not (self.open and self.open[-1][1]):
            self.found.append(data)


def left_over(answer):
    """The Chinese that is left on a page, word by word; nothing of what is no page."""
    if "text/html" not in answer.get("Content-Type", ""):
        return set()
    return {part for words in Words(answer.content.decode()).found for part in CHINESE.findall(words)}


def names_of(park):
    """What has no English: the mark, people, firms, shops and where they are."""
    world = park.own
    said = ["岳", "经手人", world.enterprise.name, mask_name(world.signup.name), mask_name(world.signup_ahead.name)]
    said += [f"{shop.name} {shop.place} {shop.offers}" for shop in Outlet.objects.all()]
    return {part for words in said for part in CHINESE.findall(words)}


PUBLIC = [one for one in ROWS if STRANGER in one.own and not one.post and not one.name.startswith("accounts:")]


@pytest.mark.parametrize("one", PUBLIC, ids=lambda one: one.name)
def test_a_page_of_the_public_and_what_its_forms_refuse_speak_english(one, park, ask):
    address = reverse(one.name, kwargs=park.args(one.where, STRANGER, own=True)) + "?lang=en"
    answer, names = ask(STRANGER, "get", address), names_of(park)
    assert left_over(answer) - names == set()
    if "text/html" not in answer.get("Content-Type", ""):
        return
    for form in Page(answer.content.decode()).forms:
        to = f"{(form.action or address).partition('?')[0]}?lang=en"
        for typed in ("", "x9", "不对", "x" * 600):
            refused = left_over(ask(STRANGER, "post", to, form.filled(typed)))
            assert refused - names - {"不对"} == set(), (to, typed)


def test_what_is_not_there_is_said_in_english(client):
    assert left_over(client.get("/signup/nowhere/?lang=en")) == {"岳"}
