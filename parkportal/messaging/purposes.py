"""What the portal sends messages for. Apps declare purposes in their `purposes.py` and register them in AppConfig.ready().

    register([Purpose("result_notice", "结果通知", "{name}您好，您预约的采样结果已出，请登录查看：{link}", lifetime=timedelta(days=3))])

A template has fixed placeholders, nothing that a user may write. The signature is put before it (handbook §7).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db import models

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
OPT_OUT_LINE = "拒收请回复R"


class Kind(models.TextChoices):
    """The three types a provider reviews and limits by (handbook §7)."""

    CODE = "code", "验证码"
    NOTICE = "notice", "通知"
    PROMOTION = "promotion", "推广"


@dataclass(frozen=True)
class Purpose:
    """Why a message is sent, in which words, how long it makes sense.

    `{link}` takes a path of this portal ("/signup/code/…/"), the portal's address is put before it; no other
    placeholder may carry a link. `why` is the sentence staff read beside the message. `context_url` is the name of the
    page of the thing (one integer argument: the message's `context_id`). `urgent` goes out at any hour, as codes do.
    """

    code: str
    title: str
    template: str
    kind: Kind = Kind.NOTICE
    urgent: bool = False
    lifetime: timedelta = timedelta(hours=24)
    why: str = ""
    context_url: str = ""

    @property
    def any_hour(self) -> bool:
        return self.urgent or self.kind == Kind.CODE

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(PLACEHOLDER.findall(self.template))


_purposes: dict[str, Purpose] = {}


def register(purposes: Iterable[Purpose]) -> None:
    """Called in AppConfig.ready(); registering a code again replaces it. Raises ImproperlyConfigured for a bad template."""
    for purpose in purposes:
        _check(purpose)
        _purposes[purpose.code] = purpose


def get(code: str) -> Purpose:
    """The purpose of a code. Raises KeyError for one that nobody declared."""
    return _purposes[code]


def find(code: str) -> Purpose | None:
    """The purpose of a code, or None when the app that declared it is gone."""
    return _purposes.get(code)


def title_of(code: str) -> str:
    """The name staff read; a purpose that is no longer declared shows its code."""
    return _purposes[code].title if code in _purposes else code


def all_purposes() -> list[Purpose]:
    return sorted(_purposes.values(), key=lambda purpose: purpose.code)


def _check(purpose: Purpose) -> None:
    template = purpose.template
    wrong = ""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,47}", purpose.code):
        wrong = "a code is small letters, digits and _"
    elif "【" in template or "】" in template:
        wrong = "【】 belong to the signature"
    elif re.search(r"\}\s*\{", template):
        wrong = "two placeholders stand side by side"
    elif set("{}") & set(PLACEHOLDER.sub("", template)):
        wrong = "a placeholder is {small_letters}"
    elif purpose.kind == Kind.PROMOTION and not template.endswith(OPT_OUT_LINE):
        wrong = f"a promotion ends with {OPT_OUT_LINE}"
    elif purpose.kind != Kind.PROMOTION and OPT_OUT_LINE in template:
        wrong = f"only a promotion says {OPT_OUT_LINE}"
    if wrong:
        raise ImproperlyConfigured(f"message purpose {purpose.code!r}: {wrong}")


STAFF_TEST = Purpose(
    "staff_test",
    "测试短信",
    "{name}您好，这是工作台的一条测试短信，收到说明短信通道正常。",
    urgent=True,
    lifetime=timedelta(hours=1),
    why="工作人员为试短信通道发给自己的。",
)
