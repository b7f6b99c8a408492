"""A lead is never without a next step, and both clocks are shown."""

from datetime import timedelta

import pytest
from django.urls import reverse

from enterprises.tests.pages import drawn
from investment.models import Contact, Lead, LeadStage, Meeting
from investment.tests.factories import make_lead
from parkportal.clock import park_now
from parkportal.idempotency import new_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(make_user):
    return make_user("investment", name="叶知秋")


def contact_form(**changes):
    later = park_now() + timedelta(days=2)
    return {
        "token": new_token(),
        "channel": "video",
        "at": (park_now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "minutes": 30,
        "participants": "Ms Hallberg",
        "summary": "看了平面图，问荷载",
        "materials": "平面图",
        "next_step": "视频看房",
        "next_at": later.strftime("%Y-%m-%dT%H:%M"),
        "meeting_minutes": 30,
        **changes,
    }


class TestContactCreate:
    def test_it_works(self, sign_in, officer, park_time):
        lead = make_lead(officer)
        answer = sign_in(officer).post(reverse("investment:contact_create", args=[lead.pk]), contact_form())
        assert answer.status_code == 302
        lead.refresh_from_db()
        assert lead.next_step == "视频看房"
        assert Meeting.objects.get().subject == "视频看房"
        page = sign_in(officer).get(reverse("investment:lead_detail", args=[lead.pk])).content.decode()
        assert "17:40" in page and "10:40" in page  # Changsha and, seven hours behind in winter, Berlin

    def test_it_asks_for_the_next_step_each_time(self, sign_in, officer):
        lead = make_lead(officer)
        answer = sign_in(officer).post(
            reverse("investment:contact_create", args=[lead.pk]), contact_form(next_step="", next_at="")
        )
        assert answer.status_code == 422
        assert "每次联系后都要写下一步做什么" in answer.content.decode()
        assert "看了平面图，问荷载" in answer.content.decode()
        assert not Contact.objects.exists()

    def test_it_takes_a_repeated_submit_once(self, sign_in, officer):
        lead = make_lead(officer)
        form = contact_form()
        browser = sign_in(officer)
        for _ in range(2):
            assert browser.post(reverse("investment:contact_create", args=[lead.pk]), form).status_code == 302
        assert Contact.objects.count() == 1

    def test_others_find_nothing(self, sign_in, make_user, officer):
        lead = make_lead(officer)
        for role in ("contact", "squad", "station", "leader", "committee"):
            answer = sign_in(make_user(role)).post(reverse("investment:contact_create", args=[lead.pk]), contact_form())
            assert answer.status_code == 404


class TestLeadMove:
    def move(self, browser, lead, to, reason=""):
        return browser.post(
            reverse("investment:lead_move", args=[lead.pk]),
            {"token": new_token(), "to": to, "reason": reason},
            follow=True,
        )

    def test_a_lead_moves_along_the_stages(self, sign_in, officer):
        lead = make_lead(officer, status=LeadStage.INTENT)
        self.move(sign_in(officer), lead, "talks")
        lead.refresh_from_db()
        assert lead.status == LeadStage.TALKS
        assert [move.to_status for move in lead.moves.all()] == ["intent", "talks"]

    @pytest.mark.parametrize(
        ("start", "facts", "to", "said"),
        [
            ("talks", {"visit_blocked": True}, "visit", "疫情暂缓考察，先约视频"),
            ("clue", {}, "signed", "不能改为“签约”"),
            ("intent", {}, "lost", "搁置或流失要写明原因"),
        ],
    )
    def test_a_closed_stage_says_why(self, sign_in, officer, start, facts, to, said):
        lead = make_lead(officer, status=start, **facts)
        answer = self.move(sign_in(officer), lead, to)
        assert said in answer.content.decode()
        lead.refresh_from_db()
        assert lead.status == start


class TestLeadEdit:
    def test_the_second_to_save_sees_both_values_and_writes_what_is_chosen(self, sign_in, officer, make_user, client):
        # given a second officer who has opened the form before the first one saved
        lead = make_lead(officer)
        path = reverse("investment:lead_edit", args=[lead.pk])
        said = {"company": "Hallberg SE", "country": "德国", "city": "柏林", "timezone": "Europe/Berlin"}
        said |= {"language": "中文", "currency": "人民币", "phone": "+49 30 1234", "investment": "500"}
        browser, other = sign_in(make_user("investment")), type(client)()
        typed = {**drawn(browser, path), **said}
        sign_in(officer, other)
        theirs = {**drawn(other, path), **said, "company": "Hallberg AG", "phone": "", "investment": "800"}
        assert other.post(path, theirs).status_code == 302

        answer = browser.post(path, typed)

        # then both values stand side by side, by whom, and nothing was written
        rows = {row.name: (row.theirs, row.mine) for row in answer.context["rows"] if not row.is_same}
        assert rows == {
            "company": ("Hallberg AG", "Hallberg SE"), "phone": ("", "+49 30 1234"), "investment": ("800", "500"),
        }  # fmt: skip
        assert "叶知秋" in answer.content.decode() and Lead.objects.get().company == "Hallberg AG"
        # and what was chosen is written, the rest stays as the first one has it
        keep = {"keep_company": "theirs", "keep_phone": "mine", "keep_investment": "theirs"}
        assert browser.post(path, {**dict(answer.context["hidden"]), **keep}).status_code == 302
        lead = Lead.objects.get()
        assert (lead.company, lead.phone, lead.investment) == ("Hallberg AG", "+49 30 1234", 800)


@pytest.mark.parametrize(
    ("status", "days", "late"),
    [("intent", 6, False), ("intent", 8, True), ("talks", 2, False), ("talks", 4, True), ("clue", 30, False)],
)
def test_a_lead_is_late_by_its_stage(officer, status, days, late):
    lead = make_lead(officer, status=status)
    Contact.objects.create(lead=lead, channel="phone", at=park_now() - timedelta(days=days), summary="通话", by=officer)
    assert Lead.objects.overdue(park_now()).filter(pk=lead.pk).exists() is late


def test_the_list_takes_the_same_statements_for_one_and_for_a_hundred(sign_in, officer, django_assert_max_num_queries):
    make_lead(officer)
    browser = sign_in(officer)
    for _ in range(2):
        with django_assert_max_num_queries(8):
            assert browser.get(reverse("investment:lead_list")).status_code == 200
        Lead.objects.bulk_create([Lead(owner=officer, company=f"公司{n}") for n in range(99)])
