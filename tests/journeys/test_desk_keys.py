"""What a keyboard and a scanner may do to the desk: an input method that is on, a page that changes, and what is heard."""

import pytest

from tests.journeys.own_sitting import own_sitting, settled
from tests.journeys.story import desk_asks

pytestmark = pytest.mark.journey
# Listens at the loudspeaker: pitch, number and length of what every answer plays.
EARS = """
window.heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.heard.push(`${this.type} ${Math.round(this.frequency.value)}`); return start.apply(this, at); };
"""


def scan(page, text):
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_an_input_method_that_is_on_spoils_no_scan_and_every_outcome_sounds_of_its_own(park):
    sitting = own_sitting(park, point="输入法采样点", prefix="WP", people=3)
    with park.person("易安", username="caiyang1") as clerk:
        clerk.page.add_init_script(EARS)
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page

        def hears():
            settled(page)
            page.wait_for_function("() => window.heard.length > 0")  # the tones of one answer begin at once
            return page.evaluate("window.heard.splice(0)")

        # given a Chinese input method in the middle of a word: the scanner's letters are composed, Enter comes at once
        wire = clerk.context.new_cdp_session(page)
        wire.send("Input.imeSetComposition", {"text": sitting.codes[0], "selectionStart": 14, "selectionEnd": 14})
        page.keyboard.press("Enter")
        clerk.sees(sitting.names[0], "录体温")
        sounds = {"done": hears()}

        # and full-width characters, as it commits them
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "36.5")
        wire.send("Input.insertText", {"text": wide})
        page.keyboard.press("Enter")
        desk_asks(clerk, "tube")
        hears()

        scan(page, "ZZ9999999")
        clerk.sees("这支管不能用")
        sounds["refused"] = hears()
        scan(page, sitting.tube(1))
        clerk.sees("已采样")
        hears()
        scan(page, sitting.codes[0])
        clerk.sees("已经采过")
        sounds["before"] = hears()
        scan(page, sitting.codes[1])
        clerk.sees(sitting.names[1])
        hears()
        scan(page, "38.2")
        clerk.sees("请停一下")
        sounds["warn"] = hears()
        assert len({tuple(tones) for tones in sounds.values()}) == 4, sounds

        # when half a scan is in the field and the page changes, the rest finishes it
        page.keyboard.type(sitting.codes[2][:7])
        page.reload()
        clerk.sees("请扫人员码")
        scan(page, sitting.codes[2][7:])
        clerk.sees(sitting.names[2], "录体温")

        # and a whole one that is sent while the page goes away arrives
        scan(page, "36.6")
        page.reload()
        settled(page)
        scan(page, sitting.codes[2])
        desk_asks(clerk, "tube")
