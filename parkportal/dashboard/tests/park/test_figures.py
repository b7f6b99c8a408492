"""One figure is the same on the dashboard, in the list behind it, in the narrative and in the command."""

import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command, load_command_class
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from enterprises.models import BoardMove, DailyReport, Enterprise, ResumptionMove, Visit
from enterprises.tests.factories import make_board, make_enterprise
from investment.models import Contact, Lead
from parkportal.accounts.models import User
from parkportal.clock import at, end_of, park_now, park_today
from parkportal.dashboard.actions import freeze_due_days
from parkportal.records import figures
from parkportal.records.models import FigureSnapshot
from testing.models import Specimen

PRINTED = {
    "enterprises_resumed": (139, None),
    "sites_resumed": (6, None),
    "key_project_sites": (5, None),
    "sishang_resumed": (59, 61),
    "sishang_resumed_IND": (12, 12),
    "sishang_resumed_SVC": (14, 15),
    "sishang_resumed_WRT": (11, 11),
    "persons_sampled": (863, None),
    "boards_posted": (70, None),
    "stock_masks": (100_000, None),
    "stock_alcohol": (500, None),
    "stock_disinfectant": (400, None),
    "stock_thermometers": (70, None),
}
NARRATIVE = (
    "截至2月18日17时40分，园区已复工企业139家；复工工地6个，其中省市重点项目5个。四上企业共61家，已复工59家，"
    "其中规上工业12家，复工率100%、规上服务业14家，复工率93.3%、规上批发零售业11家，复工率100%。累计核酸检测863人。"
)
CODES = sorted(figure.code for figure in figures.declared())


def shown_rows(answer):
    """The keys of all rows that a list shows, over all its pages."""
    for name in ("page_obj", "lots", "units"):
        if name in answer.context:
            rows = answer.context[name]
            rows = rows.paginator.object_list if name == "page_obj" else rows
            return [row.pk for row in rows]
    raise AssertionError("the page shows no rows")


@pytest.mark.parametrize("code", CODES)
def test_a_figures_link_opens_exactly_its_rows(enter, code):
    figure = figures.get(code)
    value = figures.latest([code])[code]
    pks = shown_rows(enter("guanwei1").get(value.href))
    rows = figure.rows(value.as_of).filter(pk__in=pks)
    assert len(pks) == len(set(pks)) == figure.rows(value.as_of).count()
    assert (figure.total(rows, value.as_of) if figure.total else len(pks)) == value.numerator


@pytest.mark.parametrize(("code", "wanted"), PRINTED.items())
def test_the_demo_park_states_the_printed_figures(clock, code, wanted):
    value = figures.latest([code])[code]
    assert (value.numerator, value.denominator) == wanted


def test_the_command_prints_what_the_pages_show(printed):
    told = json.loads(printed("figures", "--date", "2020-02-18", "--json"))
    assert told["date"] == "2020-02-18" and sorted(told["figures"]) == CODES
    for code, value in figures.latest().items():
        facts = told["figures"][code]
        assert (facts["numerator"], facts["denominator"]) == (value.numerator, value.denominator)
        assert facts["as_of"] == value.as_of.isoformat() and facts["label"] == value.label
    assert "已复工企业：139 家（截至 2020-02-18 17:40）" in printed("figures", "--date", "2020-02-18")


def test_the_narrative_states_exactly_the_printed_figures(printed):
    assert printed("narrative", "--date", "2020-02-18").strip() == NARRATIVE


def test_the_narrative_on_the_page_is_that_of_the_command_and_its_numbers_open_their_rows(enter):
    answer = enter("lingdao").get("/reports/weekly/")
    assert "".join(piece.text for piece in answer.context["pieces"]) == NARRATIVE
    linked = [piece for piece in answer.context["pieces"] if piece.href]
    assert [piece.text for piece in linked] == ["139", "6", "5", "61", "59", "12", "14", "11", "863"]


def test_the_dashboard_shows_the_figures_with_their_links(enter):
    answer = enter("lingdao").get("/dashboard/")
    page = answer.content.decode()
    for code in ("enterprises_resumed", "sishang_resumed", "persons_sampled", "stock_masks", "boards_posted"):
        value = answer.context["values"][code]
        assert value.href.replace("&", "&amp;") in page
        assert f"，截至 {localtime(value.as_of):%H:%M}；" in page
    assert [(rate.part, rate.whole) for rate in answer.context["rates"]] == [(12, 12), (14, 15), (11, 11), (22, 23)]
    assert "应复工家数未核定，不算总体复工率" in page and "今晚 24:00 定稿" in page


