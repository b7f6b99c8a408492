"""What several journeys do with tubes: swab at the desk, pack, hand over, receive, read, verify."""

from tests.journeys.browser import Person
from tests.journeys.own_sitting import Sitting, settled
from tests.journeys.story import desk_says, opens_a_box, scan, signs_for, wait_for


def swabs(desk: Person, sitting: Sitting, number: int, tube: int) -> None:
    """One person by scanner: code, temperature, tube; whatever the desk then says."""
    scan(desk, sitting.codes[number])
    scan(desk, "36.5")
    scan(desk, sitting.tube(tube))
    settled(desk.page)


def packs(desk: Person, sitting: Sitting, tubes: list[int], *, seal: str, courier: str = "邱实") -> str:
    """A new box with these tubes, sealed and handed to the courier; its code."""
    box = opens_a_box(desk, sitting.desk)
    for count, tube in enumerate(tubes, 1):
        scan(desk, sitting.tube(tube))
        wait_for(lambda count=count: desk.page.locator("#packed").inner_text().strip() == str(count), every=0.1)
    desk.goes_to(f"/testing/boxes/{box}/").fills(seal=seal).presses("封箱").sees("交给运送人")
    desk.goes_to(f"/testing/boxes/{box}/hand/").fills(courier=courier, plate="湘A·S2018", temperature="4.2")
    desk.goes_by(desk.page.locator("main form button.btn-primary").first)
    return box


def receives_all(lab: Person, box: str, count: int) -> None:
    """Counted instead of scanned: everything is there, signed for."""
    lab.goes_to("/testing/lab/").fills(code=box).presses("收箱").fills(counted=str(count)).presses("都完好")
    lab.sees("数量相符")
    signs_for(lab)


def reads(lab: Person, box: str, keys: str) -> None:
    """Results of a box by keyboard in plate order: 1 阴性, 2 可疑, 3 阳性, 4 无效; Enter goes on. Then to the second person."""
    lab.goes_to(f"/testing/lab/boxes/{box}/bench/").sees("A1 格")
    for key in keys:
        lab.page.keyboard.press(key)
        if key in "23":  # what is not negative is asked for its two Ct values
            for ct in ("31.2", "33.5"):
                lab.page.keyboard.type(ct)
                lab.page.keyboard.press("Enter")
        else:
            lab.page.keyboard.press("Enter")
    lab.pictures("录结果").fits().presses("录好的交审核").sees(f"{len(keys)} 管交审核")


__all__ = ["desk_says", "opens_a_box", "packs", "reads", "receives_all", "scan", "signs_for", "swabs", "wait_for"]
