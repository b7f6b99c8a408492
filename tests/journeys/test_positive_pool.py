"""Ten swabs in one tube, found positive: nobody is told a result by it, all ten are swabbed alone, one stays withheld."""

import pytest

from tests.journeys.custody_steps import desk_says, packs, reads, receives_all, scan, swabs, wait_for
from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import digits_in_mailbox

pytestmark = pytest.mark.journey
SICK = 3  # whose single tube is positive


def statuses(park, sitting):
    return ask(park, f"[SignUp.objects.get(code=code).status for code in {sitting.codes!r}]")


def test_a_positive_pool_from_tube_to_single_retests(park):
    sitting = own_sitting(park, point="混采采样点", prefix="PO", people=11, pool_size=10)
    with park.person("易安", username="caiyang1") as desk:
        # ten people into one tube; the meter counts, the full tube closes, the eleventh is refused
        desk.goes_to(sitting.desk)
        for number in range(10):
            swabs(desk, sitting, number, tube=1)
            if number == 6:
                desk.sees("7/10").pictures("七人")
        desk.sees("已封 10 人").pictures("装满")
        swabs(desk, sitting, 10, tube=1)
        desk_says(desk, "refused")
        desk.sees("这支管满了").pictures("第十一人")
        box = packs(desk, sitting, [1], seal="F0037001")
    assert statuses(park, sitting) == ["collected"] * 10 + ["measured"]

    with park.person("褚星河", username="jianyan") as lab:
        receives_all(lab, box, 1)
        reads(lab, box, "3")
    with park.person("审核", username="shenhe") as verifier:
        verifier.goes_to(f"/testing/lab/boxes/{box}/verify/").pictures("审核混采管").presses("定为阳性，上报")
        verifier.sees("已经上报")

    # everybody is 待复核; squad and contact are called without a result, a name or a number
    assert statuses(park, sitting)[:10] == ["recollect"] * 10
    calls = ask(
        park,
        "[m.text for m in Message.objects.filter(purpose='pool_recheck')]",
        imports="from parkportal.messaging.models import Message",
    )
    assert len(calls) >= 2 and not any(word in text for text in calls for word in ("阳性", "混采", *sitting.names))
    told = ask(
        park,
        f"Message.objects.filter(purpose='result_notice', occasion__in=[f'specimen:{{pk}}' for pk in Specimen.objects.filter(session={sitting.session}).values_list('pk', flat=True)]).count()",
        imports="from testing.models import *; from parkportal.messaging.models import Message",
    )
    assert told == 0
    page = ask(park, f"str(SignUp.objects.get(code='{sitting.codes[0]}').public_token)")
    with park.person("员工", kind="phone") as phone:
        phone.goes_to(f"/signup/code/{page}/").sees("再来采一次").pictures("请再来").fits()
        assert "阳性" not in phone.text()

    # each is swabbed alone: a mixed tube is refused, a tube of their own is taken
    with park.person("时雨", username="caiyang2") as desk:
        desk.goes_to(sitting.desk)
        swabs(desk, sitting, 10, tube=20)
        swabs(desk, sitting, 0, tube=20)
        desk_says(desk, "refused")
        desk.sees("这位只能一人一管").pictures("复检不进混采管")
        scan(desk, sitting.tube(2))
        settled(desk.page)
        for number in range(1, 10):
            swabs(desk, sitting, number, tube=number + 2)
        again = packs(desk, sitting, list(range(2, 12)), seal="F0037002")
    assert statuses(park, sitting)[:10] == ["collected"] * 10

    with park.person("褚星河", username="jianyan") as lab:
        receives_all(lab, again, 10)
        reads(lab, again, "".join("3" if number == SICK else "1" for number in range(10)))
    with park.person("审核", username="shenhe") as verifier:
        verifier.goes_to(f"/testing/lab/boxes/{again}/verify/").sees("9 管阴性，1 管要单独看").pictures("审核单管")
        verifier.presses("发布 9 管阴性").sees("9 管阴性已发布").presses("定为阳性，上报").sees("已经上报")

    # then nine read 阴性 from their own tube; the one is asked to wait for the staff
    word, digits = looked_up(park, sitting, 0)
    assert word == "阴性"
    assert looked_up(park, sitting, SICK, before=digits)[0] == "请等待工作人员联系"
    assert wait_for(lambda: ask(park, f"Alert.objects.filter(specimen__session={sitting.session}).count()") == 2)
    assert park.manage("invariants", check=False).returncode == 0


def looked_up(park, sitting, number, before=""):
    """What the person reads by code, document and the digits on the phone, and the digits."""
    person = ask(park, f"[[s.number, s.masked_name] for s in SignUp.objects.filter(code='{sitting.codes[number]}')][0]")
    with park.person(f"查结果{number}", kind="phone") as phone:
        phone.goes_to("/results/").fills(code=sitting.codes[number], number=person[0]).presses("发验证码")
        digits = digits_in_mailbox(park, "用于查询您的采样记录", but=before)
        phone.fills(digits=digits).presses("查结果")
        phone.pictures("结果").fits()
        return phone.page.locator(".result .word").first.inner_text(), digits
