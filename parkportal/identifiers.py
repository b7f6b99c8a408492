"""Identifiers that people and offices write: ID numbers, credit codes, phones, names, and the portal's own codes.

The rules and their vectors are in domain-handbook.md §8 and §3 (barcodes). Every function takes text as it was typed,
scanned or pasted, and gives the one form that the portal keeps, or raises an `IdentifierProblem` whose `code` is also
the code of an intake file and whose message is a sentence for the person who typed it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

MESSAGES = {
    "id_15_digits": "是 15 位旧身份证号码, 请填写 18 位号码",
    "id_format": "身份证号码应为 18 位: 17 位数字加 1 位数字或 X",
    "id_birthdate": "身份证号码中的出生日期不存在, 或早于 1900 年, 或晚于今天",
    "id_checksum": "校验位不对, 请核对最后一位",
    "id_precision_lost": "号码的末几位已被表格软件改成 0, 请把单元格设为文本后重新填写",
    "document_format": "证件号码与证件类型不符, 请核对",
    "code_format": "统一社会信用代码应为 18 位, 不含字母 I、O、S、V、Z",
    "code_checksum": "统一社会信用代码校验位不对, 请核对最后一位",
    "code_precision_lost": "代码的末几位已被表格软件改掉, 请把单元格设为文本后重新填写",
    "bad_phone": "不是 11 位手机号码",
    "bad_name": "姓名只能有汉字、字母和中间的 ·, 一格一人, 不超过 50 个字",
    "barcode_format": "条码应为 6 至 20 位字母和数字",
    "barcode_checksum": "条码校验位不对, 请重新扫描或核对",
}


class IdentifierProblem(ValueError):
    """What was written is no such identifier. `code` names why, `str()` says it in Chinese."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(MESSAGES[code])


# --- text as it is written -------------------------------------------------------------------------------------------

ZERO_WIDTH = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_ZERO_WIDTH = re.compile(f"[{ZERO_WIDTH}]")
_DASHES = re.compile("[‐‑‒–—―−﹘﹣－─]")
_HAN = (
    r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ebef"
    r"\U0002ebf0-\U0002ee5f\U0002f800-\U0002fa1f\U00030000-\U000323af"
)
HAN = re.compile(f"[{_HAN}]")
_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}·])\s+|\s+(?=[{_HAN}·])")


def without_zero_width(text: str) -> str:
    """The text without characters that nobody sees."""
    return text if text.isascii() else _ZERO_WIDTH.sub("", text)


def plain_dashes(text: str) -> str:
    """Every dash and minus as -."""
    return text if text.isascii() else _DASHES.sub("-", text)


def one_blank(text: str) -> str:
    """U+3000, NBSP, tabs and line breaks become one blank, zero-width characters go, ends are trimmed."""
    return " ".join(without_zero_width(text).split())


def dense(text: str) -> str:
    """NFKC, every blank and zero-width character removed."""
    if text.isascii():
        return "".join(text.split())
    joined = "".join(without_zero_width(unicodedata.normalize("NFKC", text)).split())
    return unicodedata.normalize("NFKC", joined)  # without the blank a mark may join the letter before it


def compact(text: str) -> str:
    """NFKC, upper case, every blank and the `'` that spreadsheets put before text removed."""
    return unicodedata.normalize("NFKC", dense(text).replace("'", "").upper())


# --- ID numbers (GB 11643) and other documents -----------------------------------------------------------------------

ID_CARD = "身份证"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OTHER_DOCUMENTS = {
    "护照": re.compile(r"[A-Z0-9]{5,17}"),
    "港澳居民来往内地通行证": re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
    "台湾居民来往大陆通行证": re.compile(r"[0-9]{8}([0-9]{2})?"),
    "港澳台居民居住证": re.compile(r"8[123]0000[0-9]{11}[0-9X]"),
    "外国人永久居留身份证": re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
}
DOCUMENT_TYPES = (ID_CARD, *_OTHER_DOCUMENTS)


def id_check_character(first17: str) -> str:
    """The check character of 17 digits: weights, sum modulo 11 (MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def id_birthday(number: str) -> date | None:
    """The day of birth inside an 18-character number; None when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def id_sex(number: str) -> str:
    """男 for an odd sequence digit, 女 for an even one."""
    return "男" if int(number[16]) % 2 else "女"


def normal_id_number(text: str, *, today: date) -> str:
    """The 18 characters of an ID card. The area is not checked. Raises IdentifierProblem, first fault first."""
    number = compact(text)
    if re.fullmatch(r"[0-9]{15}", number):
        raise IdentifierProblem("id_15_digits")
    if not _ID_SHAPE.fullmatch(number):
        raise IdentifierProblem("id_format")
    born = id_birthday(number)
    if born is None or born.year < 1900 or born > today:
        raise IdentifierProblem("id_birthdate")
    if id_check_character(number[:17]) != number[17]:
        raise IdentifierProblem("id_checksum")
    return number


def normal_document(kind: str, text: str, *, today: date) -> str:
    """The number of a document of one of DOCUMENT_TYPES. Raises IdentifierProblem."""
    if kind == ID_CARD:
        return normal_id_number(text, today=today)
    number = compact(text)
    if not _OTHER_DOCUMENTS[kind].fullmatch(number):
        raise IdentifierProblem("document_format")
    if kind != "护照" and _ID_SHAPE.fullmatch(number):
        try:
            return normal_id_number(number, today=today)
        except IdentifierProblem:
            raise IdentifierProblem("document_format") from None
    return number


