"""The vectors of domain-handbook.md §8 and §3, as tables."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkportal import identifiers as ids

TODAY = date(2020, 2, 18)


@pytest.mark.parametrize(
    "number",
    [
        "430104199001010019", "43010419880229001X", "110101197812310020", "420106199207150042", "52010319900808004X",
        "439900198001010010", "439900199202290033",
    ],
)  # fmt: skip
def test_valid_id_numbers_are_kept(number):
    assert ids.normal_id_number(number, today=TODAY) == number
    assert ids.normal_id_number(f" '{number.lower()}\u3000", today=TODAY) == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("430104199001010018", "id_checksum"),
        ("430104199002300018", "id_birthdate"),
        ("430104203001010018", "id_birthdate"),
        ("43010419900101001", "id_format"),
        ("430104900101001", "id_15_digits"),
        ("4301041899010100", "id_format"),
        ("430104189901010019", "id_birthdate"),
        ("X3010419900101001X", "id_format"),
        ("", "id_format"),
    ],
)
def test_invalid_id_numbers_are_named(number, code):
    with pytest.raises(ids.IdentifierProblem) as problem:
        ids.normal_id_number(number, today=TODAY)
    assert problem.value.code == code


def test_sex_and_birthday_come_from_the_number():
    assert ids.id_sex("430104199001010019") == "男"
    assert ids.id_sex("110101197812310020") == "女"
    assert ids.id_birthday("43010419880229001X") == date(1988, 2, 29)


@pytest.mark.parametrize(
    ("kind", "number", "ok"),
    [
        ("护照", "E12345678", True), ("护照", "ea1234567", True), ("护照", "AB12", False), ("护照", "E1234-5678", False),
        ("港澳居民来往内地通行证", "H04399001", True), ("港澳居民来往内地通行证", "M0439900112", True),
        ("港澳居民来往内地通行证", "H1234567", False), ("港澳居民来往内地通行证", "A04399001", False),
        ("台湾居民来往大陆通行证", "12345678", True), ("台湾居民来往大陆通行证", "1234567890", True),
        ("台湾居民来往大陆通行证", "123456789", False),
        ("港澳台居民居住证", "810000198703040015", True), ("港澳台居民居住证", "810000198703040016", False),
        ("港澳台居民居住证", "430104199001010019", False),
        ("外国人永久居留身份证", "932682198501010017", True), ("外国人永久居留身份证", "USA123456789012", True),
        ("外国人永久居留身份证", "932682198501010018", False),
    ],
)  # fmt: skip
def test_other_documents(kind, number, ok):
    if ok:
        assert ids.normal_document(kind, number, today=TODAY) == number.upper()
    else:
        with pytest.raises(ids.IdentifierProblem, match="证件号码与证件类型不符"):
            ids.normal_document(kind, number, today=TODAY)


@pytest.mark.parametrize(
    "code",
    ["91430104MA4L1A2B9U", "91430100MA4QX7P30J", "91430000999999998E", "12430104448800110H", "91430104MA4P001030"],
)
def test_valid_credit_codes_are_kept(code):
    assert ids.normal_credit_code(code) == code
    assert ids.normal_credit_code(f" {code[:8].lower()} {code[8:].lower()}\t") == code


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("91430104MA4L1A2B9X", "code_checksum"),
        ("91430104MA4L1A2B9", "code_format"),
        ("9143010AMA4L1A2B9U", "code_format"),
        ("91430104MA4L1A2BOU", "code_format"),
        ("91430104MA4L1A2B9V", "code_format"),
        ("91350211M0000XUF46", "code_checksum"),
    ],
)
def test_invalid_credit_codes_are_named(code, why):
    with pytest.raises(ids.IdentifierProblem) as problem:
        ids.normal_credit_code(code)
    assert problem.value.code == why


def test_a_credit_code_may_begin_with_a_letter():
    body = "N2430104MA4L1A2B9"
    assert ids.normal_credit_code(body + ids.credit_check_character(body))


@pytest.mark.parametrize("phone", ["13800138000", "14700000001", "15500000002", "17300000003", "19900000004"])
def test_valid_phones_are_kept(phone):
    for written in (
        phone,
        f"+86 {phone}",
        f"0086{phone[:3]}-{phone[3:7]}-{phone[7:]}",
        f"'{phone}.0",
        f"＋８６ {phone}",
    ):
        assert ids.normal_phone(written) == phone


@pytest.mark.parametrize(
    "phone",
    ["12345678901", "1380013800", "138001380000", "1380013800A", "10086", "0731-88990000", "1.99E+10", "", "٠١٢٣٤٥٦٧٨٩١",
     "13800138000 13800138001", "13800138000/13800138001"],
)  # fmt: skip
def test_invalid_phones_are_refused(phone):
    with pytest.raises(ids.IdentifierProblem):
        ids.normal_phone(phone)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张三", "张三"), ("张 三", "张三"), ("马\u3000小龙", "马小龙"), ("王", "王"), ("䶮国庆", "䶮国庆"),
        ("𠮷永康", "𠮷永康"), ("欧阳丽萍", "欧阳丽萍"), ("\u200b冯思远\xa0", "冯思远"),
        *[(f"阿依古丽{dot}买买提", "阿依古丽·买买提") for dot in "·•．‧・･"],
        ("古丽 · 买买提", "古丽·买买提"), ("Jürgen O'Neill-Weiß", "Jürgen O'Neill-Weiß"), ("ＬＩＮ Ｍｅｉ", "LIN Mei"),
        ("John F. Smith", "John F. Smith"), ("李Anna", "李Anna"), ("字" * 50, "字" * 50),
    ],
)  # fmt: skip
def test_names_are_normalised(written, name):
    assert ids.normal_name(written) == name
    assert ids.normal_name(name) == name


@pytest.mark.parametrize(
    "written",
    ["?永康", "·阿里", "阿里·", "阿··里", "刘芳、刘洋", "王工13楼", "Tom Ford2", "", " ", "字" * 51, "---", "王-五", "\ue863国庆",
     "Иван", "张三(组长)"],
)  # fmt: skip
def test_what_is_no_name_is_refused(written):
    with pytest.raises(ids.IdentifierProblem):
        ids.normal_name(written)


@pytest.mark.parametrize("code", ["YL200218000012", "YL200218008635"])
def test_the_portals_own_codes(code):
    parsed = ids.parse_code(f" {code.lower()}\n")
    assert (parsed.prefix, parsed.day) == ("YL", date(2020, 2, 18))
    assert str(parsed) == code == ids.make_code("YL", parsed.day, parsed.serial) == ids.normal_barcode(code)


@pytest.mark.parametrize(
    ("scanned", "kind"),
    [
        ("YL200218000013", "checksum"), ("YL20021800001", "length"), ("YL2002180000120", "length"),
        ("HZ00012301", "prefix"), ("", "prefix"), ("YL2002180000AB", "format"), ("YL２００２１８００００１３", "checksum"),
        ("YL" + "20023000001" + ids.luhn_digit("20023000001"), "date"),
    ],
)  # fmt: skip
def test_a_wrong_scan_is_named(scanned, kind):
    with pytest.raises(ids.CodeProblem) as problem:
        ids.parse_code(scanned)
    assert problem.value.kind == kind


def test_a_single_wrong_digit_never_passes():
    good = ids.make_code("RY", TODAY, 863)
    for place in range(2, 14):
        for digit in "0123456789":
            wrong = good[:place] + digit + good[place + 1 :]
            if wrong != good:
                with pytest.raises(ids.CodeProblem):
                    ids.parse_code(wrong)


@pytest.mark.parametrize(
    ("written", "code"),
    [("HZ-12", "barcode_format"), ("AB12", "barcode_format"), ("A" * 21, "barcode_format"),
     ("YL200218001229", "barcode_checksum"), ("YL2002180012", "barcode_checksum")],
)  # fmt: skip
def test_barcodes_that_are_refused(written, code):
    with pytest.raises(ids.IdentifierProblem) as problem:
        ids.normal_barcode(written)
    assert problem.value.code == code


@pytest.mark.parametrize("written", ["hz00012404 ", "ＨＺ０００１２４０４", "'HZ 00012404"])
def test_barcodes_are_normalised(written):
    assert ids.normal_barcode(written) == "HZ00012404"


@given(st.text(max_size=60) | st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True))
def test_identifiers_never_fail_otherwise_and_normalising_twice_changes_nothing(text):
    for normal in (
        lambda t: ids.normal_id_number(t, today=TODAY),
        ids.normal_credit_code,
        ids.normal_phone,
        ids.normal_name,
        ids.normal_barcode,
        *(lambda t, kind=kind: ids.normal_document(kind, t, today=TODAY) for kind in ids.DOCUMENT_TYPES),
    ):
        try:
            once = normal(text)
        except ids.IdentifierProblem:
            continue
        assert normal(once) == once
    for total in (ids.one_blank, ids.dense, ids.compact, ids.normalise_scan):
        assert total(total(text)) == total(text)


@given(
    st.sampled_from(sorted(ids.CODE_PREFIXES)), st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 99999)
)
def test_every_code_reads_back(prefix, day, serial):
    assert ids.parse_code(ids.make_code(prefix, day, serial)) == ids.Code(prefix, day, serial)
