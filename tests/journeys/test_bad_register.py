"""Staff clean a bad register: a file with doubles and an unknown column, look-alikes, a merge, its undoing, two at one record."""

import re
from pathlib import Path

import pytest
from openpyxl import Workbook

from enterprises.tests.factories import credit_code
from tests.journeys.story import wait_for

pytestmark = pytest.mark.journey

HEADS = ("企业名称", "信用代码", "地址", "在册职工", "联系人", "联系电话", "复工状态", "所属小分队")
CODES = [credit_code(700_000 + n) for n in range(4)]
NAMES = ("长沙拾光渡检测有限公司", "湖南拾光度检测有限公司", "长沙听松坪文化有限公司", "长沙漏掉的有限公司")
PHONES = ["19900007701", "19900007702", "19900007702", "19900007703"]


def register_file(folder: Path, *, people: int) -> Path:
    """Four units: two sound the same, one phone stands twice, one code is wrong; the headcount has a head of its own."""
    book = Workbook()
    sheet = book.active
    sheet.append(HEADS)
    codes = [*CODES[:3], CODES[3][:-1] + ("1" if CODES[3][-1] != "1" else "2")]
    for name, code, number in zip(NAMES, codes, PHONES, strict=True):
        sheet.append([name, code, "产业园 B7栋 2 楼", people, "时雨", number, "未复工", "第二小分队"])
    path = folder / f"补报名录-{people}.xlsx"
    book.save(path)
    return path


def takes_in(staff, path):
    staff.goes_to("/records/intake/register/")
    staff.page.set_input_files("input[type=file]", path)
    staff.goes_by(staff.page.locator("form[enctype] button"))


def commits(staff):
    before = staff.page.url
    staff.page.get_by_role("button", name=re.compile(r"^导入 \d+")).click()
    wait_for(lambda: "已导入企业名录" in staff.goes_to(before).text())


def finds(staff, words):
    staff.goes_to("/enterprises/").page.fill("#filter-q", words)
    with staff.on_another_page():
        staff.page.press("#filter-q", "Enter")
    return staff


def test_staff_clean_a_bad_register(park, tmp_path):
    with park.person("贺立行", username="guanwei1") as staff:
        # A file arrives: one row is refused, a column that nobody knows is mapped by hand and remembered.
        takes_in(staff, register_file(tmp_path, people=41))
        staff.sees("还没有写入任何内容", "退回", "在册职工").pictures("预览").fits()
        staff.page.locator(".map-form select").first.select_option("职工总数")
        staff.goes_by(staff.page.locator(".map-form button"))
        staff.sees("还没有写入任何内容").pictures("对应以后")
        commits(staff)

        # The same file again finds nothing to write; with a changed column each cell is shown old and new.
        takes_in(staff, register_file(tmp_path, people=41))
        staff.sees("没有可以导入的行", "无变化").pictures("没有变化")
        takes_in(staff, register_file(tmp_path, people=43))
        staff.sees("更新", "41", "43").pictures("旧值和新值").fits()
        commits(staff)

        # The import has noticed who looks like whom.
        staff.goes_to("/enterprises/duplicates/").sees(*NAMES[:3], "名称很像", "手机相同").pictures("疑似重复").fits()
        row = staff.page.locator("tr", has_text=NAMES[2])
        staff.goes_by(row.get_by_role("button", name="不是同一家"))
        staff.sees("不再提示")

        # The other pair is one firm: what goes where, and merged.
        staff.goes_by(staff.page.locator("tr", has_text=NAMES[1]).get_by_role("link", name="看合并预览"))
        staff.sees("还没有合并", "资料用哪一边的").pictures("合并预览").fits()
        merge_page = staff.page.url
        gone = re.search(r"/enterprises/(\d+)/merge/(\d+)/", merge_page).group(2)
        staff.goes_by(staff.page.get_by_role("button", name=re.compile("^合并，保留")))
        staff.sees("并入的单位").pictures("合并以后").fits()
        kept = staff.page.url
        assert staff.goes_to(f"/enterprises/{gone}/").page.url == kept
        assert finds(staff, NAMES[1]).page.locator("td.name").count() == 0

        # A mistake: undone within the day, both stand again.
        staff.goes_to("/enterprises/duplicates/").presses("撤销合并").sees("又是两家").pictures("撤销以后")
        assert finds(staff, NAMES[1]).page.locator("td.name").count() == 1

        # The phone finds both firms that gave it, and does not stand in the address.
        assert finds(staff, PHONES[1]).page.locator("td.name").count() == 2
        assert PHONES[1] not in staff.page.url

        # Entering it once more: the register asks first.
        staff.goes_to("/enterprises/new/").fills(
            name=NAMES[0].replace("公司", "责任公司"), credit_code=credit_code(700_009)
        )
        staff.presses("登记", exact=True).sees("家很像", "就是这一家，去改资料").pictures("登记前的提示").fits()

        # Two people at one record: the second sees both values, and nothing typed is lost.
        edit = f"/enterprises/{gone}/edit/"
        with park.person("祁月", username="guanwei2") as other:
            staff.goes_to(edit)
            other.goes_to(edit).fills(headcount="50", industry="检测服务").presses("存下").sees("改好了")
            staff.fills(headcount="60", address="产业园 B8栋")
            staff.goes_by(staff.page.get_by_role("button", name="存下").first)
            staff.sees("两个人同时改了一处", "祁月", "50", "60", "产业园 B8栋").pictures("两个人改一处").fits()
            staff.page.check("input[name=keep_headcount][value=theirs]")
            staff.page.check("input[name=keep_address][value=mine]")
            staff.presses("按所选保存").sees("改好了", "50 人", "产业园 B8栋")

        # What is looked for again and again is kept under a name.
        staff.goes_to("/enterprises/?building=B7栋").presses("存为常用筛选")
        staff.page.locator("dialog").screenshot()
        staff.page.fill("dialog input[name=name]", "B7 栋")
        staff.goes_by(staff.page.locator("dialog").get_by_role("button", name="存下"))
        staff.sees("存好了").pictures("常用筛选").fits()
        staff.goes_by(staff.page.locator("td.name a").first)
        staff.sees("第 1 / ").goes_by(staff.page.get_by_role("link", name="下一家"))
        staff.sees("第 2 / ").pictures("下一家")
        # and back to the same rows
        staff.goes_by(staff.page.locator(".crumbs a", has_text="企业"))
        assert "building=" in staff.page.url, staff.page.url
