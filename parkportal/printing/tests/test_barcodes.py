"""Barcodes and QR codes on pages: they read as what they were made from, and pass the content policy."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from parkportal.printing.barcodes import (
    CannotBeCoded,
    code128_modules,
    code128_quiet,
    code128_svg,
    grouped_code,
    qr_modules,
    qr_svg,
)
from parkportal.printing.tests.reading import codes

TUBE = "YL200218008635"
SIGNUP = "https://park.example/signup/fugong/"
POLICY = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"


def picture_of_bars(modules: str) -> Image.Image:
    picture = Image.new("L", (len(modules) * 3 + 60, 60), 255)
    pen = ImageDraw.Draw(picture)
    for place, module in enumerate(modules):
        if module == "1":
            pen.rectangle([30 + place * 3, 5, 32 + place * 3, 55], fill=0)
    return picture


@settings(max_examples=150, deadline=None)
@given(st.from_regex(r"[A-Z0-9]{6,20}", fullmatch=True) | st.text("0123456789", min_size=1, max_size=20))
def test_bars_read_as_the_code_they_were_made_from(text):
    assert codes(picture_of_bars(code128_modules(text))) == [text]


@pytest.mark.parametrize("text", ["99", "9912345678", "99A1", "9A", "991", "YL990218000012", TUBE, "a b~!"])
def test_a_leading_99_is_not_lost(text):
    assert codes(picture_of_bars(code128_modules(text))) == [text]


@pytest.mark.parametrize("text", ["", "试管", "YL\n", "A" * 81, "\x00", "Ａ１", "é"])
def test_what_cannot_be_bars_is_refused_in_words(text):
    with pytest.raises(CannotBeCoded, match="条码只能由"):
        code128_svg(text)


@pytest.mark.parametrize("text", ["", "x" * 8000])
def test_what_cannot_be_a_qr_code_is_refused_in_words(text):
    with pytest.raises(CannotBeCoded):
        qr_svg(text)


def test_codes_are_grouped_as_they_are_read_aloud():
    assert grouped_code(TUBE) == "YL 200218 008635"
    assert grouped_code("HZ99887766") == "HZ99887766"


@pytest.mark.parametrize("svg", [code128_svg(TUBE), qr_svg(SIGNUP)])
def test_svg_is_well_formed_named_and_free_of_style(svg):
    root = ElementTree.fromstring(svg)

    assert root.get("role") == "img"
    assert root.get("aria-label")
    assert not any("style" in element.attrib for element in root.iter())


@pytest.mark.parametrize("module_mm", [0.2, 0.25, 0.33, 0.53])
def test_svg_keeps_its_true_size_and_quiet_zones(module_mm):
    root = ElementTree.fromstring(code128_svg(TUBE, module_mm=module_mm))
    bars = root.findall("{http://www.w3.org/2000/svg}g/{http://www.w3.org/2000/svg}rect")
    width = float(root.get("width", "").removesuffix("mm"))
    unit = width / float(root.get("viewBox", "").split()[2])
    left = float(bars[0].get("x", "0"))
    right = float(bars[-1].get("x", "0")) + float(bars[-1].get("width", "0"))

    assert min(float(bar.get("width", "0")) for bar in bars) * unit == pytest.approx(module_mm, abs=0.001)
    assert left * unit >= code128_quiet(module_mm) - 0.001 >= 2.5 - 0.001
    assert width - right * unit >= code128_quiet(module_mm) - 0.001


def test_a_hostile_label_stays_text():
    svg = code128_svg(TUBE, label='"><script>alert(1)</script>', css_class='x" onload="y')

    assert ElementTree.fromstring(svg).get("aria-label") == '"><script>alert(1)</script>'
    assert "<script" not in svg
    assert 'onload="' not in svg


def test_what_a_qr_code_holds_is_not_repeated_in_its_label():
    assert "token" not in qr_svg("https://park.example/signup/code/token/")


def test_a_qr_code_stands_on_its_squares():
    rows = qr_modules(SIGNUP)

    assert len(rows) == len(rows[0]) >= 21
    assert all(rows[0][:7])  # the finder pattern


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("width", "scale"), [(360, 1), (360, 3), (1440, 1)])
def test_a_page_shows_codes_that_read_from_its_picture(browser, tmp_path, width, scale):
    page = browser.new_page(viewport={"width": width, "height": 640}, device_scale_factor=scale)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_content(f"{POLICY}<div>{code128_svg(TUBE)}</div><div>{qr_svg(SIGNUP)}</div>")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "page.png")
    page.close()

    with Image.open(tmp_path / "page.png") as picture:
        assert sorted(codes(picture.convert("L"))) == sorted([TUBE, SIGNUP])
    assert said == []


def test_svg_is_light():
    assert len(code128_svg(TUBE)) < 3_000
    assert len(qr_svg(SIGNUP)) < 6_000
    assert not re.search(r"\d\.\d{6,}", code128_svg(TUBE))
