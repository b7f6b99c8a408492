"""What the tests cost the payer: tubes with a result out, at the price of their day, against the budget."""

from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from parkportal.clock import DEMO_CLOCK_KEY, at, forget_demo_clock, park_now, park_today
from parkportal.records import figures
from parkportal.records.files import content
from parkportal.records.models import Job, ParkSetting, Term
from parkportal.states import Refused
from testing import settlement
from testing.actions.money import agree_terms, set_budget, void_budget
from testing.models import Budget, LabDay, LabTerms
from testing.tests.factories import make_campaign, make_session, make_signup, make_specimen

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 18)


@pytest.fixture
def campaign():
    return make_campaign(title="复工人员检测", starts_on=date(2020, 2, 1), ends_on=date(2020, 3, 1))


def agreed(campaign, fen=12000, valid_from=date(2020, 1, 1)):
    return agree_terms(
        lab=campaign.lab, valid_from=valid_from, price_fen=fen, due_from="received", due_clock=time(18), cut_off=None,
        works_every_day=False, by=None,
    )  # fmt: skip


def tube(campaign, day=TODAY, status="released"):
    session = make_session(campaign, day=day)
    signup = make_signup(session.slots.first(), status="collected")
    return make_specimen(signup, session=session, status=status, at_time=at(day, time(17)))


def test_only_what_has_a_result_is_billed_at_the_price_of_its_day(campaign):
    agreed(campaign)
    agreed(campaign, 9000, date(2020, 2, 18))
    for day in (date(2020, 2, 16), date(2020, 2, 17), TODAY):
        tube(campaign, day)
    tube(campaign, status="testing")

    shown = settlement.settlement(date(2020, 2, 1), TODAY)

    assert [(line.tubes, line.price, line.total) for line in shown.lines] == [
        (2, Decimal(120), Decimal(240)), (1, Decimal(90), Decimal(90)),
    ]  # fmt: skip
    assert (shown.tubes, shown.total, shown.without_price) == (3, Decimal(330), 0)


def test_a_day_at_the_edge_belongs_to_its_own_period(campaign):
    agreed(campaign)
    tube(campaign, TODAY)
    tube(campaign, TODAY + timedelta(days=1))

    assert settlement.settlement(TODAY, TODAY).tubes == 1


def test_what_has_no_price_is_said_and_not_counted_as_nothing(campaign):
    tube(campaign)

    shown = settlement.settlement(TODAY, TODAY)

    assert (shown.tubes, shown.total, shown.without_price) == (1, Decimal(0), 1)


def test_the_budget_counts_its_own_payer_in_its_own_period(campaign):
    agreed(campaign)
    for day in (date(2020, 1, 31), TODAY):
        tube(campaign, day)
    tube(make_campaign(lab=campaign.lab, payer="企业自费"))
    set_budget(payer="园区财政", amount_fen=20000, starts_on=date(2020, 2, 1), ends_on=date(2020, 2, 29), by=None)

    (use,) = settlement.settlement(TODAY, TODAY).uses

    assert (use.used, use.amount, use.left) == (Decimal(120), Decimal(200), Decimal(80))


def test_a_void_budget_counts_no_more_and_is_void_once(campaign):
    budget = set_budget(payer="园区财政", amount_fen=20000, starts_on=TODAY, ends_on=TODAY, by=None)
    void_budget(budget=budget, by=None)

    with pytest.raises(Refused) as refused:
        void_budget(budget=budget, by=None)

    assert refused.value.code == "void"
    assert settlement.budget_of(TODAY) is None


def test_a_budget_is_void_at_the_parks_time(settings):
    budget = set_budget(payer="园区财政", amount_fen=20000, starts_on=TODAY, ends_on=TODAY, by=None)
    # given a park clock that runs a year behind
    began = timezone.now() + timedelta(days=365)
    settings.DEMO_MODE, settings.DEMO_PARK_START = True, timezone.now().isoformat()
    ParkSetting.objects.create(key=DEMO_CLOCK_KEY, value=began.isoformat())
    forget_demo_clock()
    try:
        before, void, after = park_now(), void_budget(budget=budget, by=None), park_now()
    finally:
        forget_demo_clock()

    assert before <= void.voided_at <= after < timezone.now() - timedelta(days=300)


def test_one_agreement_a_day(campaign):
    agreed(campaign)

    with pytest.raises(Refused) as refused:
        agreed(campaign, 1)

    assert refused.value.code == "terms_exist"


