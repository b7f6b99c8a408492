"""A box comes with one tube missing: only that tube waits; it turns up, or its person is swabbed again."""

import pytest

from tests.journeys.custody_steps import desk_says, opens_a_box, packs, scan, signs_for, swabs, wait_for
from tests.journeys.own_sitting import ask, own_sitting

pytestmark = pytest.mark.journey
TUBES = 4


def tubes(park, sitting):
    return dict(ask(park, f"list(Specimen.objects.filter(session={sitting.session}).values_list('barcode', 'status'))"))


def test_a_box_with_one_tube_missing(park):
    sitting = own_sitting(park, point="短少采样点", prefix="BX", people=2 * TUBES)
    with park.person("易安", username="caiyang1") as desk:
        desk.goes_to(sitting.desk)
        for number in range(2 * TUBES):
            swabs(desk, sitting, number, tube=number + 1)
        # the point cannot seal while somebody's tube has no whereabouts
        first = opens_a_box(desk, sitting.desk)
        scan(desk, sitting.tube(2))
        desk.sees("还有 1 管没装", sitting.names[0]).pictures("还有一管没装")
        desk.fills(seal="F0038000").presses("封箱").sees("还有 1 管没有去处，不能封箱")
        assert ask(park, f"Box.objects.get(code='{first}').status") == "packing"
        desk.goes_to(f"/testing/boxes/{first}/")
        desk.page.keyboard.press("F4")
        desk.sees("拿出来了")
        boxes = [packs(desk, sitting, [n + 1 for n in range(TUBES)], seal="F0038001")]
        boxes.append(packs(desk, sitting, [n + 1 + TUBES for n in range(TUBES)], seal="F0038002"))

    with park.person("褚星河", username="jianyan") as lab:
        for box, numbers in zip(boxes, (range(1, TUBES + 1), range(TUBES + 1, 2 * TUBES + 1)), strict=True):
            missing = numbers[2]
            lab.goes_to(f"/testing/lab/boxes/{box}/")
            # a tube that is not on the sheet is refused with the long tone
            if box == boxes[0]:
                scan(lab, sitting.tube(TUBES + 1))
                desk_says(lab, "refused")
                lab.sees("箱单上没有")
            for number in numbers:
                if number != missing:
                    scan(lab, sitting.tube(number))
                    counted(lab, seen(numbers, number, missing))
            lab.sees("短少的 1 管先这样记").pictures("少一管").fits()
            signs_for(lab)
            # then the three may be tested at once, and only the one is blocked
            states = tubes(park, sitting)
            assert {states[sitting.tube(number)] for number in numbers if number != missing} == {"received"}
            assert states[sitting.tube(missing)] == "handed"

        # the first one turns up and is scanned: received, the box is complete
        lab.goes_to(f"/testing/lab/boxes/{boxes[0]}/")
        scan(lab, sitting.tube(3))
        counted(lab, TUBES)
        lab.goes_to(f"/testing/lab/boxes/{boxes[0]}/").sees("已收齐").pictures("找到了")

        # the second never does: its person is asked to come again
        lab.goes_to(f"/testing/lab/boxes/{boxes[1]}/").presses("确定找不到，请本人重采").sees(
            "已记为没有结果"
        ).pictures("找不到")
    lost = 2 + TUBES
    states = tubes(park, sitting)
    assert states[sitting.tube(3)] == "received" and states[sitting.tube(lost + 1)] == "recollect"
    assert ask(park, f"SignUp.objects.get(code='{sitting.codes[lost]}').status") == "recollect"

    # whoever handed the box over was asked; the chain of custody of the tube is on one page
    asked = ask(
        park,
        f"[Message.objects.filter(purpose='tubes_missing', recipient__username='caiyang1', occasion=f'box:{{box.pk}}').count() for box in Box.objects.filter(code__in={boxes!r})]",
        imports="from testing.models import *; from parkportal.messaging.models import Message",
    )
    assert asked == [1, 1]
    pk = ask(park, f"Specimen.objects.get(barcode='{sitting.tube(lost + 1)}').pk")
    with park.person("管委会", username="guanwei1") as staff:
        staff.goes_to(f"/testing/specimens/{pk}/").sees("邱实", "褚星河", "需重采").pictures("一管的经过").fits()
    assert park.manage("invariants", check=False).returncode == 0


def counted(lab, number):
    wait_for(lambda: lab.page.locator("#packed").inner_text().strip() == str(number), every=0.1)


def seen(numbers, number, missing):
    return sum(one <= number and one != missing for one in numbers)