def test_the_squads_on_the_dashboard_add_up_to_the_park(enter):
    squads = enter("lingdao").get("/dashboard/").context["squads"]
    assert len(squads) == 10
    assert sum(row.resumed for row in squads) == 139


def test_leaders_see_the_rows_masked(enter):
    page = enter("lingdao").get(figures.latest(["persons_sampled"])["persons_sampled"].href).content.decode()
    assert not re.search(r"\b1[3-9]\d{9}\b|\b439900\d{11}[\dX]\b", page)


def tell_what_happened_yesterday(day):
    """A firm resumed, was visited and reported, a board was hung, a tube was filled, a lead was called: told today."""
    noon = day + timedelta(hours=12)
    firm = Enterprise.objects.enterprises().exclude(status="resumed").first()
    ResumptionMove.objects.create(subject=firm, to_status="resumed", effective_at=noon)
    clerk = User.objects.get(username="guanwei1")
    unseen = Enterprise.objects.enterprises().filter(visits=None).first()
    Visit.objects.create(enterprise=unseen, visited_at=noon, by=clerk, channel="phone")
    silent = Enterprise.objects.enterprises().filter(status="resumed").exclude(daily_reports__day=noon.date()).first()
    DailyReport.objects.create(enterprise=silent, day=noon.date(), on_duty=5, reported_by=clerk)
    board = make_board(Enterprise.objects.enterprises().filter(boards=None).first(), status="generated")
    BoardMove.objects.create(subject=board, to_status="posted", effective_at=noon)
    tube = Specimen.objects.filter(collected_at__isnull=True).first() or Specimen.objects.last()
    Specimen.objects.filter(pk=tube.pk).update(collected_at=noon, recorded_at=park_now())
    lead = Lead.objects.first()
    Contact.objects.create(lead=lead, channel="phone", at=noon, minutes=5, summary="谈了面积", by=lead.owner)


