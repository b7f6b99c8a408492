"""How Chinese names are sorted and found: pinyin keys and initials, with the readings that surnames have."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Surnames that are not read as the character usually is; two characters are looked up first.
SURNAME_READINGS = {
    "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun", "澹台": "tan tai", "单于": "chan yu", "令狐": "ling hu",
    "宰父": "zai fu", "亓官": "qi guan", "单": "shan", "曾": "zeng", "区": "ou", "仇": "qiu", "查": "zha", "解": "xie",
    "任": "ren", "华": "hua", "盖": "ge", "朴": "piao", "翟": "zhai", "覃": "qin", "冼": "xian", "乐": "yue", "缪": "miao",
    "员": "yun", "召": "shao", "黑": "he", "秘": "bi", "繁": "po", "隗": "wei", "折": "she", "种": "chong", "洗": "xian",
    "柏": "bai", "卜": "bu", "那": "na", "燕": "yan", "车": "che", "瞿": "qu", "谌": "chen", "盛": "sheng", "祭": "zhai",
    "过": "guo", "纪": "ji", "曲": "qu", "褚": "chu", "牟": "mu", "郇": "xun", "逄": "pang", "哈": "ha", "晟": "cheng",
    "郝": "hao", "重": "chong", "宓": "mi", "么": "yao", "弗": "fei", "佴": "nai", "撒": "sa", "尹": "yin", "能": "nai",
}  # fmt: skip


@lru_cache(maxsize=8192)
def _syllables(text: str) -> str:
    return " ".join(part.strip().lower() for part in lazy_pinyin(text, style=Style.NORMAL) if part.strip())


def _surname(name: str) -> tuple[str, int]:
    """The reading of the surname where it has one of its own, and how many characters it takes."""
    for length in (2, 1):
        reading = SURNAME_READINGS.get(name[:length])
        if reading and len(name) > length:
            return reading, length
    return "", 0


def person_key(name: str) -> str:
    """单小明 → `shan xiao ming`: what a list of persons is sorted by."""
    reading, taken = _surname(name)
    return " ".join(filter(None, (reading, _syllables(name[taken:]))))[:100]


def unit_key(name: str) -> str:
    """长沙鹿回坪 → `chang sha lu hui ping`: what a list of enterprises is sorted by."""
    return _syllables(name)[:200]


def initials(name: str) -> str:
    """长沙鹿回坪 → `cslhp`."""
    return "".join(part[0] for part in unit_key(name).split())


_PLACES = re.compile(r"^(?:中国|湖南省?|长沙市?|岳麓区?)+")
_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
_LEGAL_FORMS = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|分公司|公司|集团|合伙企业|工作室|厂|项目部|工地)+$")


def name_core(name: str) -> str:
    """What tells one name from another, as it sounds: 湖南青禾检测有限公司 and 长沙青和检测（集团）公司 → `qinghejiance`.

    Place in front, legal form behind and brackets fall away; a name that is nothing else stays whole.
    """
    bare = _BRACKETS.sub("", "".join(name.split()))
    core = _LEGAL_FORMS.sub("", _PLACES.sub("", bare)) or bare
    return unit_key(core).replace(" ", "")[:200]


def search_text(*, name: str, short_name: str = "", code: str = "") -> str:
    """What a search looks into: name, short name, the initials of both, the credit code; small, without blanks."""
    parts = [name, short_name, initials(name), initials(short_name) if short_name else "", code]
    return " ".join("".join(part.lower().split()) for part in parts if part)
