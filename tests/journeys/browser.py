"""A real Chromium for the journeys: every console error and every request to another host fails the story."""

import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from parkportal.printing.tests.reading import pages

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = Path(os.environ.get("PICTURES", ROOT / "tests" / "pictures"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 360, "height": 740}}
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir>
<alias binding="strong"><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias></fontconfig>"""


def chinese_fonts() -> str:
    """A bare machine has no Chinese font: the browser borrows the one that print uses."""
    folder = Path(tempfile.mkdtemp(prefix="portal-fonts-"))
    path = folder / "fonts.conf"
    path.write_text(FONTS.format(fonts=ROOT / "static" / "fonts", cache=folder), encoding="utf-8")
    return str(path)


@contextmanager
def chromium():
    """A headless browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS, env={**os.environ, "FONTCONFIG_FILE": chinese_fonts()}
        )
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody at a browser: a window of their own, who complains about console errors and foreign hosts."""

    def __init__(self, browser: Browser, address: str, name: str, *, kind: str = "desk", album: str = "") -> None:
        self.address, self.name, self.album = address, name, album
        self.context: BrowserContext = browser.new_context(
            viewport=WIDTHS[kind], locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.taken = 0
        self.page.set_default_timeout(45_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message) -> None:
        # A form that is refused answers 422, an unknown address 404: the browser itself prints those.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.name}: {message.text}")

    def _answered(self, response) -> None:
        if response.status >= 400 and response.request.resource_type in {
            "script",
            "stylesheet",
            "image",
            "font",
            "media",
        }:
            self.complaints.append(f"{self.name}: {response.url} answered {response.status}")

    def _asked(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != urlsplit(self.address).netloc:
            self.complaints.append(f"{self.name} was sent to {parts.netloc}")

    def goes_to(self, path: str) -> "Person":
        answer = self.page.goto(path if path.startswith("http") else self.address + path)
        assert answer is not None and answer.status < 400, f"{self.name}: {path} answered {answer and answer.status}"
        return self

    def signs_in(self, username: str, password: str) -> "Person":
        self.goes_to("/accounts/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        return self.goes_by(self.page.get_by_role("button", name="登录"))

    def sees(self, *words: str) -> "Person":
        for text in words:
            self.page.get_by_text(text).first.wait_for(state="visible")
        return self

    def presses(self, name: str, *, exact: bool = False) -> "Person":
        self.page.get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        return self

    def follows(self, name: str, *, exact: bool = False) -> "Person":
        self.page.get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        return self

    def opens_first(self, pattern: str) -> str:
        """The first link of the page whose address looks like this; what stands in the pattern's brackets."""
        addresses = self.page.eval_on_selector_all("main a", "all => all.map(a => a.getAttribute('href'))")
        found = next(match for address in addresses if (match := re.search(pattern, address or "")))
        self.goes_to(found.string)
        return found[1]

    def goes_by(self, locator: Locator) -> "Person":
        """Presses what leads to another page, or to the same one anew, and is there: nothing is asked of the page before."""
        with self.on_another_page():
            locator.click()
        return self

    @contextmanager
    def on_another_page(self) -> Iterator[None]:
        """What is done inside leads to another page, or to the same one anew; outside one is there, and it is whole."""
        self.page.evaluate("() => { window.isTheOneBefore = true }")
        yield
        self.page.wait_for_function("() => !window.isTheOneBefore && document.readyState === 'complete'")

    def fills(self, **values: str) -> "Person":
        for field, value in values.items():
            self.page.locator(f"[name={field}]").first.fill(value)
        return self

    def draws(self) -> "Person":
        """A signature with the finger, in the box for it."""
        canvas = self.page.locator("[data-sign-canvas]")
        canvas.evaluate("canvas => canvas.scrollIntoView({block: 'center', behavior: 'instant'})")
        box = canvas.bounding_box()
        self.page.mouse.move(box["x"] + 40, box["y"] + 60)
        self.page.mouse.down()
        for x, y in ((90, 30), (140, 90), (200, 40)):
            self.page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        self.page.mouse.up()
        self.page.wait_for_function("document.querySelector('[data-sign-value]').value.startsWith('data:image/png')")
        return self

    def pictures(self, title: str) -> "Person":
        """A picture of the whole page, numbered in the order of the story."""
        self.taken += 1
        folder = PICTURES / self.album
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{self.name}-{self.taken:02d}-{title}.png", full_page=True)
        return self

    def keeps(self, pdf: bytes, title: str) -> "Person":
        """A picture of each page of a paper that was printed, in its place in the story."""
        self.taken += 1
        folder = PICTURES / self.album
        folder.mkdir(parents=True, exist_ok=True)
        for number, sheet in enumerate(pages(pdf, dpi=110), 1):
            sheet.save(folder / f"{self.name}-{self.taken:02d}-{title}-{number}.png")
        return self

    def reads(self, selector: str) -> set[str]:
        """What an independent reader finds in the picture of a part of the page, from as near as a scanner is held."""
        found = set()
        for part in self.page.locator(selector).all():
            picture = Image.open(io.BytesIO(part.screenshot(scale="css")))
            near = picture.resize((picture.width * 3, picture.height * 3))
            found |= {result.text for result in zxingcpp.read_barcodes(near)}
        return found

    def text(self) -> str:
        return self.page.inner_text("body")

    def fits(self) -> "Person":
        """Nothing sticks out sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 1, f"{self.name}: the page is {wide} px too wide at {self.page.url}"
        return self

    def leaves(self) -> None:
        self.context.close()
        assert not self.complaints, self.complaints
