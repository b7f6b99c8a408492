"""Files that lie about what they are: each is refused with a sentence, and everybody else is answered meanwhile."""

import struct
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from parkportal.tests.test_hostile_workbooks import REFUSED
from parkportal.workbooks.sheets import REFUSALS
from tests.journeys.story import wait_for

pytestmark = pytest.mark.journey

BOMBS = ("zip bomb", "zip bomb in a picture", "a part larger than it says", "a million rows")
ASKED = ("/healthz", "/", "/enterprises/")


class Others:
    """Somebody else who goes on working: three pages, again and again."""

    def __init__(self, address: str, cookies: str) -> None:
        self.address, self.cookies = address, cookies
        self.answers: Counter[int] = Counter()
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            for path in ASKED:
                with urlopen(Request(f"{self.address}{path}", headers={"Cookie": self.cookies}), timeout=60) as answer:
                    self.answers[answer.status if answer.url.endswith(path) else 302] += 1


@contextmanager
def others_at_work(park, cookies: str) -> Iterator[Others]:
    others = Others(park.address, cookies)
    thread = threading.Thread(target=others.run)
    thread.start()
    try:
        yield others
    finally:
        others.stopped.set()
        thread.join(90)


def cookies_of(person) -> str:
    return "; ".join(f"{one['name']}={one['value']}" for one in person.context.cookies())


def lying_picture() -> bytes:
    """A PNG of a hundred bytes that says that it is 30,000 by 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_is_a_bomb_is_refused_and_the_others_are_answered(park, tmp_path, name):
    make, code = REFUSED[name]
    path = tmp_path / "企业名录.xlsx"
    path.write_bytes(make())
    words = REFUSALS[code].partition(",")[0]
    with park.person("贺立行", username="guanwei1") as staff, park.person("祁月", username="guanwei2") as other:
        with others_at_work(park, cookies_of(other)) as others:
            wait_for(lambda: others.answers[200] > 0)
            staff.goes_to("/records/intake/register/")
            staff.page.set_input_files("input[type=file]", path)
            staff.page.locator("form[enctype] button").click()
            wait_for(lambda: words in staff.text())
            seen = sum(others.answers.values())
            wait_for(lambda: sum(others.answers.values()) > seen + len(ASKED))
        staff.sees("整份退回").pictures(name).fits()
    assert set(others.answers) == {200}


@pytest.mark.parametrize(
    ("name", "words"),
    [("a PDF", "这里只收"), ("a picture named .xlsx", "这里只收"), ("too large", "文件太大"), ("empty", "文件是空的")],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_beside_its_field(park, tmp_path, name, words):
    path = tmp_path / "企业名录.xlsx"
    path.write_bytes(REFUSED[name][0]())
    with park.person("贺立行", username="guanwei1") as staff, park.person("祁月", username="guanwei2") as other:
        with others_at_work(park, cookies_of(other)) as others:
            wait_for(lambda: others.answers[200] > 0)
            staff.goes_to("/records/intake/register/")
            staff.page.set_input_files("input[type=file]", path)
            staff.goes_by(staff.page.locator("form[enctype] button"))
            assert words in staff.page.inner_text("#id_file_error")
            assert staff.page.locator("[data-error-summary] a[href='#id_file']").count() == 1
            seen = sum(others.answers.values())
            wait_for(lambda: sum(others.answers.values()) > seen + len(ASKED))
        staff.pictures(name).fits()
    assert set(others.answers) == {200}


def test_a_picture_that_lies_about_its_size_is_refused_beside_its_field(park, tmp_path):
    path = tmp_path / "照片.png"
    path.write_bytes(lying_picture())
    with park.person("贺立行", username="guanwei1") as staff, park.person("祁月", username="guanwei2") as other:
        staff.goes_to("/enterprises/outlets/")
        staff.page.locator("main table a").first.click()
        staff.page.wait_for_load_state()
        with others_at_work(park, cookies_of(other)) as others:
            wait_for(lambda: others.answers[200] > 0)
            staff.page.set_input_files("input[type=file]", path)
            staff.page.get_by_label("合格", exact=True).check()
            staff.presses("记下检查")
            assert "图片太大" in staff.page.inner_text("#id_photo_error")
            staff.sees("图片太大").pictures("图片太大").fits()
    assert set(others.answers) == {200}
