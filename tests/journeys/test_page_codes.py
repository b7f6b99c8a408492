"""Every bar code that a page shows is read from the page's picture by an independent reader, on the screen and as printed."""

import re

import pytest

from parkportal.printing.tests.reading import codes, pages
from tests.journeys.browser import Person

pytestmark = pytest.mark.journey
CODE = re.compile(r"(RY|YL|YX|PS|GH) ?(\d{6}) ?(\d{6})")


def spelled(person: Person, selector: str) -> set[str]:
    """The codes as they stand beside the bars for a person to read."""
    words = " ".join(part.text_content() or "" for part in person.page.locator(selector).all())
    return {"".join(match) for match in CODE.findall(words)}


def test_badges(park):
    with park.person("贺立行", username="guanwei1") as staff:
        staff.goes_to("/testing/badges/")
        for _ in range(2):
            staff.goes_by(staff.page.get_by_role("button", name="发证", exact=True).first)
        on_screen = staff.reads(".badge-bars")
        assert len(on_screen) == 2 and on_screen == spelled(staff, ".badge-bars")
        staff.page.emulate_media(media="print")
        assert staff.reads(".badge-bars") == on_screen
        staff.pictures("工作证")


def test_a_delivery(park):
    with park.person("顾南舟", username="cangguan1") as keeper:
        keeper.goes_to("/supplies/deliveries/?status=signed")
        keeper.opens_first(r"^/supplies/deliveries/(\d+)/")
        on_screen = keeper.reads(".barcode-block")
        assert len(on_screen) == 1 and on_screen == spelled(keeper, ".barcode-block")
        keeper.page.emulate_media(media="print")
        assert keeper.reads(".barcode-block") == on_screen
        keeper.pictures("配送单")


def test_the_sheet_for_a_day_without_electricity(park):
    with park.person("易安", username="caiyang1") as desk:
        session = desk.goes_to("/testing/station/").opens_first(r"^/testing/station/(\d+)/\?")
        desk.goes_to(f"/testing/station/{session}/sheet/")
        printed = {code for page in pages(desk.page.pdf(format="A4")) for code in codes(page)}
        assert printed and printed == spelled(desk, "tbody tr")
        desk.pictures("纸单")