def test_the_figure_is_the_list_and_has_a_denominator_only_with_a_budget(campaign, client, sign_in, make_user):
    agreed(campaign)
    tube(campaign)
    tube(campaign, status="verifying")
    as_of = at(TODAY, time(20))
    assert figures.get("testing_cost").value(as_of).rate is None

    set_budget(payer="园区财政", amount_fen=24000, starts_on=date(2020, 2, 1), ends_on=date(2020, 2, 29), by=None)
    value = figures.get("testing_cost").value(as_of)
    sign_in(make_user("committee"))
    listed = client.get(value.href)

    assert (value.numerator, value.denominator) == (Decimal(120), Decimal(240))
    assert listed.context["page_obj"].paginator.count == 1


@pytest.fixture
def committee(client, sign_in, make_user):
    return sign_in(make_user("committee"))


def test_settlement_page_and_workbook(client, committee, campaign):
    agreed(campaign)
    tube(campaign)
    set_budget(payer="园区财政", amount_fen=24000, starts_on=date(2020, 2, 1), ends_on=date(2020, 2, 29), by=None)

    page = client.get(reverse("testing:settlement"), {"first": "2020-02-01", "last": "2020-02-29"}).content.decode()
    answer = client.post(reverse("testing:settlement_export"), {"first": "2020-02-01", "last": "2020-02-29"})

    assert "120.00" in page and "120.00 / 240.00 元" in page
    assert answer.status_code == 302
    assert Job.objects.get(kind="settlement_export").params == {"query": "first=2020-02-01&last=2020-02-29"}


def test_the_workbook_has_a_row_a_tube_and_the_sum_and_no_name(committee, campaign, make_user):
    agreed(campaign)
    one = tube(campaign)
    job = Job.objects.create(
        kind="settlement_export", owner=make_user("committee"), params={"query": "first=2020-02-01&last=2020-02-29"},
        status="running", expires_at=park_now(),
    )  # fmt: skip

    class Quiet:
        def tick(self, *args, **kwargs):
            return None

    finished = settlement.run(job, Quiet())

    assert finished.message == "1 管，120.00 元"
    raw = content(finished.result)
    assert raw[:2] == b"PK" and one.signup.name.encode() not in raw


def test_a_day_that_is_no_day_shows_this_month(client, committee):
    shown = client.get(reverse("testing:settlement"), {"first": "31.02.", "last": "x"}).context["shown"]

    assert (shown.first, shown.last) == (park_today().replace(day=1), park_today())


TERMS = {"valid_from": "2020-02-18", "price": "120.50", "due_from": "received", "due_clock": "18:00"}


def test_terms_day_and_budget_are_entered_once(client, committee, campaign):
    campaign.lab.org_roles.add(Term.objects.get_or_create(kind="org_role", code="lab", defaults={"label": "检验"})[0])
    terms = {**TERMS, "lab": campaign.lab.pk, "token": str(uuid4())}
    day = {"lab": campaign.lab.pk, "day": "2020-02-22", "works": "yes", "note": "加班", "token": str(uuid4())}
    money = {
        "payer": "园区财政",
        "amount": "50000",
        "starts_on": "2020-02-01",
        "ends_on": "2020-02-29",
        "token": str(uuid4()),
    }

    for name, form in (("lab_terms_add", terms), ("lab_day_add", day), ("budget_add", money)):
        for _ in range(2):
            assert client.post(reverse(f"testing:{name}"), form).status_code == 302

    assert [row.price_fen for row in LabTerms.objects.all()] == [12050]
    assert [row.is_working for row in LabDay.objects.all()] == [True]
    assert [row.amount_fen for row in Budget.objects.all()] == [5000000]
    client.post(reverse("testing:budget_void", args=[Budget.objects.get().pk]))
    assert Budget.objects.get().voided_at is not None


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("lab_terms_add", {**TERMS, "price": "-1"}),
        ("lab_day_add", {"day": ""}),
        ("budget_add", {"payer": "园区财政", "amount": "10", "starts_on": "2020-02-29", "ends_on": "2020-02-01"}),
    ],
)
def test_bad_input_writes_nothing(client, committee, name, form):
    answer = client.post(reverse(f"testing:{name}"), {**form, "token": str(uuid4())})

    assert answer.status_code == 422
    assert not LabTerms.objects.exists() and not Budget.objects.exists() and not LabDay.objects.exists()


def test_a_leader_reads_and_does_not_write(client, sign_in, make_user):
    sign_in(make_user("leader"))

    assert client.get(reverse("testing:settlement")).status_code == 200
    assert client.post(reverse("testing:settlement_export")).status_code == 404


def test_settlement_takes_few_statements_whatever_the_rows(client, committee, campaign, django_assert_max_num_queries):
    agreed(campaign)
    for _ in range(6):
        tube(campaign)

    with django_assert_max_num_queries(12):
        client.get(reverse("testing:settlement"), {"first": "2020-02-01", "last": "2020-02-29"})
