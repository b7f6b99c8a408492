"""A contact signs 120 people up straight from the roster file: preview by row, one sitting, nobody twice."""

import re

import pytest
from openpyxl import Workbook

from tests.journeys.own_sitting import ask, own_sitting
from tests.journeys.story import id_number, wait_for

pytestmark = pytest.mark.journey
PEOPLE = 120
HEADS = ("序号", "姓名", "身份证号", "手机号码", "车间", "岗位", "接触史", "家长")
NAMES = ("陆青禾", "邬小满", "白檀", "米禾", "颜开", "祁月", "韦可", "游之")


def roster(path):
    """120 people as a firm writes them down: one without a phone, one child with and one without a guardian, one contact,
    one wrong number."""
    book = Workbook()
    sheet = book.active
    sheet.append(["返岗人员花名册"])
    sheet.append(HEADS)
    for n in range(1, PEOPLE + 1):
        number, phone, contact, guardian = id_number(n, born="19850505"), f"1990001{n:04d}", "无", ""
        if n == 7:
            phone = ""
        elif n == 20:
            contact = "有"
        elif n in (33, 34):
            number, guardian = id_number(n, born="20100101"), "白檀" if n == 33 else ""
        elif n == 50:
            number = number[:-1] + ("1" if number[-1] != "1" else "2")
        sheet.append([n, NAMES[n % len(NAMES)], number, phone, f"{1 + n // 61}车间", "操作工", contact, guardian])
    book.save(path)
    return path


def test_a_contact_signs_up_a_hundred_and_twenty_from_a_file(park, tmp_path):
    sitting = own_sitting(park, point="批量采样点", prefix="BA", people=1)
    firm = ask(
        park,
        "EnterpriseContact.objects.filter(user__username='lianluo1').first().enterprise_id",
        imports="from enterprises.models import EnterpriseContact",
    )
    path = roster(tmp_path / "返岗花名册.xlsx")
    with park.person("苗可心", username="lianluo1") as contact:
        contact.goes_to(f"/testing/roster/{firm}/?campaign={sitting.campaign}").follows("按名单文件报名")
        contact.pictures("选文件").fits()
        contact.page.set_input_files("input[type=file]", path)
        contact.presses("上传并检查")

        # then the preview says by row who comes when, and which two rows have to be mended; nothing is written
        contact.sees("还没有写入任何内容", "报名以后的安排", "未满 18 岁, 请填监护人姓名", "校验位不对")
        contact.pictures("预览").fits()
        planned = contact.page.locator("#planned tbody tr")
        assert planned.count() == PEOPLE - 2
        assert "上门采样" in planned.filter(has_text="22").first.inner_text()
        assert contact.page.locator("#refused tbody tr").count() == 2
        signed_up = f"SignUp.objects.filter(campaign={sitting.campaign}, source='contact').count()"
        assert ask(park, signed_up) == 0

        # when it is taken in
        before = contact.page.url
        contact.page.get_by_role("button", name=re.compile(r"^导入 118")).click()
        wait_for(lambda: "已导入检测报名名单" in contact.goes_to(before).text())
        contact.sees("117 人登记好", "1 人上门采样").pictures("结果").fits()
        assert ask(park, signed_up) == PEOPLE - 2
        contact.follows("看时段和采样码").sees("已登记").pictures("时段和采样码").fits()

        # a mended file again: only the two are new
        contact.goes_to(before).follows("再传一个文件")
        contact.page.set_input_files("input[type=file]", path)
        contact.presses("上传并检查").sees("没有可以导入的行").pictures("再传")
    assert ask(park, signed_up) == PEOPLE - 2

    # the group is in one sitting, no slot is oversold, and the one without a phone got no message
    sessions = ask(
        park,
        f"list(SignUp.objects.filter(campaign={sitting.campaign}, source='contact', mode='point').values_list('slot__session', flat=True).distinct().order_by())",
    )
    assert sessions == [sitting.session]
    told = ask(
        park,
        "Message.objects.filter(purpose='signup_confirmed', context_id__in=list(SignUp.objects.filter("
        f"campaign={sitting.campaign}, source='contact').values_list('pk', flat=True))).count()",
        imports="from testing.models import *; from parkportal.messaging.models import Message",
    )
    assert told == PEOPLE - 2 - 1 - 1  # all but the one without a phone and the one who is visited
    assert park.manage("invariants", check=False).returncode == 0
