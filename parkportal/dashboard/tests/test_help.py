"""The help names what is on the screen: every button and door that it says to press is written somewhere in the portal."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from parkportal.accounts.models import Role

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(path.stem for path in (ROOT / "docs" / "help").glob("*.md"))
CHANGES = re.compile(r"[—-]| n |几")  # a path of doors; where the screen has a number
PRESSED = re.compile(r"(?:按|点|打开|勾|选)(?:[^“”，。；：\n]{0,12})“([^”]+)”")


@cache
def written() -> str:
    """All words of templates, scripts and labels."""
    kinds = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js")]
    kinds += [
        path
        for app in ("parkportal", "enterprises", "supplies", "testing", "investment")
        for path in (ROOT / app).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in kinds)


def test_every_role_has_its_page():
    assert sorted(Role.values) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_what_the_help_says_to_press_is_there(page):
    text = (ROOT / "docs" / "help" / f"{page}.md").read_text(encoding="utf-8")
    named = [part for label in PRESSED.findall(text) for part in CHANGES.split(label)]
    assert [label for label in named if label not in written()] == []
