"""The print font: text is measured, broken by the rules of Chinese type, and made to fit without losing a name."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkportal.printing.fonts import (
    FOLDER,
    balanced,
    fit_line,
    fit_lines,
    printable,
    text_width,
    wrap,
)
from parkportal.printing.tests.reading import HOSTILE

CLOSING = "、。，．：；！？）】》」』”’…%℃"
OPENING = "（【《「『“‘"
WORDS = st.text("企业复工疫情防控，。、（）《》“”：；？！ aZ09-.%℃𬱖䶮·", max_size=80)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.integers(30, 200))
def test_lines_fit_lose_nothing_and_keep_punctuation_in_its_place(text, width):
    lines = wrap(text, width, 10)

    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", printable(text))
    for line in lines:
        assert text_width(line, 10) <= width + 0.1


def test_closing_punctuation_never_starts_a_line_and_opening_never_ends_one():
    text = "重点部位每天至少两次，记时间、药剂（含浓度）和“责任人”；发现异常，立即上报。" * 3
    for width in range(40, 260, 7):
        lines = wrap(text, width, 10)
        assert not any(line[0] in CLOSING for line in lines)
        assert not any(line[-1] in OPENING for line in lines)


def test_words_and_numbers_stay_whole():
    lines = wrap("请拨打 0731-5550 找 Hohenlohe 女士，日期 2020-02-18", 60, 10)

    for word in ("0731-5550", "Hohenlohe", "2020-02-18"):
        assert any(word in line for line in lines)


def test_a_double_name_breaks_behind_its_hyphen():
    assert wrap("Maximilian-Alexander", 60, 10)[0] == "Maximilian-"


def test_posters_break_behind_phrases():
    assert wrap("企业第一责任人，统筹方案、物资和应急处置", 150, 10, phrases=True) == [
        "企业第一责任人，统筹方案、",
        "物资和应急处置",
    ]


def test_a_paragraph_keeps_its_indent_and_its_line_feeds():
    assert wrap("　　本企业承诺\n如有违反", 300, 10) == ["　　本企业承诺", "如有违反"]


@pytest.mark.parametrize("name", ["王", "陆青禾", "上官若水", "买买提·吐尔逊阿不都热合曼", "䶮𬱖", "Ann-Marie O'Hara"])
def test_names_are_shrunk_before_they_are_cut(name):
    fitted = fit_lines(name, 27, 8.4, smallest=3.8, max_lines=3, bold=True)

    assert not fitted.is_cut
    assert "".join(fitted.lines).replace(" ", "") == name.replace(" ", "")
    assert all(text_width(line, fitted.size, bold=True) <= 27.1 for line in fitted.lines)


def test_what_is_too_long_ends_in_an_ellipsis_and_says_so():
    assert fit_line("长" * 100, 50, 10, smallest=8).is_cut
    fitted = fit_lines("长" * 100, 50, 10, smallest=8, max_lines=2)
    assert fitted.is_cut
    assert fitted.lines[-1].endswith("…")
    assert len(fitted.lines) == 2


def test_two_lines_of_a_name_are_even():
    fitted = fit_lines("上官若水", 27, 8.4, smallest=6, max_lines=2, bold=True)

    assert balanced("上官若水", fitted, 27, bold=True).lines == ("上官", "若水")


def test_characters_beyond_the_basic_plane_are_drawn_and_missing_ones_are_seen():
    assert printable("䶮𬱖三") == "䶮𬱖三"
    assert printable("𡋾三") == "〓三"


# Those of 通用规范汉字表 (2013, 8,105 characters) that lie outside the two blocks that are whole.
RARE = (
    "鿍鿎鿏𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸"
    "𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇"
    "𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮"
    "𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)


def test_every_character_that_a_registered_name_may_have_is_drawn():
    assert len(RARE) == 199
    for first, last in ((0x4E00, 0x9FA5), (0x3400, 0x4DB5)):
        whole = "".join(map(chr, range(first, last + 1)))
        assert printable(whole) == whole
    assert printable(RARE) == RARE


def test_hostile_text_loses_only_what_cannot_be_seen():
    shown = printable(HOSTILE)

    assert shown.startswith("<script>alert(1)</script>")
    assert not set(shown) & set("\x00\u202e\u200b\ud800\r\n")


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_measured_and_fitted(text):
    fitted = fit_lines(text, 60, 10, smallest=6, max_lines=3)

    assert len(fitted.lines) <= 3


def test_the_fonts_come_with_their_licence():
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "NotoSansSC-LICENSE.txt").read_text().upper()
