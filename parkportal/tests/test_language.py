"""Chinese first; English where it is asked for, kept for a visitor and never on a staff page."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language, gettext, override

from parkportal.middleware import ChosenLanguage

VISITOR = SimpleNamespace(is_authenticated=False)
STAFF = SimpleNamespace(is_authenticated=True)


@pytest.mark.parametrize(
    ("query", "cookie", "user", "expected"),
    [
        ("", "", VISITOR, "zh-hans"),
        ("en", "", VISITOR, "en"),
        ("", "en", VISITOR, "en"),
        ("zh-hans", "en", VISITOR, "zh-hans"),
        ("", "en", STAFF, "zh-hans"),
        ("xx'", "", VISITOR, "zh-hans"),
    ],
)
def test_language_of_a_page(rf, query, cookie, user, expected):
    # Given a browser that would itself ask for German
    request = rf.get("/", {"lang": query} if query else {}, HTTP_ACCEPT_LANGUAGE="de")
    request.COOKIES["django_language"] = cookie
    request.user = user
    # When the page is drawn
    seen = []
    response = ChosenLanguage(lambda _: seen.append(get_language()) or HttpResponse())(request)
    # Then it speaks the chosen language, and only a valid choice is kept
    assert seen == [expected]
    assert response.headers["Content-Language"] == expected
    assert ("django_language" in response.cookies) is (query in {"en", "zh-hans"})


PUBLIC = [
    path
    for path in sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
    if 'extends "base_public.html"' in (text := path.read_text(encoding="utf-8")) or "{% load i18n" in text
]


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.stem)
def test_every_word_of_a_public_page_has_its_english(path):
    words = re.findall(r"{% translate ['\"]([^'\"]+)['\"] %}", path.read_text(encoding="utf-8"))
    with override("en"):
        assert [word for word in words if gettext(word) == word and re.search("[一-鿿]", word)] == []
