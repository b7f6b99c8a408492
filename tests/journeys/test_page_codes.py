"""Every bar code that a page shows is read by an independent reader: from the page's picture, and as it is printed."""

import re

import pytest

from parkportal.printing.tests.reading import codes, pages
from tests.journeys.browser import Person
from tests.journeys.own_sitting import ask, own_sitting
from tests.journeys.story import desk_asks, scan

pytestmark = pytest.mark.journey
CODE = re.compile(r"(RY|YL|YX|PS|GH) ?(\d{6}) ?(\d{6})")


def spelled(person: Person, selector: str) -> set[str]:
    """The codes as they stand beside the bars for a person to read."""
    words = " ".join(part.text_content() or "" for part in person.page.locator(selector).all())
    return {"".join(match) for match in CODE.findall(words)}


def read_everywhere(person: Person, selector: str, expected: set[str]) -> None:
    """From the picture of the screen, from that of the page as printed, and from the PDF that the browser prints."""
    assert expected and person.reads(selector) == expected
    person.page.emulate_media(media="print")
    assert person.reads(selector) == expected
    person.page.emulate_media(media="screen")
    assert on_paper(person) == expected


def on_paper(person: Person) -> set[str]:
    return {code for sheet in pages(person.page.pdf(format="A4")) for code in codes(sheet)}


def test_badges(park):
    with park.person("贺立行", username="guanwei1") as staff:
        staff.goes_to("/testing/badges/")
        for _ in range(2):
            staff.goes_by(staff.page.get_by_role("button", name="发证", exact=True).first)
        badges = spelled(staff, ".badge-bars")
        assert len(badges) == 2
        read_everywhere(staff, ".badge-bars", badges)
        staff.pictures("工作证")


def test_a_delivery(park):
    with park.person("顾南舟", username="cangguan1") as keeper:
        keeper.goes_to("/supplies/deliveries/?status=signed")
        number = keeper.opens_first(r"^/supplies/deliveries/(\d+)/")
        code = spelled(keeper, ".barcode-block")
        assert len(code) == 1
        read_everywhere(keeper, ".barcode-block", code)
        keeper.pictures("配送单")
        paper = keeper.context.request.get(f"{park.address}/supplies/deliveries/{number}/note.pdf").body()
        assert {text for sheet in pages(paper) for text in codes(sheet)} == code


def test_the_sheet_for_a_day_without_electricity(park):
    with park.person("易安", username="caiyang1") as desk:
        session = desk.goes_to("/testing/station/").opens_first(r"^/testing/station/(\d+)/\?")
        desk.goes_to(f"/testing/station/{session}/sheet/")
        printed = spelled(desk, "tbody tr")
        assert printed and on_paper(desk) == printed
        desk.page.emulate_media(media="print")
        desk.page.locator("tbody").evaluate("part => { part.style.zoom = 3 }")  # a printer has eight dots to the mm
        assert desk.reads("tbody .paper-code") == printed
        desk.pictures("纸单")


def test_the_code_of_a_person_as_square_and_as_bars(park):
    sitting = own_sitting(park, point="看码采样点", prefix="KM", people=1)
    token = ask(park, f"str(SignUp.objects.get(code='{sitting.codes[0]}').public_token)")
    with park.person("员工", kind="phone") as phone:
        phone.goes_to(f"/signup/code/{token}/").pictures("采样码").fits()
        for selector in (".codes .qr", ".codes .barcode"):
            read_everywhere(phone, selector, {sitting.codes[0]})


def test_a_campaign_shows_the_square_of_its_poster(park):
    sitting = own_sitting(park, point="看海报采样点", prefix="HB", people=0)
    with park.person("祁月", username="guanwei2") as staff:
        staff.goes_to(f"/testing/campaigns/{sitting.campaign}/").pictures("检测任务")
        (address,) = staff.reads(".poster-sheet")
        assert address.endswith("/signup/own-hb/")
        read_everywhere(staff, ".poster-sheet", {address})
        for size in ("A4", "A3"):
            poster = staff.context.request.get(
                f"{park.address}/testing/campaigns/{sitting.campaign}/poster/{size}/"
            ).body()
            assert [text for sheet in pages(poster, 100) for text in codes(sheet)] == [address]


def test_both_labels_of_a_tube_as_the_desk_prints_them(park):
    sitting = own_sitting(park, point="看标签采样点", prefix="BQ", people=1)
    with park.person("易安", username="caiyang1") as desk:
        desk.page.add_init_script("window.print = () => {}")  # the printer is the test's own
        desk.goes_to(sitting.desk)
        scan(desk, sitting.codes[0])
        scan(desk, "36.5")
        desk_asks(desk, "tube")
        desk.page.keyboard.press("F3")
        desk.page.locator("#labels code").first.wait_for(state="attached")
        (tube,) = spelled(desk, "#labels")
        desk.page.emulate_media(media="print")
        printed = [text for sheet in pages(desk.page.pdf(prefer_css_page_size=True), 300) for text in codes(sheet)]
        assert printed == [tube, tube], "both labels, on the paper of the label printer"
