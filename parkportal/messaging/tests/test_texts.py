"""Length, words and templates, by handbook §7."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from parkportal.messaging import purposes, texts
from parkportal.messaging.purposes import Kind, Purpose
from parkportal.states import Refused


@pytest.mark.parametrize(
    ("length", "count"), [(0, 1), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4), (500, 8)]
)
def test_segments_are_counted_as_the_provider_bills(length, count):
    assert texts.segments("字" * length) == count


def test_the_signature_counts_too(settings):
    settings.SMS_SIGNATURE = "岳麓高新区"  # 7 characters with its brackets

    def text_of(length):
        purpose = Purpose("length", "长度", "字" * (length - 7))
        return texts.compose(purpose, {})

    assert len(text_of(70)) == 70 and texts.segments(text_of(70)) == 1
    assert texts.segments(text_of(71)) == 2


@given(st.text(max_size=400))
def test_longer_texts_never_count_less(text):
    assert 1 <= texts.segments(text) <= texts.segments(text + "字")


@given(st.text(max_size=80))
def test_what_a_person_typed_becomes_one_harmless_line(typed):
    made = texts.plain(typed)
    assert not set("【】\n\r\t\x00") & set(made)
    assert "://" not in made
    assert made == texts.plain(made)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("王【官方】小明", "王〔官方〕小明"),
        ("王\r\n小明", "王 小明"),
        ("请看 http://evil.example/x", "请看 http：evil．example/x"),
        ("www.evil.com", "www．evil．com"),
        ("A. Smith", "A. Smith"),
        ("36.5", "36.5"),
    ],
)
def test_values_carry_no_signature_and_no_link(typed, sent):
    assert texts.plain(typed) == sent


def test_a_link_leads_into_the_portal_only(settings):
    settings.PORTAL_URL = "https://portal.park.example"
    purpose = Purpose("p", "登记页", "请打开 {link} 查看")
    assert texts.parameters(purpose, {"link": "/signup/code/abc/"}) == {
        "link": "https://portal.park.example/signup/code/abc/"
    }
    for foreign in ("https://evil.example/", "//evil.example/", "https://portal.park.example.evil.example/"):
        with pytest.raises(ValueError, match="portal"):
            texts.parameters(purpose, {"link": foreign})


def test_a_text_over_500_characters_is_refused():
    purpose = Purpose("p", "长", "{name}您好")
    with pytest.raises(Refused) as refused:
        texts.compose(purpose, {"name": "长" * 500})
    assert refused.value.code == "message_too_long"


def test_a_placeholder_is_replaced_once_and_never_evaluated():
    purpose = Purpose("p", "名", "{name}您好，{place}见")
    text = texts.compose(purpose, {"name": "{place}", "place": "{name.__class__}"})
    assert text.endswith("{place}您好，{name.__class__}见")


def test_all_placeholders_and_no_others_are_given():
    purpose = Purpose("p", "名", "{name}您好")
    with pytest.raises(ValueError, match="placeholders"):
        texts.parameters(purpose, {})
    with pytest.raises(ValueError, match="placeholders"):
        texts.parameters(purpose, {"name": "王", "extra": "x"})


@pytest.mark.parametrize(
    "purpose",
    [
        Purpose("ok_code", "括号", "【假签名】{name}"),
        Purpose("ok_code", "相邻", "{name}{place}您好"),
        Purpose("ok_code", "相邻", "{name} {place}您好"),
        Purpose("ok_code", "格式", "{name!r}您好"),
        Purpose("ok_code", "属性", "{name.password}您好"),
        Purpose("ok_code", "通知带退订", "{name}您好，拒收请回复R"),
        Purpose("ok_code", "推广无退订", "{name}您好", kind=Kind.PROMOTION),
        Purpose("Bad Code", "编号", "{name}您好"),
    ],
)
def test_a_template_that_reviewers_would_refuse_stops_the_start(purpose):
    with pytest.raises(ImproperlyConfigured):
        purposes.register([purpose])


def test_every_declared_template_passes_the_words_check():
    from parkportal.messaging.checks import message_words

    assert message_words(None) == []


def test_a_template_with_a_refused_word_is_found():
    from parkportal.messaging.checks import message_words

    purposes.register([Purpose("bad_words", "坏", "您的结果为阳性")])
    try:
        assert [found.id for found in message_words(None)] == ["messaging.E001"]
    finally:
        purposes._purposes.pop("bad_words")