# --- unified social credit codes (GB 32100) --------------------------------------------------------------------------

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_SHAPE = re.compile(rf"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}")
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CREDIT_VALUE = {symbol: value for value, symbol in enumerate(CREDIT_ALPHABET)}


def credit_check_character(first17: str) -> str:
    """The check symbol of 17 symbols; a remainder of 0 gives '0'."""
    total = sum(_CREDIT_VALUE[symbol] * weight for symbol, weight in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def normal_credit_code(text: str) -> str:
    """The 18 symbols of a credit code. No letter is guessed. Raises IdentifierProblem."""
    code = dense(text).upper()
    if not _CREDIT_SHAPE.fullmatch(code):
        raise IdentifierProblem("code_format")
    if credit_check_character(code[:17]) != code[17]:
        raise IdentifierProblem("code_checksum")
    return code


# --- phones and names ------------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_DOTS = dict.fromkeys(map(ord, "•．‧・"), "·")
_NAME_MARKS = frozenset(" -'.")


def normal_phone(text: str) -> str:
    """The 11 digits of a mobile phone of the mainland. Raises IdentifierProblem."""
    digits = compact(plain_dashes(text)).replace("-", "")
    digits = re.sub(r"^(\+86|0086)", "", digits)
    digits = re.sub(r"\.0+$", "", digits)
    if not _MOBILE.fullmatch(digits):
        raise IdentifierProblem("bad_phone")
    return digits


def _is_name_letter(character: str) -> bool:
    return bool(HAN.match(character)) or (character.isalpha() and unicodedata.name(character, "").startswith("LATIN "))


def normal_name(text: str) -> str:
    """A person's name: Chinese characters of all planes, Latin letters, an inner ·. Raises IdentifierProblem.

    Blanks beside Chinese characters go, so 张 三 is 张三. A Latin name may also hold blank, - ' and full stop.
    """
    name = one_blank(unicodedata.normalize("NFKC", text.translate(_DOTS)).translate(_DOTS))
    name = _BESIDE_HAN.sub("", name)
    marks = frozenset("·") if HAN.search(name) else _NAME_MARKS | {"·"}
    letters = sum(map(_is_name_letter, name))
    allowed = all(_is_name_letter(character) or character in marks for character in name)
    if not letters or not allowed or len(name) > 50 or "··" in name or name != name.strip("·"):
        raise IdentifierProblem("bad_name")
    return name


# --- the portal's own codes (handbook §3) ----------------------------------------------------------------------------

CODE_PREFIXES = {"RY": "人员码", "YL": "样本管条码", "YX": "样本箱号", "PS": "配送单号", "GH": "工作证号"}
CODE_LENGTH = 14
_TUBE = re.compile(r"YL[0-9]{12}")
_BARCODE = re.compile(r"[A-Z0-9]{6,20}")

_CODE_PROBLEMS = {
    "prefix": "不是本平台的码",
    "length": "码的位数不对，可能漏扫了数字，请重新扫描",
    "format": "前缀之后应为 12 位数字",
    "date": "码中的日期不存在",
    "checksum": "校验位不对，请重新扫描或核对",
}


@dataclass(frozen=True)
class Code:
    """One of the portal's own codes: prefix + yymmdd + five digits + Luhn digit."""

    prefix: str
    day: date
    serial: int

    def __str__(self) -> str:
        return make_code(self.prefix, self.day, self.serial)


class CodeProblem(ValueError):
    """What was scanned is none of the portal's own codes. `kind`: prefix, length, format, date or checksum."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind, self.text = kind, text
        super().__init__(_CODE_PROBLEMS[kind])


def luhn_digit(digits: str) -> str:
    """The Luhn check digit of a row of digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def make_code(prefix: str, day: date, serial: int) -> str:
    """The code of a day's serial number, 0 to 99999. Raises ValueError for anything else."""
    if prefix not in CODE_PREFIXES or not 0 <= serial <= 99999:
        raise ValueError(f"no such code: {prefix} {serial}")
    digits = f"{day:%y%m%d}{serial:05d}"
    return f"{prefix}{digits}{luhn_digit(digits)}"


def normalise_scan(text: str) -> str:
    """What a scanner or a Chinese input method sent, as a code is kept: NFKC, upper case, ends trimmed."""
    return without_zero_width(unicodedata.normalize("NFKC", text)).strip().upper()


def parse_code(text: str) -> Code:
    """The code that was scanned or typed. Raises CodeProblem."""
    code = "".join(normalise_scan(text).split())
    if code[:2] not in CODE_PREFIXES:
        raise CodeProblem("prefix", code)
    if len(code) != CODE_LENGTH:
        raise CodeProblem("length", code)
    digits = code[2:]
    if not (digits.isascii() and digits.isdigit()):
        raise CodeProblem("format", code)
    if luhn_digit(digits[:11]) != digits[11]:
        raise CodeProblem("checksum", code)
    try:
        day = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        raise CodeProblem("date", code) from None
    return Code(code[:2], day, int(digits[6:11]))


def normal_barcode(text: str) -> str:
    """A tube's barcode, the portal's own or a lab's. Raises IdentifierProblem."""
    code = compact(text)
    if not _BARCODE.fullmatch(code):
        raise IdentifierProblem("barcode_format")
    if code.startswith("YL") and not (_TUBE.fullmatch(code) and luhn_digit(code[2:13]) == code[13]):
        raise IdentifierProblem("barcode_checksum")
    return code
