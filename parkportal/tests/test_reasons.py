"""A reason stands for ever, so that it says why and not who."""

import pytest

from parkportal.again import ReasonForm
from parkportal.reasons import SAYS_WHO, plain_reason, says_who
from parkportal.states import Refused


@pytest.mark.parametrize(
    "text",
    [
        "打 13800138000 没人接",
        "电话 138 0013-8000",
        "+8613800138000",
        "１３８００１３８０００",
        "证件 439900199202290033 看错",
        "43010419880229001x",
        "旧证 430104900101001",
        "陆青禾先走了",
        "陆 青 禾不采了",
        "emma o'neill left",
    ],
)
def test_a_number_or_the_persons_own_name_says_who(text):
    assert says_who(text, ["陆青禾", "Emma O'Neill"])
    with pytest.raises(Refused) as refused:
        plain_reason(text, names=["陆青禾", "Emma O'Neill"])
    assert (refused.value.code, refused.value.facts["field"]) == ("says_who", "reason")


@pytest.mark.parametrize(
    "text",
    [
        "", "扫错了人", "转到 YL200218000012：漏液", "HZ13800138000 打破", "2020-02-18 17:40 以后到", "少 12 管，等回话",
        "第 1380 号门锁着", "白", "体温 36.5 录成 38.5",
    ],
)  # fmt: skip
def test_a_reason_with_a_barcode_a_day_or_one_character_of_a_name_does_not(text):
    assert plain_reason(f" {text} ", names=["白", "陆青禾"]) == text


def test_the_small_form_refuses_it_beside_the_field():
    assert ReasonForm({"reason": "本人 13800138000 来电"}).errors == {"reason": [SAYS_WHO]}
    assert ReasonForm({"reason": "来电取消"}).is_valid()
