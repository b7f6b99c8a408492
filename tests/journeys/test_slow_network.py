"""A slow network and a cut one: a refusal that comes late is seen and heard, and a box is packed through a cut."""

import time

import pytest

from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import desk_says, opens_a_box, scan, wait_for

pytestmark = pytest.mark.journey
HEAR = """() => { window.heard = []; const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.heard.push(this.type); return start.apply(this, when); }; }"""

STANDS = """([step, current]) => ["step", "current"].map((name) => document.querySelector(`#desk [name=${name}]`).value)
    .join() === `${step},${current}`"""


def scans(desk, *texts):
    for text in texts:
        scan(desk, text)
        settled(desk.page)


class Slow:
    """Holds what the page sends until it is let go, one after the other."""

    def __init__(self, page, pattern):
        self.page, self.pattern, self.held = page, pattern, []
        page.route(
            pattern, lambda route: self.held.append(route) if route.request.method == "POST" else route.fallback()
        )

    def lets_one_go(self):
        wait_for(lambda: self.page.evaluate("true") and self.held, every=0.05)
        self.held.pop(0).continue_()

    def ends(self):
        self.lets_one_go()
        settled(self.page)
        self.page.unroute(self.pattern)


def test_what_is_refused_after_the_next_scan_is_seen_heard_and_kept(park):
    sitting = own_sitting(park, point="慢网采样点", prefix="SN", people=4)
    with park.person("易安", username="caiyang1") as desk:
        page = desk.goes_to(sitting.desk).page
        page.evaluate(HEAR)
        scans(desk, sitting.codes[0], "36.5", sitting.tube(1), sitting.codes[1], "36.5")
        page.wait_for_function(STANDS, arg=["tube", sitting.codes[1]])

        # given a slow network: a used tube, and the next person's code before the answer has come
        slow = Slow(page, f"**{sitting.desk}")
        scan(desk, sitting.tube(1))
        scan(desk, sitting.codes[2])
        assert "square" not in page.evaluate("window.heard")
        slow.lets_one_go()
        desk_says(desk, "refused")
        assert "square" in page.evaluate("window.heard")
        desk.sees("1 条没有被接受，请核对", "已经给了别人").pictures("晚到的拒收")
        slow.ends()
        desk.sees("1 条没有被接受，请核对")

        # and sent again it is refused again, not lost
        with page.expect_response(lambda said: said.status == 409):
            desk.presses("重试")
        settled(page)
        desk.sees("1 条没有被接受，请核对")

        page.wait_for_function(STANDS, arg=["temperature", sitting.codes[2]])
        # a fever likewise; it was written, so that there is nothing to send again
        slow = Slow(page, f"**{sitting.desk}")
        scan(desk, "38.5")
        scan(desk, sitting.codes[3])
        slow.lets_one_go()
        desk_says(desk, "warn")
        desk.sees("2 条没有被接受，请核对").pictures("晚到的发热")
        slow.ends()
        desk.presses("知道了").sees("1 条没有被接受，请核对")
    states = ask(park, f"list(SignUp.objects.filter(code__in={sitting.codes}).values_list('code', 'status'))")
    wanted = ["collected", "measured", "stopped", "registered"]
    assert dict(states) == dict(zip(sitting.codes, wanted, strict=True))


def test_a_count_that_was_asked_for_before_a_swab_is_not_believed(park):
    sitting = own_sitting(park, point="慢数采样点", prefix="SC", people=2)
    with park.person("易安", username="caiyang1") as desk:
        desk.page.clock.install(time=time.time())
        page = desk.goes_to(sitting.desk).sees("请扫人员码").page
        held = []
        page.route("**/count/?poll=1", lambda route: held.append((route, route.fetch().body())))

        # given the page asks how many are done, and the answer is long on its way
        page.clock.run_for(61_000)
        wait_for(lambda: page.evaluate("true") and held, every=0.05)
        scans(desk, sitting.codes[0], "36.5", sitting.tube(1))
        assert page.inner_text("#done") == "1"

        # when it comes at last, it is older than the desk's own count
        route, body = held.pop()
        with page.expect_response("**/count/?poll=1"):
            route.fulfill(body=body, content_type="application/json")
        scans(desk, sitting.codes[1])
        assert (page.inner_text("#done"), page.inner_text("#waiting")) == ("1", "1")


def test_a_box_is_packed_through_a_cut(park):
    sitting = own_sitting(park, point="断网装箱点", prefix="SB", people=3)
    with park.person("时雨", username="caiyang1") as desk:
        desk.goes_to(sitting.desk)
        for number, code in enumerate(sitting.codes, 1):
            scans(desk, code, "36.5", sitting.tube(number))
        opens_a_box(desk, sitting.desk)
        desk.context.set_offline(True)
        for number in (1, 2, 3):
            scan(desk, sitting.tube(number))
            desk.sees(f"待发 {number} 条，没有连上，连上后自动送出", "已记下，等网络")
        desk.page.keyboard.press("F4")
        desk.sees("连上以后再拿出来").pictures("断网装箱").fits()
        desk.context.set_offline(False)
        settled(desk.page)
        wait_for(lambda: desk.page.locator("#packed").inner_text().strip() == "3", every=0.1)
    packed = f"list(SpecimenMove.objects.filter(to_status='packed', subject__session={sitting.session})"
    rows = ask(park, packed + ".order_by('id').values_list('subject__barcode', 'subject__position'))")
    assert rows == [[sitting.tube(number), number] for number in (1, 2, 3)]
