"""An employee from abroad signs up in English with a passport and is swabbed; no Chinese is needed on the way."""

import re

import pytest

from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import digits_in_mailbox, scan, scanned_code

pytestmark = pytest.mark.journey
CHINESE = re.compile("[\u4e00-\u9fff]+")
# What stays Chinese on an English page: the link to the other language, the mark, names of places and firms.
NAMES = ("中文", "岳", "岳麓高新区", "产业园")


def in_english(phone, *words):
    """Nothing is left in Chinese but names."""
    phone.sees(*words)
    left = [found for found in CHINESE.findall(phone.text()) if not any(name in found for name in NAMES)]
    assert not left, left
    return phone


def test_an_employee_signs_up_in_english_with_a_passport(park):
    sitting = own_sitting(park, point="产业园外文采样点", prefix="EN", people=1)
    slug = ask(park, f"Campaign.objects.get(pk={sitting.campaign}).slug")
    with park.person("Emma", kind="phone") as phone:
        # given somebody who opens the poster's address and asks for English
        phone.goes_to(f"/signup/{slug}/").goes_by(phone.page.get_by_role("link", name="English"))
        in_english(phone, "Price").pictures("poster").fits().follows("Start")

        # when a field is left out, the page says so in English and keeps what was filled
        in_english(phone).fills(enterprise_name="Birkenau Präzision GmbH").presses("Continue")
        in_english(phone, "Please enter your name").pictures("error").fits()
        assert phone.page.title().startswith("Error")
        assert phone.page.locator("[name=enterprise_name]").input_value() == "Birkenau Präzision GmbH"
        phone.fills(name="Emma O'Neill-Weiß".replace("ß", "ss")).presses("Continue")

        # a passport's number that is no passport's is refused by name
        phone.page.select_option("select[name=document_type]", label="Passport")
        phone.fills(number="C1", phone="+86 199-0000-7301").presses("Continue")
        in_english(phone, "The number does not fit this kind of document").pictures("passport")
        phone.fills(number="c01x 00t47").presses("Continue")
        phone.page.locator("input[name=origin][value=changsha]").check()
        phone.page.locator("input[name=had_contact][value=no]").check()
        in_english(phone).pictures("health").fits().presses("Continue")
        phone.page.locator("input[name=slot]:not([value^=w])").first.check()
        in_english(phone).pictures("slots").fits().presses("Continue")
        in_english(phone, "Emma O'Neill-Weiss").pictures("check").fits()
        phone.page.locator("input[name=consent]").check()
        phone.presses("Send sign-up").page.wait_for_url("**/signup/code/*/")

        # then the code is there, large enough for a scanner
        in_english(phone, "Signed up").pictures("code").fits()
        code, code_page = scanned_code(phone), phone.page.url

        with park.person("易安", username="caiyang1") as clerk:
            clerk.goes_to(sitting.desk)
            scan(clerk, code)
            clerk.sees("Emma O'Neill-Weiss")
            scan(clerk, "36.6")
            scan(clerk, sitting.tube(1))
            clerk.sees("已采样")
            settled(clerk.page)

        in_english(phone.goes_to(code_page), "Sampled").pictures("sampled").fits()
        phone.goes_to("/results/").fills(code=code, number="C01X00T47")
        phone.page.select_option("select[name=document_type]", label="Passport")
        in_english(phone).presses("Send digits to my phone")
        phone.fills(digits=digits_in_mailbox(Mailbox(park), "用于查询您的采样记录")).presses("See result")
        in_english(phone, "No result yet").pictures("pending").fits()
    kept = ask(
        park,
        f"[[s.document_type, s.number, s.language, s.phone] for s in SignUp.objects.filter(code='{code}')]",
    )
    assert kept == [["passport", "C01X00T47", "en", "19900007301"]]


class Mailbox:
    """The park as the helpers of the main story expect it."""

    def __init__(self, park):
        self.person = park.person