class TestFrozenDays:
    """Last week's figure never changes."""

    def test_a_day_that_is_over_is_read_from_its_frozen_rows(self, enter):
        answer = enter("lingdao").get("/dashboard/?date=2020-02-17")
        assert answer.context["is_frozen"] and "已定稿" in answer.content.decode()
        kept = FigureSnapshot.objects.get(code="enterprises_resumed", day="2020-02-17", is_frozen=True)
        assert answer.context["resumed"].numerator == int(kept.numerator)

    def test_what_is_told_later_changes_today_but_no_frozen_day(self, clock, printed):
        frozen = printed("figures", "--date", "2020-02-16", "--json")
        make_enterprise(status="resumed", resumed_on=at(park_today()).date().replace(day=12))
        figures.refresh()
        assert figures.latest(["enterprises_resumed"])["enterprises_resumed"].numerator == 140
        assert printed("figures", "--date", "2020-02-16", "--json") == frozen

    def test_freezing_again_changes_nothing(self, clock):
        before = list(FigureSnapshot.objects.filter(is_frozen=True).order_by("pk").values())
        make_enterprise(status="resumed", resumed_on=at(park_today()).date().replace(day=12))
        freeze_due_days()
        assert list(FigureSnapshot.objects.filter(is_frozen=True).order_by("pk").values()) == before

    def test_the_day_is_frozen_when_it_is_over(self, clock):
        live = figures.get("enterprises_resumed").value(park_now()).numerator
        clock.move_to("2020-02-19T00:05:00+08:00")
        freeze_due_days()
        kept = figures.of_day(at(park_today()).date().replace(day=18))["enterprises_resumed"]
        assert kept.is_frozen and kept.numerator == live and kept.as_of == at(park_today())

    def test_a_day_waits_for_what_was_on_its_way_at_midnight(self, clock):
        day = park_today()
        clock.move_to("2020-02-19T00:04:59+08:00")
        freeze_due_days()
        assert not FigureSnapshot.objects.of_day(day).exists()
        clock.move_to("2020-02-19T00:05:00+08:00")
        freeze_due_days()
        assert FigureSnapshot.objects.of_day(day).count() == len(CODES)

    def test_what_is_told_next_morning_is_neither_in_the_frozen_numbers_nor_in_the_lists_behind_them(
        self, enter, clock
    ):
        day = park_today()
        clock.move_to("2020-02-19T00:05:00+08:00")
        freeze_due_days()
        frozen = {code: value.numerator for code, value in figures.of_day(day).items()}
        clock.move_to("2020-02-19T08:00:00+08:00")
        tell_what_happened_yesterday(at(day))
        assert {code: figures.get(code).value(end_of(day)).numerator for code in CODES} == frozen
        browser = enter("guanwei1")
        for code in ("enterprises_resumed", "tests_collected", "meetings_week"):
            answer = browser.get(figures.of_day(day)[code].href)
            assert len(shown_rows(answer)) == frozen[code] and "定稿时" not in answer.content.decode()

    def test_a_list_says_when_it_differs_from_the_frozen_number(self, enter):
        day, browser = park_today().replace(day=17), enter("guanwei1")
        value = figures.of_day(day)["enterprises_resumed"]
        rows = figures.get("enterprises_resumed").rows(value.as_of)
        assert "定稿时" not in browser.get(value.href).content.decode()
        Enterprise.objects.filter(pk=rows.first().pk).update(exclusion="closed")
        page = browser.get(value.href).content.decode()
        assert f"2月17日定稿时“已复工企业”是 {value.numerator} 家" in page
        assert f"下面按现在的资料列出，共 {value.numerator - 1} 家" in page
        assert "定稿时" not in enter("xiaodui1").get(value.href).content.decode(), (
            "the park's numbers are not a squad's"
        )

    @pytest.mark.parametrize("day", ["2020-02-19", "not-a-day", "2020-02-30"])
    def test_a_day_to_come_or_no_day_is_no_page(self, enter, day):
        assert enter("lingdao").get(f"/dashboard/?date={day}").status_code == 404


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["figures", "--date", "2020-02-19"], "--date: 2020-02-19 has not come yet; the park's day is 2020-02-18"),
        (["narrative", "--date", "2020-02-19"], "--date: 2020-02-19 has not come yet; the park's day is 2020-02-18"),
        (["weekly", "--week", "2020-W09", "--output", "x.xlsx"], "--week: 2020-02-24 has not come yet"),
        (["weekly", "--week", "2020-W99", "--output", "x.xlsx"], "--week: "),
        (["weekly", "--output", "{folder}/nowhere/x.xlsx"], "nowhere/x.xlsx cannot be written"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_that_cannot_answer_says_so_and_prints_no_figure(clock, capsys, tmp_path, words, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command(*(word.format(folder=tmp_path) for word in words))
    assert capsys.readouterr().out == ""


@given(hours=some.integers(0, 17 * 24))
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_at_any_instant_part_and_whole_and_the_rows_agree(clock, hours):
    """The four 四上 sums, the printed kinds and the unit lists are one count, whenever one asks."""
    as_of = end_of(park_today().replace(day=1)).replace(hour=0) + hours * (end_of(park_today()) - at(park_today())) / 24
    values = {code: figures.get(code).value(as_of) for code in CODES if code.startswith("sishang_resumed")}
    whole = values.pop("sishang_resumed")
    assert sum(value.numerator for value in values.values()) == whole.numerator
    assert sum(value.denominator for value in values.values()) == whole.denominator
    for code in ("enterprises_resumed", "sites_resumed", "sishang_resumed"):
        figure = figures.get(code)
        assert (
            figure.value(as_of).numerator == Enterprise.objects.filter(pk__in=figure.rows(as_of).values("pk")).count()
        )


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("parkportal.dashboard", "demo"),
        ("parkportal.dashboard", "figures"),
        ("parkportal.dashboard", "invariants"),
        ("parkportal.dashboard", "narrative"),
        ("parkportal.dashboard", "weekly"),
        ("parkportal.messaging", "outbox"),
        ("parkportal.records", "intake"),
        ("parkportal.records", "rekey"),
    ],
)
def test_each_command_says_what_it_does_and_explains_every_option(app, name):
    bare = {action.dest for action in BaseCommand().create_parser("manage.py", name)._actions}
    parser = load_command_class(app, name).create_parser("manage.py", name)
    assert parser.description
    assert [action.dest for action in parser._actions if action.dest not in bare and not action.help] == []
