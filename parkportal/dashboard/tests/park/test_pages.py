"""Home, search, the enterprise file and the wall screen in the demo park."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils.html import escape

from enterprises.models import Employment, Enterprise, EnterpriseContact, EnterpriseDocument, Person
from enterprises.tests.factories import make_employee
from parkportal.accounts.models import User
from parkportal.clock import park_now, park_today
from parkportal.dashboard.weekly import tables
from parkportal.demo import CAST
from parkportal.messaging import outbox
from parkportal.records import figures, worklist
from parkportal.records.models import FigureSnapshot
from testing.models import SignUp, Specimen

USERNAMES = [username for username, _, _, _ in CAST]


class TestHome:
    def test_strangers_find_the_doors_of_the_public(self, clock, client):
        page = client.get("/").content.decode()
        assert "/results/" in page and "/signup/" in page and "/accounts/login/" in page

    @pytest.mark.parametrize("username", USERNAMES)
    def test_everybody_finds_what_is_left_to_do_each_line_leading_somewhere(self, enter, username):
        browser = enter(username)
        answer = browser.get("/")
        entries = [*answer.context["late"], *answer.context["due"], *answer.context["later"]]
        assert answer.context["count"] == len(answer.context["late"]) + len(answer.context["due"])
        for entry in entries:
            assert browser.get(entry.href, follow=True).status_code == 200, entry

    def test_only_leaders_and_committee_see_the_parks_figures(self, enter):
        assert enter("lingdao").get("/").context["figures"]["enterprises_resumed"].numerator == 139
        assert not enter("xiaodui1").get("/").context["figures"]

    def test_what_is_late_stands_first(self, enter):
        context = enter("guanwei1").get("/").context
        assert all(entry.due_at < context["now"] for entry in context["late"])
        assert all(entry.due_at is None or entry.due_at >= context["now"] for entry in context["due"])

    def test_a_pair_of_doubles_waits_for_the_committee_and_its_filters_are_kept(self, enter):
        entry = next(one for one in worklist.entries_for(User.objects.get(username="guanwei1")) if one.kind == "名录")
        assert entry.title == "疑似重复 1 对"
        page = enter("guanwei1").get(entry.href).content.decode()
        assert "手机相同" in page
        assert "引导开没有复工" in enter("guanwei1").get("/enterprises/").content.decode()
        assert EnterpriseDocument.objects.filter(status="checked").count() > 10

    def test_what_is_due_by_midnight_is_todays(self, enter):
        context = enter("xiaodui1").get("/").context
        assert [entry for entry in context["due"] if entry.is_whole_day], "visits planned for today"
        assert all(entry.due_day <= context["today"] for entry in context["due"] if entry.due_at)
        assert all(entry.due_day > context["today"] for entry in context["later"])

    def test_the_worklist_is_that_of_the_apps(self, enter, django_user_model):
        user = django_user_model.objects.get(username="cangguan1")
        context = enter("cangguan1").get("/").context
        assert len(context["late"]) + len(context["due"]) + len(context["later"]) == len(worklist.entries_for(user))


class TestSearch:
    @pytest.fixture
    def firm(self, clock):
        return Enterprise.objects.enterprises().filter(squad__number=1, status="resumed").order_by("pk").first()

    def found(self, browser, words):
        answer = browser.post("/search/", {"q": words}, follow=True)
        assert words not in "".join(address for address, _ in answer.redirect_chain)
        return answer

    def test_by_the_credit_code_one_hit_opens_at_once(self, enter, firm):
        answer = self.found(enter("guanwei1"), firm.credit_code)
        assert answer.redirect_chain[-1][0] == f"/enterprises/{firm.pk}/"

    def test_by_a_part_of_the_name(self, enter, firm):
        answer = self.found(enter("guanwei1"), firm.name[2:8])
        page = answer.content.decode()
        assert f"/enterprises/{firm.pk}/" in page or answer.redirect_chain[-1][0] == f"/enterprises/{firm.pk}/"

    def test_by_pinyin_initials(self, enter, firm):
        initials = next(word for word in firm.search_text.split() if word.isascii() and word.isalpha())
        page = self.found(enter("guanwei1"), initials[:6])
        assert firm.name in page.content.decode()

    def test_a_person_by_the_full_number_only(self, enter, firm):
        person = make_employee(firm, name="陆青禾")
        browser = enter("guanwei1")
        answer = self.found(browser, person.number)
        assert answer.redirect_chain[-1][0] == f"/enterprises/{firm.pk}/people/?person={person.pk}"
        page = answer.content.decode()
        assert "陆青禾" not in page and person.number not in page
        for part in (person.number[:-1], person.number[-8:], "陆青禾"):
            assert "没有找到" in self.found(browser, part).content.decode()

    @pytest.mark.parametrize("which", ["signup", "tube"])
    def test_by_a_code_scanned_or_typed(self, enter, which):
        row = SignUp.objects.first() if which == "signup" else Specimen.objects.filter(barcode__startswith="YL").first()
        code = row.code if which == "signup" else row.barcode
        path = f"/testing/{'signups' if which == 'signup' else 'specimens'}/{row.pk}/"
        assert self.found(enter("guanwei1"), code).redirect_chain[-1][0] == path
        assert self.found(enter("guanwei1"), f" {code.lower()} ").redirect_chain[-1][0] == path

    def test_nobody_finds_what_lies_outside_the_own_scope(self, enter, firm):
        own = EnterpriseContact.objects.filter(user__username="lianluo1").values("enterprise")
        other = Enterprise.objects.enterprises().exclude(pk__in=own).order_by("pk").first()
        person = make_employee(other, name="陆青禾")
        browser = enter("lianluo1")
        for words in (other.credit_code, other.name, person.number, SignUp.objects.exclude(enterprise__in=own)[0].code):
            assert "没有找到" in self.found(browser, words).content.decode()

    @pytest.mark.parametrize("words", ["", "   ", "<script>", "=1+1", "\x00", "😀", "9" * 10_000, "'; DROP TABLE"])
    def test_rubbish_finds_nothing_and_breaks_nothing(self, enter, words):
        answer = enter("guanwei1").post("/search/", {"q": words}, follow=True)
        assert answer.status_code == 200 and "<script>" not in answer.content.decode().split("<main")[1]

    def test_numbers_are_masked_where_the_page_repeats_them(self, enter):
        number = "439900199001010017"
        assert number not in self.found(enter("guanwei1"), number).content.decode()


class TestEnterpriseFile:
    def test_everything_of_one_enterprise_on_one_page(self, enter):
        firm = Enterprise.objects.get(
            pk=EnterpriseContact.objects.filter(user__username="lianluo1").first().enterprise_id
        )
        for username in ("guanwei1", "lianluo1", "lingdao"):
            answer = enter(username).get(f"/enterprises/{firm.pk}/")
            page = answer.content.decode()
            assert firm.name in page and firm.credit_code in page
            assert {"reports", "filing", "board", "tests", "deliveries"} <= answer.context[0].flatten().keys()

    def test_its_counts_are_those_of_its_rows(self, enter):
        """The counts come by one statement; here each is counted by itself."""
        own = EnterpriseContact.objects.filter(user__username="lianluo1").first().enterprise
        context = enter("guanwei1").get(f"/enterprises/{own.pk}/").context
        tubes = Specimen.objects.filter(signup__enterprise=own).collected_as_of(park_now())
        assert context["people"] == Employment.objects.current().filter(enterprise=own).count() > 0
        assert context["tests"]["tubes"] == tubes.count() > 0
        assert context["tests"]["sampled"] == tubes.values("signup__document_hash").distinct().count()
        assert context["tests"]["waiting"] == tubes.filter(released_at__isnull=True).count()
        assert context["tests"]["signed_up"] == (
            SignUp.objects.open().filter(enterprise=own).values("document_hash").distinct().count()
        )
        assert context["sishang_since"] == own.sishang_since()

    def test_messages_about_it_are_shown_to_the_committee_and_to_whom_they_went(self, enter):
        own = EnterpriseContact.objects.filter(user__username="lianluo1").first().enterprise
        other = User.objects.get(username="xiaodui3")
        said = outbox.put("staff_test", occasion="file", values={"name": "卫长庚"}, to_user=other, about_id=own.pk)
        seen = {name: enter(name).get(f"/enterprises/{own.pk}/").context["sent"] for name in ("guanwei1", "lianluo1")}
        assert said in seen["guanwei1"] and said not in seen["lianluo1"]

    def test_a_keeper_of_the_warehouse_sees_the_register_and_no_work(self, enter):
        firm = Enterprise.objects.enterprises().first()
        context = enter("cangguan1").get(f"/enterprises/{firm.pk}/").context
        assert not context["follows"] and "reports" not in context

    def test_what_is_missing_leads_to_where_it_is_mended(self, enter):
        browser = enter("guanwei1")
        firm = Enterprise.objects.enterprises().order_by("pk").first()
        for _, _, href in browser.get(f"/enterprises/{firm.pk}/").context["missing"]:
            assert not href or browser.get(href).status_code == 200

    def test_a_merged_enterprise_leads_to_the_one_that_remains(self, enter):
        kept, gone = Enterprise.objects.enterprises().order_by("pk")[:2]
        Enterprise.objects.filter(pk=gone.pk).update(merged_into=kept)
        assert enter("guanwei1").get(f"/enterprises/{gone.pk}/")["Location"] == f"/enterprises/{kept.pk}/"


class TestWallScreen:
    def test_it_shows_the_same_figures_as_the_dashboard(self, enter):
        browser = enter("lingdao")
        screen, board = browser.get("/dashboard/screen/").context, browser.get("/dashboard/").context
        assert screen["values"] == board["values"] == figures.latest()

    def test_it_refreshes_itself_with_the_board_alone(self, enter):
        part = enter("lingdao").get("/dashboard/screen/?poll=1", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part and "139" in part

    def test_it_says_when_its_figures_are_old(self, enter, clock):
        browser = enter("lingdao")
        assert browser.get("/dashboard/screen/").context["is_stale"] is False
        clock.move_to("2020-02-18T17:46:00+08:00")
        assert browser.get("/dashboard/screen/").context["is_stale"] is True

    def test_it_names_nobody(self, enter):
        page = enter("lingdao").get("/dashboard/screen/").content.decode()
        assert not [person.name for person in Person.objects.all()[:200] if person.name in page]


class TestServicesForTheLeader:
    """What the park does for its firms is a figure on the leader's pages, and each opens to its rows."""

    CODES = (
        "permit_days_saved", "permits_finished", "notices_unread", "needs_overdue", "units_greeted", "canteens_planned",
        "outlets_in_order",
    )  # fmt: skip

    def test_the_dashboard_links_each_figure_to_its_rows(self, enter):
        browser = enter("lingdao")
        answer = browser.get("/dashboard/")
        page, values = answer.content.decode(), answer.context["values"]
        for code in self.CODES:
            assert escape(values[code].href) in page, code
            rows = browser.get(values[code].href)
            assert rows.status_code == 200, code
            if code != "permit_days_saved":  # an average, not a count
                assert rows.context["page_obj"].paginator.count == values[code].numerator, code

    def test_the_average_saved_by_the_green_channel_is_one_figure_everywhere(self, enter):
        browser = enter("lingdao")
        saved = browser.get("/dashboard/").context["values"]["permit_days_saved"]
        assert saved.numerator is not None
        assert browser.get(saved.href).context["saved"].numerator == saved.numerator
        for path in ("/", "/dashboard/screen/", "/dashboard/"):
            page = browser.get(path).content.decode()
            assert "绿色通道" in page and f"<b>{saved.numerator}</b>" in page, path

    def test_the_weekly_book_names_every_one_of_them(self, enter, clock):
        values = figures.latest()
        rows = {row[0]: row for row in tables.overview(values, "").rows}
        for code in self.CODES:
            assert values[code].label in rows, code


