"""A figure is its rows: the same on screen and in the list; frozen days are read, never computed again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import Http404
from django.test import RequestFactory

from parkportal.clock import end_of, park_now, park_today
from parkportal.records import figures
from parkportal.records.figures import Figure
from parkportal.records.listing import figure_rows
from parkportal.records.models import AuditEntry, FigureSnapshot, Term

YESTERDAY = date(2020, 2, 17)


@pytest.fixture
def words(db, park_time, monkeypatch):
    """A park with two figures: how many words its dictionary has, and how many of them are in use."""
    monkeypatch.setattr(figures, "_registry", {})
    all_words = Figure("words", "词", "个", lambda as_of: Term.objects.filter(kind="scratch"), "dashboard:home")
    in_use = Figure(
        "words_in_use",
        "在用的词",
        "个",
        lambda as_of: Term.objects.of("scratch"),
        "dashboard:home",
        definition="在用的词 / 全部的词",
        whole=lambda as_of: Term.objects.filter(kind="scratch").count() or None,
        extra_query={"kind": "scratch"},
    )
    figures.register([all_words, in_use])
    for n in range(15):
        Term.objects.create(kind="scratch", code=str(n), label=f"词{n}", is_active=n < 14)


def test_a_figure_counts_its_rows_and_shows_its_rate(words):
    value = figures.get("words_in_use").value(park_now())
    assert (value.numerator, value.denominator, value.rate_text) == (14, 15, "93.3%")


def test_without_a_denominator_there_is_no_rate(words):
    value = figures.get("words").value(park_now())
    assert value.numerator == 15 and value.denominator is None
    assert value.rate is None and value.rate_text == "—"


def test_the_link_names_the_figure_and_its_instant(words):
    as_of = end_of(YESTERDAY)
    href = figures.get("words_in_use").href(as_of)
    assert href == "/?figure=words_in_use&as_of=2020-02-18T00%3A00%3A00%2B08%3A00&kind=scratch"


def test_registering_a_code_again_replaces_it(words):
    figures.register([Figure("words", "新", "个", lambda as_of: Term.objects.none(), "dashboard:home")])
    assert figures.get("words").label == "新" and len(figures.all_figures()) == 2


class TestFrozen:
    def test_a_frozen_day_is_read_and_never_computed_again(self, words):
        assert figures.freeze(YESTERDAY) == 2
        Term.objects.filter(kind="scratch").delete()
        value = figures.of_day(YESTERDAY)["words_in_use"]
        assert (value.numerator, value.denominator, value.is_frozen) == (14, 15, True)
        assert value.as_of == end_of(YESTERDAY)

    def test_freezing_again_overwrites_nothing(self, words):
        figures.freeze(YESTERDAY)
        Term.objects.filter(kind="scratch").delete()
        assert figures.freeze(YESTERDAY) == 0
        assert figures.of_day(YESTERDAY)["words"].numerator == 15

    def test_a_figure_declared_later_is_frozen_beside_the_others(self, words):
        figures.freeze(YESTERDAY)
        figures.register([Figure("new", "新", "个", lambda as_of: Term.objects.none(), "dashboard:home")])
        assert figures.freeze(YESTERDAY) == 1

    def test_the_running_day_is_computed(self, words):
        assert figures.of_day(park_today())["words"].is_frozen is False
        assert figures.of_day(park_today())["words"].as_of <= park_now()


class TestLive:
    def test_dashboards_read_the_live_rows_until_the_next_refresh(self, words, django_assert_num_queries):
        figures.refresh()
        Term.objects.filter(kind="scratch").delete()
        with django_assert_num_queries(1):
            assert figures.latest()["words"].numerator == 15
        figures.refresh()
        assert figures.latest()["words"].numerator == 0

    def test_without_live_rows_the_figure_is_computed(self, words):
        assert figures.latest(["words"])["words"].numerator == 15

    def test_yesterdays_live_row_is_not_todays(self, words, park_time):
        figures.refresh()
        Term.objects.filter(kind="scratch").delete()
        park_time.shift(timedelta(days=1))
        assert figures.latest()["words"].numerator == 0

    def test_a_live_row_is_replaced_and_a_frozen_one_stands_beside_it(self, words):
        for _ in range(3):
            figures.refresh()
        figures.freeze(park_today())
        assert FigureSnapshot.objects.filter(code="words", day=park_today()).count() == 2


class TestRowsBehind:
    def ask(self, **query):
        return RequestFactory().get("/", query)

    def test_the_list_shows_exactly_the_rows_counted(self, words):
        Term.objects.create(kind="other", code="x", label="别的")
        value = figures.get("words_in_use").value(park_now())
        request = self.ask(figure="words_in_use", as_of=value.as_of.isoformat())
        rows, (figure, as_of) = figure_rows(request, Term.objects.all())
        assert rows.count() == value.numerator and figure.code == "words_in_use" and as_of == value.as_of

    def test_it_narrows_what_the_person_may_see_and_never_widens_it(self, words):
        mine = Term.objects.filter(code="3")
        rows, _ = figure_rows(self.ask(figure="words", as_of=park_now().isoformat()), mine)
        assert [term.code for term in rows] == ["3"]

    def test_without_a_figure_the_list_is_itself(self, words):
        rows, none = figure_rows(self.ask(), Term.objects.all())
        assert rows.count() == Term.objects.count() and none is None

    @pytest.mark.parametrize(
        ("figure", "as_of"),
        [
            ("unknown", "2020-02-18T00:00:00+08:00"),
            ("words", ""),
            ("words", "yesterday"),
            ("words", "2020-02-18T00:00:00"),
        ],
    )
    def test_an_unknown_figure_or_instant_does_not_exist(self, words, figure, as_of):
        with pytest.raises(Http404):
            figure_rows(self.ask(figure=figure, as_of=as_of), Term.objects.all())

    def test_another_lists_figure_does_not_exist_here(self, words):
        request = self.ask(figure="words", as_of=park_now().isoformat())
        with pytest.raises(Http404):
            figure_rows(request, AuditEntry.objects.all())


def test_json_holds_plain_numbers(words):
    figure = figures.get("words_in_use")
    body = figure.shown(Decimal("14.000"), Decimal("15.000"), park_now()).as_json()
    assert (body["numerator"], body["denominator"], body["rate"]) == (14, 15, "93.3")
    assert figure.shown(Decimal("3.600"), None, park_now()).as_json()["numerator"] == 3.6
