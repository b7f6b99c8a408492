"""The sign-up poster and the responsibility board: their codes read, their words are all there, long names fit."""

from dataclasses import replace

import pytest

from parkportal.printing.barcodes import CannotBeCoded
from parkportal.printing.boards import TITLE, BoardRole, ResponsibilityBoard, responsibility_board_pdf
from parkportal.printing.posters import SignupPoster, signup_poster_pdf
from parkportal.printing.tests.reading import HOSTILE, codes, ink_edges, pages, text

POSTER = SignupPoster(
    park="岳麓高新区疫情防控",
    title="核酸检测登记",
    place="产业园 A1栋 采样点",
    when=("2月19日 周三　9:00–17:30", "2月20日 周四　9:00–11:30"),
    url="https://park.example/signup/fugong/",
    short_address="park.example/signup/fugong/",
    fever_phone="0731-5550 0120",
    version=3,
    issued_on="2020-02-18",
)
ROLES = (
    BoardRole("领导小组组长", "栾松年", "139****0001", "企业第一责任人，统筹方案、物资和应急处置"),
    BoardRole("日常疫情防控责任人", "韦可", "137****0088", "人员排查、测温登记、零报告、异常上报"),
    BoardRole("宣传负责人", "祁月", "158****0016", "宣传防控知识，张贴和传达通知"),
    BoardRole("消毒人员", "老广生", "136****0042", "重点部位每天至少两次，记时间、药剂和浓度"),
    BoardRole("食堂管理人员", "上官若水", "188****0029", "从业人员健康、定点分时、餐具消毒、留样"),
    BoardRole("园区督导帮扶人员", "沈知遥", "135****0070", "定期检查、指导整改、协调需求"),
)
BOARD = ResponsibilityBoard(
    "湖南砚池泊精密机械有限公司", ROLES, 3, "2020年2月18日", "https://park.example/board/Zk3v9Q/"
)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize(("size", "width_mm"), [("A4", 210), ("A3", 297)])
def test_the_poster_is_scanned_at_both_sizes(size, width_mm, dpi):
    (page,) = pages(signup_poster_pdf(POSTER, size), dpi)

    assert codes(page) == [POSTER.url]
    assert page.width == pytest.approx(width_mm / 25.4 * dpi, abs=1)


def test_the_poster_says_what_where_when_how_and_whom_to_call():
    shown = text(signup_poster_pdf(POSTER))

    for words in (POSTER.title, POSTER.place, *POSTER.when, POSTER.short_address, *POSTER.steps, "免费"):
        assert words in shown
    assert "发热请先打 0731-5550 0120" in shown
    assert "第 3 版" in shown


@pytest.mark.parametrize(
    "words", ["长沙岳麓高新区复工复产人员核酸检测第二批次登记（含重点项目工地）", HOSTILE, "", "𬱖" * 60]
)
def test_a_poster_with_any_words_still_scans_and_stays_on_its_paper(words):
    poster = replace(POSTER, title=words, place=words, short_address=words, when=(words,) * 5, steps=(words,) * 4)

    (page,) = pages(signup_poster_pdf(poster))

    assert codes(page) == [POSTER.url]
    assert min(ink_edges(page)) > 50


def test_a_poster_without_an_address_is_refused():
    with pytest.raises(CannotBeCoded):
        signup_poster_pdf(replace(POSTER, url=""))


@pytest.mark.parametrize("dpi", [203, 300])
def test_the_board_names_everybody_and_scans(dpi):
    pdf = responsibility_board_pdf(BOARD)

    assert codes(pages(pdf, dpi)[0]) == [BOARD.url]
    shown = text(pdf)
    for role in ROLES:
        assert role.duty in shown
        assert role.name in shown
        assert role.phone in shown
    for words in (
        TITLE,
        BOARD.enterprise,
        "第 3 版，旧版作废",
        BOARD.issued_on,
        BOARD.issuer,
        "发现问题，扫码告诉园区",
    ):
        assert words in shown


@pytest.mark.parametrize("count", [1, 2, 6, 9, 16])
def test_extra_roles_and_long_names_fit_on_one_page(count):
    names = ("买买提·吐尔逊阿不都热合曼·艾山江", "Maximilian-Alexander von Hohenlohe", "王", HOSTILE)
    roles = tuple(BoardRole(f"{HOSTILE}{n}", names[n % 4], "", HOSTILE) for n in range(count))

    (page,) = pages(responsibility_board_pdf(replace(BOARD, roles=roles, enterprise="超长名称" * 30)))

    assert codes(page) == [BOARD.url]
    assert min(ink_edges(page)) > 80


@pytest.mark.parametrize("count", [6, 9, 12, 16])
def test_no_words_touch_the_rules_between_the_rows_of_a_board(count):
    names = ("阿卜杜拉·买买提江·吐尔逊", "Maximilian-Alexander von Hohenlohe", "欧阳若水")
    content = "重点部位每天至少两次，记时间、药剂和浓度，从业人员健康、定点分时、餐具消毒、留样，外来车辆登记"
    roles = tuple(BoardRole("外来人员和车辆登记责任人", names[n % 3], "199****0021", content) for n in range(count))
    (page,) = pages(responsibility_board_pdf(replace(BOARD, roles=roles)), 150)
    dots = page.height / 420  # in a millimetre
    height = min(42.6, (351 - 95.5) / count)
    for row in range(1, count):
        y = (95.5 + row * height) * dots
        for edge in (y - 0.7 * dots, y + 0.7 * dots):
            band = page.crop((int(21 * dots), int(edge), int(276 * dots), int(edge) + 1))
            assert band.getextrema()[0] > 200, f"row {row} of {count}"


def test_a_void_board_is_stamped():
    assert text(responsibility_board_pdf(BOARD)).count("作废") == 1
    assert (
        pages(responsibility_board_pdf(replace(BOARD, is_void=True)), 40)[0]
        != pages(responsibility_board_pdf(BOARD), 40)[0]
    )


def test_a2_is_the_same_board_enlarged():
    (page,) = pages(responsibility_board_pdf(BOARD, "A2"), 100)

    assert page.width == pytest.approx(420 / 25.4 * 100, abs=1)
    assert codes(page) == [BOARD.url]
