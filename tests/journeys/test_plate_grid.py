"""The bench's grid without a mouse: keys, arrows, a scanned tube, a pasted column with a word that nobody knows."""

import pytest

from tests.journeys.custody_steps import packs, receives_all, scan, swabs
from tests.journeys.own_sitting import ask, own_sitting

pytestmark = pytest.mark.journey
PASTE = """text => {
  const data = new DataTransfer();
  data.setData('text', text);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_results_are_entered_by_keyboard_scanner_and_a_pasted_column(park):
    sitting = own_sitting(park, point="板格采样点", prefix="PG", people=9)
    with park.person("易安", username="caiyang1") as desk:
        desk.goes_to(sitting.desk)
        for number in range(9):
            swabs(desk, sitting, number, tube=number + 1)
        box = packs(desk, sitting, list(range(1, 10)), seal="F0039001")

    with park.person("褚星河", username="jianyan") as lab:
        receives_all(lab, box, 9)
        page = lab.goes_to(f"/testing/lab/boxes/{box}/bench/").sees("A1 格").page
        # Enter goes down the column, the arrow right to the next one, a scan to its own cell
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        lab.sees("B1 格")
        page.keyboard.press("ArrowRight")
        lab.sees("A2 格")
        scan(lab, sitting.tube(4))
        lab.sees("D1 格")
        scan(lab, "ABC0000001")
        lab.sees("ABC0000001 不在这一箱要录的管里")

        # a column copied from the machine's table fills downwards; an unknown word is marked and chooses nothing
        page.evaluate(PASTE, "未检出\nND\n阴性（-）\n看不清\n检出\n")
        lab.sees("1 格的词认不出", "G1 格", "“看不清”不是结果").pictures("粘贴一列").fits()
        page.evaluate(PASTE, f"{sitting.tube(2)}\t灰区\n{sitting.tube(7)}\t阴性\n{sitting.tube(99)}\t阴性")
        lab.sees("1 行对不上这一箱的管", "选了 7 / 9 管")

        # an invalid tube asks why: a digit takes the reason and leads on; words of one's own are typed and entered
        scan(lab, sitting.tube(3))
        lab.sees("C1 格")
        page.keyboard.press("4")
        page.keyboard.press("2")
        lab.sees("D1 格")
        scan(lab, sitting.tube(9))
        page.keyboard.press("4")
        page.keyboard.type("管壁有裂，漏液")
        page.keyboard.press("Enter")
        lab.sees("选了 9 / 9 管").pictures("无效的写了为什么").fits()
        scan(lab, sitting.tube(9))
        page.keyboard.press("Delete")
        lab.sees("选了 8 / 9 管").presses("录好的交审核").sees("8 管交审核")
        lab.sees("已录 8 / 9 管").pictures("交了八管").fits()
    found = ask(
        park,
        f"list(Reading.objects.filter(specimen__session={sitting.session}).order_by('specimen__position').values_list('specimen__position', 'value', 'note'))",
    )
    negative, places = "negative", {place: value for place, value, _ in found}
    assert places == {
        1: negative, 2: "suspect", 3: "invalid", 4: negative, 5: negative, 6: negative, 7: negative, 8: "positive",
    }  # fmt: skip
    assert [note for _, _, note in found if note] == ["漏液"]