class TestFigureByDay:
    """What a leader finds under the pointer is what was frozen."""

    def test_each_frozen_day_is_a_row_and_opens_its_rows(self, enter):
        browser = enter("lingdao")
        answer = browser.get("/dashboard/days/?figure=enterprises_resumed")
        rows = answer.context["rows"]
        frozen = FigureSnapshot.objects.filter(code="enterprises_resumed", is_frozen=True).order_by("day")
        assert [(row.day, row.value.numerator) for row in rows if row.value.is_frozen] == [
            (one.day, int(one.numerator)) for one in frozen if one.day > park_today() - timedelta(days=30)
        ]
        assert rows[-1].day == park_today() and not rows[-1].value.is_frozen and rows[-1].value.numerator == 139
        assert [row.more for row in rows[1:]] == [
            after.value.numerator - before.value.numerator for before, after in pairwise(rows)
        ]
        page = answer.content.decode()
        assert escape(rows[0].value.href) in page and 'data-table="#day-rows"' in page
        assert browser.get(rows[0].value.href).status_code == 200

    def test_every_figure_can_be_chosen_and_nothing_else(self, enter):
        browser = enter("guanwei1")
        for figure in figures.all_figures():
            assert browser.get(f"/dashboard/days/?figure={figure.code}&days=90").status_code == 200, figure.code
        for bad in ("figure=nothing", "days=31", "days=x", "date=2999-01-01"):
            assert browser.get(f"/dashboard/days/?{bad}").status_code == 404, bad

    def test_before_the_first_frozen_day_it_says_so(self, enter):
        assert "没有定稿的数" in enter("lingdao").get("/dashboard/days/?date=2019-01-01").content.decode()
