"""Everybody walks through their own menu at 1440, 768 and 360 px: nothing sticks out, nothing is in English, nothing
complains; and by Tab alone one sees where one is."""

import re

import pytest

from parkportal.demo import CAST

pytestmark = pytest.mark.journey
WIDTHS = (1440, 768, 360)
ONE_EACH = {role: username for username, _, role, _ in reversed(CAST)}
# What Chinese staff say in Latin letters: units, file kinds, keys, codes.
USUAL = {"Excel", "Enter", "Code", "PostgreSQL", "Redis", "SQLite", "Celery", "TOTP", "JSON", "HTTP", "HTTPS"}
WORD = re.compile(r"\b[A-Za-z]{4,}\b")
LINKS = """() => [...document.querySelectorAll('nav a[href^="/"], details.menu-right a[href^="/"], .subnav a[href^="/"], main a[href^="/"]')]
    .map(a => a.getAttribute('href').split('#')[0])"""


def doors(page) -> list[str]:
    """The pages of the menus and of the first page, each kind once: without the files that a browser would download."""
    kinds = {}
    for href in page.evaluate(LINKS):
        kind = re.sub(r"\d+", "N", href.split("?")[0])
        if not re.search(r"print|export|download|poster|/file|photo|sheet|logout|pdf|\.", kind):
            kinds.setdefault(kind, href)
    return list(kinds.values())


def english_on(page) -> set[str]:
    """Latin words that staff see, without links, codes and the names of firms abroad."""
    text = page.evaluate("""() => { const copy = document.querySelector('main')?.cloneNode(true);
        if (!copy) return ''; copy.querySelectorAll('code, kbd, [lang=en], pre, script, style, template, noscript').forEach(e => e.remove());
        copy.querySelectorAll('a[href^="/investment/"]').forEach(e => (e.closest('li, tr') || e).remove());
        return copy.innerText || copy.textContent }""")
    return {word for word in WORD.findall(re.sub(r"https?://\S+", "", text)) if word not in USUAL}


@pytest.mark.parametrize("role", sorted(ONE_EACH))
def test_the_whole_menu_fits_and_speaks_chinese(park, role):
    with park.person(role, username=ONE_EACH[role]) as who:
        wrong = []
        for path in doors(who.page):
            answer = who.page.goto(who.address + path)
            if answer is None or answer.status >= 400:
                wrong.append(f"{path} answers {answer and answer.status}")
                continue
            for width in WIDTHS:
                who.page.set_viewport_size({"width": width, "height": 800})
                over = who.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if over > 1:
                    wrong.append(f"{path} is {over} px too wide at {width}")
            if not path.startswith("/investment/") and (words := english_on(who.page)):
                wrong.append(f"{path} says {sorted(words)[:6]}")
        assert not wrong, "\n".join(wrong)


def test_the_keyboard_shows_where_it_is(park):
    with park.person("键盘", username="guanwei1") as clerk:
        page = clerk.goes_to("/enterprises/").page
        for _ in range(12):
            page.keyboard.press("Tab")
            seen = page.evaluate("""() => { const s = getComputedStyle(document.activeElement);
                return document.activeElement !== document.body && (s.outlineStyle !== 'none' || s.boxShadow !== 'none') }""")
            assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
