"""What templates write: figures, rates, codes, states and bars, in one way everywhere."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template

from parkportal.clock import SHANGHAI
from parkportal.templatetags import portal


def render(source: str, **context) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "—"), ("", "—"), (0, "0"), (100000, "100,000"), ("3.60", "3.6"), (3391.77, "3,391.77"), ("无", "无")],
)
def test_numbers_have_commas_and_nothing_is_a_dash(value, written):
    assert portal.thousands(value) == written


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(59, 61, "96.7"), (14, 15, "93.3"), (12, 12, "100"), (0, 5, "0.0"), (3, 0, "—"), (3, None, "—"), (None, 3, "—")],
)
def test_a_rate_has_one_decimal_and_needs_a_denominator(part, whole, written):
    assert portal.rate_of(part, whole) == written


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("YL200218008635", "YL 200218 008635"),
        ("9A439900MA4YC7P307", "9A439900MA4YC7P307"),
        (None, "—"),
    ],
)
def test_own_codes_are_grouped(code, written):
    assert portal.grouped_code(code) == written


def test_days_and_times_are_park_time():
    late = datetime(2020, 2, 18, 16, 30, tzinfo=UTC)
    assert [
        portal.day(late),
        portal.hour(late),
        portal.day_time(late),
        portal.spoken_day(late),
        portal.weekday(late),
    ] == [
        "2020-02-19",
        "00:30",
        "2020-02-19 00:30",
        "2月19日",
        "周三",
    ]
    assert [portal.day(date(2020, 2, 18)), portal.day(None), portal.hour(None)] == ["2020-02-18", "—", "—"]


@pytest.mark.parametrize("name", sorted(portal.SHAPES))
def test_each_state_is_a_shape_with_its_word(name):
    html = render("{% state name word %}", name=name, word="<已复工>")
    assert f"shape-{name}" in html
    assert "&lt;已复工&gt;" in html
    assert 'aria-hidden="true"' in html


def test_a_figure_links_to_its_rows_and_shows_its_denominator():
    html = render('{% figure 59 "家" 61 url="/rows/" size="m" %}')
    assert 'href="/rows/"' in html
    assert "<b>59</b>" in html
    assert "/ 61" in html
    assert '<span class="unit">家</span>' in html


def test_a_bar_is_an_attribute_and_needs_a_denominator():
    assert 'width="93.3"' in render("{% bar 14 15 %}")
    assert 'width="100' in render("{% bar 16 15 %}")
    assert render("{% bar 3 denominator %}", denominator=None) == ""
    assert "style=" not in render("{% bar 14 15 %}{% column 3 10 %}")


def test_a_page_link_keeps_the_filters(rf):
    html = render('{% with_query page=2 kind="" %}', request=rf.get("/", {"kind": "a", "q": "砚池泊", "page": "1"}))
    assert "page=2" in html
    assert "q=%E7%A0%9A" in html
    assert "kind" not in html


def test_many_pages_are_elided():
    assert portal.page_numbers(Paginator(range(500), 10).page(20))[:3] == [1, "…", 18]


def test_a_floor_is_shared_out_in_24ths():
    assert [portal.share(1420, 2875), portal.share(2875, 2875), portal.share(1, 2875), portal.share(5, 0)] == [
        "grow-12",
        "grow-24",
        "grow-1",
        "grow-1",
    ]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 分钟"), (59, "59 分钟"), (60, "1 小时"), (1439, "23 小时"), (1440, "1 天"), (-5, "0 分钟")],
)
def test_lateness_is_said_in_its_largest_unit(minutes, words):
    due = datetime(2020, 2, 18, 12, tzinfo=SHANGHAI)
    assert portal.how_late(due, due + timedelta(minutes=minutes)) == words
    assert portal.how_late(None, due) == portal.NOTHING
