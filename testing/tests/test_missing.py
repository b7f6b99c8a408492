"""Who has to be tested: distinct persons, exemptions, by group and by firm, and the one-tap reminder."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from enterprises.models import Employment, Enterprise
from enterprises.tests.factories import make_contact, make_employee, make_enterprise, make_flag
from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.records import jobs
from parkportal.records.models import AuditEntry, Job, Term
from parkportal.states import Refused
from testing import actions, campaign_page, coverage
from testing.missing import by_enterprise, remind_enterprise, to_remind
from testing.models import Campaign, Exemption
from testing.stagger import people_by_floor
from testing.tests.factories import (
    make_campaign,
    make_exemption,
    make_pool,
    make_session,
    make_signup,
    make_specimen,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return make_enterprise(sishang_kind="IND", status="resumed")


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="祁月")


def swab(person, campaign=None):
    session = make_session(campaign, day=park_today())
    signup = make_signup(session.slots.first(), number=person.number, status="collected")
    return make_specimen(signup, session=session)


def numbers():
    return coverage.total(coverage.by_group(park_now()))


def test_a_person_at_two_firms_counts_once_parkwide_and_once_in_each(firm):
    person, other = make_employee(firm), make_enterprise(sishang_kind="SVC", status="resumed")
    Employment.objects.create(person=person, enterprise=other, starts_on=park_today())
    swab(person)

    assert numbers() == (1, 1)
    assert {(row.enterprise, row.due, row.done) for row in by_enterprise(park_now())} == {(firm, 1, 1), (other, 1, 1)}


def test_an_exemption_counts_from_the_moment_it_is_granted(firm, committee):
    person, contact = make_employee(firm), make_contact(firm)
    asked = actions.ask_exemption(person=person, enterprise=firm, reason="elsewhere", note="2月16日 三医院", by=contact)
    before = park_now()
    assert (asked.status, numbers()) == ("asked", (1, 0))

    actions.decide_exemption(exemption=asked, grant=True, by=committee)
    assert numbers() == (0, 0)
    assert coverage.due_persons(before).count() == 1

    actions.withdraw_exemption(exemption=asked, by=committee)
    assert numbers() == (1, 0)


def test_an_exemption_ends_on_its_day(firm, committee):
    make_exemption(
        make_employee(firm), status="granted", decided_by=committee, decided_at=park_now(), ends_on=park_today()
    )

    assert coverage.due_persons(park_now()).count() == 0
    assert coverage.due_persons(park_now() + timedelta(days=1)).count() == 1


def test_an_exemption_ends_for_who_becomes_group_a(firm, committee):
    person = make_employee(firm)
    make_exemption(person, status="granted", decided_by=committee, decided_at=park_now())
    assert person not in coverage.due_persons(park_now())

    make_flag(person, "wuhan_contact")

    assert person in coverage.due_persons(park_now())


def test_an_exemption_is_decided_once_and_asked_once(firm, committee):
    person = make_employee(firm)
    asked = make_exemption(person, enterprise=firm)
    actions.decide_exemption(exemption=asked, grant=True, by=committee)

    with pytest.raises(Refused) as twice:
        actions.decide_exemption(exemption=asked, grant=False, by=committee)
    with pytest.raises(Refused) as again:
        actions.ask_exemption(person=person, enterprise=firm, reason="away", by=committee)

    assert (twice.value.code, again.value.code) == ("decided", "exempted")


def test_a_notice_can_change_whether_a_group_is_asked(firm):
    make_employee(firm)
    Term.objects.update_or_create(
        kind="test_group", code="B4", defaults={"label": "四上企业复工人员", "settings": {"duty": "may"}}
    )

    assert numbers() == (0, 0)


def test_a_campaign_asks_only_its_groups(firm):
    make_employee(firm)

    assert coverage.due_persons(park_now(), campaign=make_campaign(groups=["B5"])).count() == 0
    assert coverage.due_persons(park_now(), campaign=make_campaign(groups=["B4"])).count() == 1


def test_the_reminder_goes_to_who_is_missing_and_has_no_place_once_a_day(firm, committee):
    # given one was swabbed, one has a place, one has nothing
    session, contact = make_session(), make_contact(firm)
    swab(make_employee(firm), session.campaign)
    make_signup(session.slots.first(), number=make_employee(firm).number)
    left = make_employee(firm)

    for _ in range(2):
        told = remind_enterprise(campaign=session.campaign, enterprise=firm, by=committee)

    assert told == (1, 1)
    assert Message.objects.get(purpose="missing_reminder").address == left.phone
    assert Message.objects.get(purpose="missing_contact").recipient == contact


def test_one_tap_reminds_the_whole_park_and_counts_who_has_no_phone(client, sign_in, firm, committee):
    session, contact = make_session(), make_contact(firm)
    reached, phoneless = make_employee(firm), make_employee(firm)
    phoneless.set_phone("")
    phoneless.save()
    sign_in(committee)
    url = reverse("testing:missing_remind", args=[session.campaign_id])

    for _ in range(2):  # pressed twice: one job
        assert client.post(url).status_code == 302
    job = Job.objects.get(kind="missing_reminder")
    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.message) == ("done", "1 人，1 位联络员；1 人没有手机，请联络员转告")
    assert Message.objects.get(purpose="missing_reminder").address == reached.phone
    assert "2人" in Message.objects.get(purpose="missing_contact", recipient=contact).text
    assert AuditEntry.objects.filter(action="missing.reminded").count() == 1


@pytest.mark.parametrize("mixed", [False, True])
def test_a_swab_of_the_first_campaign_is_none_of_the_second(firm, mixed):
    # given a person was swabbed, alone or in a mixed tube, in the first of two campaigns
    person, first, second = make_employee(firm), make_campaign(), make_campaign()
    if mixed:
        session = make_session(first, day=park_today())
        make_pool(session, [make_signup(session.slots.first(), number=person.number, status="collected")])
    else:
        swab(person, first)
    now = park_now()

    def says(campaign):
        missing = list(coverage.missing_persons(now, campaign=campaign))
        firms = [(row.due, row.done) for row in by_enterprise(now, campaign=campaign)]
        page = campaign_page.context(campaign, now=now)
        staggered = people_by_floor(make_session(campaign), now).total()
        return missing, list(to_remind(campaign, now)), firms, (page["due"], page["done"]), staggered

    # then the second asks the person anew, and parkwide it is done
    assert says(first) == ([], [], [(1, 1)], (1, 1), 0)
    assert says(second) == ([person], [person], [(1, 0)], (1, 0), 1)
    assert numbers() == (1, 1)


def test_missing_page_asks_for_an_exemption(client, sign_in, firm):
    make_campaign()
    person = make_employee(firm, name="陆青禾")
    sign_in(make_contact(firm))
    url = reverse("testing:exemption_ask", args=[firm.pk, person.pk])
    data = {"reason": "other", "note": "", "token": str(uuid4())}

    page = client.get(reverse("testing:missing", args=[firm.pk])).content.decode()
    without = client.post(url, data)
    for _ in range(2):
        client.post(url, data | {"note": "长期在外地"})

    assert "还有 1 人没检" in page and "陆青禾" not in page and url in page
    assert without.status_code == 422 and "选其他的要写说明" in without.content.decode()
    assert Exemption.objects.get().status == "asked"


def make_group_a(person, how):
    """By a mark, by symptoms on the roster, or by a sign-up for a campaign that runs."""
    if how == "roster":
        Employment.objects.filter(person=person).update(journey={"symptoms": ["咳嗽"]})
    elif how == "signup":
        make_signup(campaign=make_campaign(), number=person.number, group="A3", mode="door")
    else:
        make_flag(person, how)


@pytest.mark.parametrize("how", ["three_classes", "wuhan_contact", "roster", "signup"])
def test_nobody_of_group_a_is_exempted(client, sign_in, firm, committee, how):
    person, other = make_employee(firm), make_employee(firm)
    asked = make_exemption(other, enterprise=firm)
    for one in (person, other):
        make_group_a(one, how)

    with pytest.raises(Refused) as granted:
        actions.decide_exemption(exemption=asked, grant=True, by=committee)
    sign_in(make_contact(firm))
    page = client.post(
        reverse("testing:exemption_ask", args=[firm.pk, person.pk]), {"reason": "away", "token": str(uuid4())}
    )

    assert granted.value.code == "must"
    assert page.status_code == 422 and "A 类人员必须检，不能豁免" in page.content.decode()
    assert [row.status for row in Exemption.objects.all()] == ["asked"]


def test_group_b_is_exempted_also_with_a_mark_of_its_own_or_an_earlier_campaigns_symptoms(firm, committee):
    person = make_employee(firm)
    make_flag(person, "observation")
    make_signup(campaign=make_campaign(status="closed"), number=person.number, group="A3", mode="door")

    assert actions.ask_exemption(person=person, enterprise=firm, reason="away", by=committee).status == "granted"


def test_the_missing_page_offers_no_exemption_for_group_a(client, sign_in, firm):
    person = make_employee(firm)
    make_flag(person, "three_classes")
    sign_in(make_contact(firm))

    page = client.get(reverse("testing:missing", args=[firm.pk])).content.decode()

    assert "必须检" in page and reverse("testing:exemption_ask", args=[firm.pk, person.pk]) not in page


@pytest.mark.parametrize(
    ("fields", "words"), [({"reason": ""}, "请选一个原因"), ({"ends_on": "2000-01-01"}, "日期不能早于今天")]
)
def test_exemption_says_what_is_wrong(client, sign_in, firm, fields, words):
    sign_in(make_contact(firm))
    url = reverse("testing:exemption_ask", args=[firm.pk, make_employee(firm).pk])

    page = client.post(url, {"reason": "away", "token": str(uuid4()), **fields})

    assert words in page.content.decode() and not Exemption.objects.exists()


def test_another_firms_person_is_not_exempted(client, sign_in, firm):
    sign_in(make_contact(firm))
    stranger = make_employee(make_enterprise())

    assert client.get(reverse("testing:exemption_ask", args=[firm.pk, stranger.pk])).status_code == 404


def test_the_committee_decides_on_one_page(client, sign_in, committee, firm):
    asked = make_exemption(make_employee(firm), enterprise=firm)
    sign_in(committee)

    page = client.get(reverse("testing:exemptions")).content.decode()
    client.post(reverse("testing:exemption_decide", args=[asked.pk]), {"do": "refuse"})

    asked.refresh_from_db()
    assert "1 条豁免等您定" in page and asked.status == "refused"


@pytest.mark.parametrize("count", [1, 12])
def test_coverage_by_firm_is_within_twelve_statements(client, sign_in, committee, count, django_assert_max_num_queries):
    for _ in range(count):
        make_employee(make_enterprise(sishang_kind="IND", status="resumed"))
    sign_in(committee)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("testing:coverage_enterprises")).content.decode()

    assert page.count("<tr>") == count + 1


def test_a_firms_page_and_the_list_of_firms_count_what_the_campaign_asks(client, sign_in, firm, committee):
    # given somebody who was swabbed in a campaign that is over, and another one that runs
    first = make_campaign()
    person = make_employee(firm)
    swab(person, first)
    Campaign.objects.filter(pk=first.pk).update(status="closed")
    make_campaign()
    sign_in(committee)

    # then the firm's page, the list of firms and the reminder all say the same
    page = client.get(reverse("testing:missing", args=[firm.pk]))
    assert page.context["people"] == [person]
    [row] = client.get(reverse("testing:coverage_enterprises")).context["rows"]
    assert (row.due, row.done, row.missing) == (1, 0, 1)
    assert client.get(reverse("testing:roster_signup", args=[firm.pk])).context["missing"] == 1


def test_who_starts_later_is_not_missing_yet(firm):
    person = make_employee(make_enterprise())
    Employment.objects.create(person=person, enterprise=firm, starts_on=park_today() + timedelta(days=3))
    assert list(coverage.missing_of(firm, park_now())) == []


@pytest.mark.parametrize("name", ["testing:missing", "testing:roster_signup", "testing:signup_for"])
def test_the_address_of_a_merged_firm_leads_on(client, sign_in, firm, committee, name):
    gone = make_enterprise()
    Enterprise.objects.filter(pk=gone.pk).update(merged_into=firm)
    sign_in(committee)
    assert client.get(reverse(name, args=[gone.pk]))["Location"] == reverse(name, args=[firm.pk])
