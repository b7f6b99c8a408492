"""Name not on the list: the form stands over the desk, and the desk goes on with that person."""

import pytest

from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import desk_says, id_number, scan

pytestmark = pytest.mark.journey


def test_who_is_not_on_the_list_is_signed_up_over_the_desk(park):
    sitting = own_sitting(park, point="现场登记点", prefix="WR", people=1)
    ask(park, f"Slot.objects.filter(pk=Slot.objects.filter(session={sitting.session}).first().pk).update(walk_in=1)")
    with park.person("易安", username="caiyang1") as clerk:
        page = clerk.goes_to(sitting.desk).sees("请扫人员码").page
        dialog = page.locator("#walkin")

        # F7 and Escape: nothing happened, and the next scan is the desk's
        page.keyboard.press("F7")
        dialog.get_by_role("button", name="登记，录体温").wait_for()
        clerk.sees("现场名额已用 0 / 1 个").pictures("现场登记")
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        scan(clerk, sitting.codes[0])
        clerk.sees(sitting.names[0], "录体温")
        page.goto(page.url)

        # a form that is not right stays over the desk and says what
        page.keyboard.press("F7")
        dialog.get_by_role("button", name="登记，录体温").wait_for()
        assert page.evaluate("document.activeElement.name") == "name"
        clerk.fills(name="辛夷", number="430104199001010018", phone="19900007701")
        dialog.get_by_role("button", name="登记，录体温").click()
        dialog.locator(".invalid-feedback, [role=alert]").first.wait_for()
        assert page.evaluate("document.activeElement.name") == "number"
        clerk.pictures("号码不对")

        # mended, it closes, and the desk asks for the temperature of that person without one more scan
        clerk.fills(number=id_number(701))
        page.check("#walkin input[name=consent]")
        dialog.get_by_role("button", name="登记，录体温").click()
        dialog.wait_for(state="hidden")
        clerk.sees("辛夷", "录体温")
        scan(clerk, "36.5")
        scan(clerk, sitting.tube(1))
        desk_says(clerk, "done")
        settled(page)

        # the kept place is used: one more needs a reason
        page.keyboard.press("F7")
        clerk.sees("现场名额已用 1 / 1 个").fills(name="白檀", number=id_number(702), phone="19900007702")
        page.check("#walkin input[name=consent]")
        dialog.get_by_role("button", name="登记，录体温").click()
        clerk.sees("现场名额 1 个已经用完").fills(over_reason="厂区大巴晚到").pictures("要写原因")
        dialog.get_by_role("button", name="登记，录体温").click()
        clerk.sees("白檀", "录体温")

        # without network it says so and sends to the sheet
        clerk.context.set_offline(True)
        page.keyboard.press("F7")
        clerk.sees("没有网不能现场登记")
        clerk.context.set_offline(False)
    tubes = f"list(Specimen.objects.filter(session={sitting.session}).values_list('barcode', 'signup__name', 'signup__source'))"
    assert ask(park, tubes) == [[sitting.tube(1), "辛夷", "desk"]]
