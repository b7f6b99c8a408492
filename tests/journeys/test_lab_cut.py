"""The network goes while the laboratory scans a box: what was scanned waits, is seen to wait, and arrives once."""

import pytest

from tests.journeys.custody_steps import packs, scan, swabs, wait_for
from tests.journeys.own_sitting import ask, own_sitting, settled

pytestmark = pytest.mark.journey
TUBES = 4


def test_a_box_is_received_tube_by_tube_through_a_cut(park):
    sitting = own_sitting(park, point="收箱断网点", prefix="LC", people=TUBES)
    with park.person("易安", username="caiyang1") as desk:
        desk.goes_to(sitting.desk)
        for number in range(TUBES):
            swabs(desk, sitting, number, tube=number + 1)
        box = packs(desk, sitting, list(range(1, TUBES + 1)), seal="F0049001")

    with park.person("褚星河", username="jianyan") as lab:
        page = lab.goes_to("/testing/lab/").fills(code=box).presses("收箱").page
        page.wait_for_url(f"**/testing/lab/boxes/{box}/")  # a scan before would go to the page that is left
        scan(lab, sitting.tube(1))
        settled(page)
        lab.context.set_offline(True)
        for number in (2, 3, 3, 4):
            scan(lab, sitting.tube(number))
        lab.sees("已记下，等网络", "待发 4 条").pictures("收箱断网")
        lab.context.set_offline(False)
        settled(page)
        wait_for(lambda: page.locator("#packed").inner_text().strip() == str(TUBES), every=0.1)

    seen = f"list(BoxCheck.objects.filter(box__code='{box}').order_by('specimen__barcode').values_list('specimen__barcode', 'is_fit'))"
    assert ask(park, seen) == [[sitting.tube(n), True] for n in range(1, TUBES + 1)]
