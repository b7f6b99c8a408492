"""Ten minutes without network at the desk: nothing is lost or doubled, what waits is seen, and the server writes when it
was done. And a page that is left too soon loses no scan."""

import time

import pytest

from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import desk_asks, desk_says, scan, wait_for

pytestmark = pytest.mark.journey
TEN_MINUTES = 600


def minutes_ago(park, sitting):
    """For each person who was swabbed: how many whole minutes ago it was done."""
    moves = f"SignUpMove.objects.filter(session={sitting.session}, to_status='collected')"
    expression = f"{{m.subject.code: int((park_now() - m.effective_at).total_seconds() // 60) for m in {moves}}}"
    return ask(park, expression, imports="from parkportal.clock import park_now\nfrom testing.models import *")


def test_ten_minutes_without_network_lose_and_double_nothing(park):
    sitting = own_sitting(park, point="十分钟断网点", prefix="WT", people=6)
    with (
        park.person("易安", username="caiyang1") as clerk,
        park.person("时雨", username="caiyang2") as other,
    ):
        clerk.page.clock.install(time=time.time())
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        page.keyboard.press("F8")
        page.locator("#kit-pin").fill("482915")
        page.get_by_role("button", name="存今天的名单").click()
        page.locator("#kit").wait_for(state="hidden")

        def swabs(number):
            for text in (sitting.codes[number], "36.5", sitting.tube(number + 1)):
                scan(clerk, text)

        # given a network that goes; two people are swabbed at once, one five minutes later, one nine
        began = time.monotonic()
        clerk.context.set_offline(True)
        swabs(0)
        swabs(1)
        clerk.sees("待发 6 条")
        page.clock.fast_forward(TEN_MINUTES / 2 * 1000)
        swabs(2)
        # meanwhile another desk, which has network, swabs one whom this desk does not know to be done
        other.goes_to(sitting.desk)
        for text in (sitting.codes[3], "36.6", sitting.tube(30)):
            scan(other, text)
        settled(other.page)
        swabs(3)
        page.clock.fast_forward(TEN_MINUTES / 2 * 1000)
        clerk.sees("待发 12 条", "没有连上，连上后自动送出").pictures("十分钟断网")
        page.locator("[data-queue-strip] summary").click()
        assert page.locator("[data-queue-strip] ol li").count() == 12

        # when it is back
        clerk.context.set_offline(False)
        page.clock.run_for(5000)
        settled(page)

        # then what met another desk's work is shown for review, and stays until somebody has seen it
        clerk.sees("没有被接受，请核对", "已经采过").pictures("要核对的")
        page.reload()
        clerk.sees("没有被接受，请核对", "已经采过")

    tubes = f"list(Specimen.objects.filter(session={sitting.session}).order_by('barcode').values_list('barcode', 'signup__code'))"
    swabbed = [[sitting.tube(n + 1), sitting.codes[n]] for n in range(3)]
    assert ask(park, tubes) == [*swabbed, [sitting.tube(30), sitting.codes[3]]]
    ago = minutes_ago(park, sitting)
    walked = (time.monotonic() - began) // 60 + 1  # what the walk itself took, however slow the machine
    assert all(10 <= ago[sitting.codes[n]] <= 10 + walked for n in (0, 1))
    assert 5 <= ago[sitting.codes[2]] <= 5 + walked
    steps = f"SignUpMove.objects.filter(session={sitting.session}).count()"
    assert ask(park, steps) == 8


HOLD_THE_STORE = """() => new Promise((held) => {
  const asked = indexedDB.open("park-queue", 1);
  asked.onsuccess = () => {
    const store = asked.result.transaction("items", "readwrite").objectStore("items");
    window.isHeld = true;
    const hold = () => { if (window.isHeld) store.count().onsuccess = hold; };
    hold();
    held();
  };
})"""


def test_a_scan_that_the_browser_has_not_stored_yet_goes_along_to_the_next_page(park):
    sitting = own_sitting(park, point="换页采样点", prefix="WU", people=1)
    with park.person("易安", username="caiyang1") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        scan(clerk, sitting.codes[0])
        settled(page)

        # given a browser whose store is busy: nothing that is entered gets written
        busy = clerk.context.new_page()
        busy.goto(page.url)
        busy.evaluate(HOLD_THE_STORE)

        # when a temperature is entered and the page is left at once
        scan(clerk, "36.5")
        page.evaluate("path => location.assign(path)", f"{sitting.desk}boxes/")
        page.wait_for_url("**/boxes/")
        busy.evaluate("window.isHeld = false")
        busy.close()

        # then it arrives, once
        measured = f"SignUpMove.objects.filter(session={sitting.session}, to_status='measured').count()"
        assert wait_for(lambda: ask(park, measured)) == 1
        clerk.goes_to(sitting.desk)
        scan(clerk, sitting.codes[0])
        desk_asks(clerk, "tube")
        scan(clerk, sitting.tube(1))
        desk_says(clerk, "done")
