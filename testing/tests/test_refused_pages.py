"""A refusal is said on the page that was pressed, in its own words, and nothing is written."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from enterprises.tests.factories import id_number, make_contact, make_employee, make_enterprise
from parkportal.clock import park_now, park_today
from parkportal.reasons import SAYS_WHO
from testing import actions
from testing.actions.lab import NewReading
from testing.actions.money import agree_terms, set_budget, void_budget
from testing.models import Badge, LabTerms, PointStaff, Result, SignUp, Specimen
from testing.tests.factories import (
    LONG_AGO,
    make_box,
    make_campaign,
    make_door_round,
    make_exemption,
    make_lab,
    make_lab_user,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)
from testing.tests.test_signup import fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]


@pytest.fixture
def session():
    return make_session(day=park_today(), start=time(0, 10), end=time(23, 50), minutes=60, places=50)


@pytest.fixture
def committee(client, sign_in, make_user):
    return sign_in(make_user("committee"))


@pytest.fixture
def clerk(client, sign_in, session):
    user = make_staff(session.point)
    sign_in(user)
    return user


def answer(client, name, args, data=None, **more):
    return client.post(reverse(name, args=args), data or {}, follow=True, **more).content.decode()


# --- the point ---------------------------------------------------------------------------------------------------------


def test_a_badge_for_who_left_the_point(committee, session):
    left = make_staff(session.point)
    page = committee.get(reverse("testing:badges")).content.decode()
    assert left.name in page
    PointStaff.objects.filter(user=left).update(ends_on=LONG_AGO)
    other = make_staff(session.point)
    Badge.objects.all().delete()

    committee.post(reverse("testing:badges"), {"holder": left.pk, "token": uuid4()})
    answer(committee, "testing:badges", [], {"holder": other.pk, "token": uuid4()})

    assert list(Badge.objects.values_list("user", flat=True)) == [other.pk]


def test_what_became_of_a_tube_has_to_be_chosen_and_a_box_that_left_stays_closed(client, clerk, session):
    tubes = [
        make_specimen(make_signup(session.slots.first(), status="collected"), session=session, at_time=park_now() - timedelta(minutes=n))
        for n in (20, 0)
    ]  # fmt: skip
    box = actions.open_box(session=session, by=clerk)
    actions.pack_tube(box=box, text=tubes[1].barcode, by=clerk, token=uuid4())

    said = answer(client, "testing:box_gap", [box.code, tubes[0].pk], {"what": "stolen"})
    assert "请选这支管怎么了" in said and Specimen.objects.get(pk=tubes[0].pk).put_off is None

    actions.account_for(box=box, specimen=tubes[0], what="next_box", by=clerk)
    actions.seal_box(box=box, seal="F001", by=clerk)
    actions.hand_over(box=box, courier="邱实", plate="", temperature_tenths=48, by=clerk)
    assert "已经交出，不能再打开" in answer(client, "testing:box_seal", [box.code], {"do": "reopen"})


def test_a_tube_is_not_moved_onto_one_that_is_used(client, clerk, session):
    first, second = (
        make_specimen(make_signup(session.slots.first(), status="collected"), session=session) for _ in range(2)
    )
    form = {"tube": second.barcode, "reason": "leaked", "why": "渗漏", "token": uuid4()}

    said = answer(client, "testing:tube_move", [first.barcode], form)

    assert "这支管已经给了别人" in said and Specimen.objects.get(pk=first.pk).status == "collected"


def test_a_reason_that_says_who_is_refused_beside_its_field(client, sign_in, make_user, clerk, session):
    person = make_signup(make_session().slots.first(), name="陆青禾")
    tube = make_specimen(make_signup(session.slots.first(), status="collected", name="白檀"), session=session)
    form = {"tube": "", "reason": "leaked", "why": "白檀的管漏了", "do": "reissue", "token": uuid4()}

    assert SAYS_WHO in answer(client, "testing:tube_move", [tube.barcode], form)
    assert SAYS_WHO in answer(client, "testing:tube_move", [tube.barcode], {**form, "why": "19900008811"})
    sign_in(make_user("committee"))
    for words in ("陆青禾来电", "19900008811 来电"):
        assert SAYS_WHO in answer(client, "testing:signup_cancel_by_staff", [person.pk], {"reason": words})

    assert Specimen.objects.get().status == "collected"
    assert SignUp.objects.get(pk=person.pk).status == "registered"


def test_a_label_run_has_a_size(client, clerk):
    form = {"count": "6000", "label_format": "roll-50x20", "token": uuid4()}
    assert "5000" in answer(client, "testing:tubes", [], form)


def test_a_walk_in_under_age_needs_a_guardian_and_a_time_ahead_is_refused(client, clerk, session):
    form = {
        "name": "陆小满", "document_type": "id_card", "number": id_number(born_on=date(2010, 1, 1)),
        "enterprise_name": "无", "origin": "changsha", "had_contact": "no", "consent": "on", "token": uuid4(),
    }  # fmt: skip
    said = answer(client, "testing:station_walkin", [session.pk], form)
    assert "请填监护人姓名" in said and not SignUp.objects.exists()

    person = make_signup(session.slots.first())
    prefix = f"p{person.pk}"
    row = {"code": person.code, "temperature": "36.5", "tube": "", "at": "23:58", f"{prefix}-at": "23:58"}
    assert "这个时间还没有到" in answer(client, "testing:paper_entry", [session.pk], row)


# --- the committee -----------------------------------------------------------------------------------------------------


def test_what_is_decided_or_withdrawn_is_said(committee, make_user):
    exemption = make_exemption(make_employee(make_enterprise()))
    answer(committee, "testing:exemption_decide", [exemption.pk], {"do": "refuse"})
    assert "已经定过了" in answer(committee, "testing:exemption_decide", [exemption.pk], {"do": "grant"})
    assert "已经不算数了" in answer(committee, "testing:exemption_decide", [exemption.pk], {"do": "withdraw"})


def test_erasing_too_early_is_said(committee):
    campaign = make_campaign()
    assert "任务还没有结束" in answer(committee, "testing:campaign_erase", [campaign.pk])


def test_a_second_agreement_of_a_day_and_a_budget_void_twice(committee, make_user):
    lab, by = make_lab(), make_user("committee")
    day = park_today()
    agree_terms(
        lab=lab, valid_from=day, price_fen=12000, due_from="received", due_clock=time(18), cut_off=None,
        works_every_day=False, by=by,
    )  # fmt: skip
    form = {
        "lab": lab.pk, "valid_from": day.isoformat(), "price": "100", "due_from": "received", "due_clock": "18:00",
        "token": uuid4(),
    }  # fmt: skip
    assert "已经有约定" in answer(committee, "testing:lab_terms_add", [], form)
    assert LabTerms.objects.filter(lab=lab).count() == 1

    budget = set_budget(payer="园区财政", amount_fen=100, starts_on=day, ends_on=day, by=by)
    void_budget(budget=budget, by=by)
    assert "已经作废" in answer(committee, "testing:budget_void", [budget.pk])


def test_a_stagger_without_people_is_said(committee):
    session = make_session()
    assert "没有要排的人" in answer(committee, "testing:session_stagger", [session.pk])


def test_a_round_that_ends_before_it_begins_and_a_door_that_is_done(committee, session):
    signup = make_signup(campaign=session.campaign, mode="door", group="A3", address="麓谷 3 栋 201")
    staff = make_staff(session.point)
    form = {
        "point": session.point_id, "day": park_today().isoformat(), "start": "20:00", "end": "19:00", "team": [staff.pk],
        "signups": [signup.pk], "note": "穿防护服", "token": uuid4(),
    }  # fmt: skip
    assert "结束时间要晚于开始时间" in answer(committee, "testing:door_plan", [session.campaign_id], form)

    made, stop = make_door_round(session.campaign)
    args = [made.pk, stop.pk]
    assert "请选这一家怎么样了" in answer(committee, "testing:door_stop", args, {"outcome": "asleep"})
    empty = committee.post(reverse("testing:door_stop", args=args), {}, HTTP_ACCEPT="application/json")
    assert (empty.status_code, "请填体温和试管条码" in empty.json()["text"]) == (409, True)


# --- the firm and the person ---------------------------------------------------------------------------------------------


def test_a_batch_that_finds_no_place_or_no_campaign_is_told_so(client, sign_in):
    firm = make_enterprise(sishang_kind="IND", status="resumed")
    contact = make_contact(firm)
    people = [make_employee(firm) for _ in range(2)]
    session = make_session(places=1, end=time(9, 10))
    sign_in(contact)
    form = {"campaign": session.campaign_id, "pick": [one.pk for one in people], "how": "spread", "token": uuid4()}

    page = answer(client, "testing:roster_signup", [firm.pk], form)

    assert "1 人没有名额" in page and SignUp.objects.count() == 1


def test_a_campaign_that_ended_between_two_pages_does_not_exist(client):
    session = make_session(campaign=make_campaign(slug="fugong"))
    make_enterprise(name="湖南砚池泊精密机械有限公司", short_name="砚池泊", sishang_kind="IND", status="resumed")
    fill(client, session)
    session.campaign.status = "closed"
    session.campaign.save()

    assert client.get(reverse("public:signup_check", args=["fugong"])).status_code == 404


# --- the bench -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bench(session):
    lab = session.campaign.lab
    return make_lab_user(lab), make_lab_user(lab, "lab_verifier")


def waiting(session, tester, value="negative"):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), session=session, status="verifying")
    make_reading(tube, tester=tester, value=value)
    return tube


def boxed(session, tubes, tester):
    return make_box(session, tubes, status="received", seal="x", handed_at=park_now(), handed_by=tester)


def test_a_decision_that_is_milder_than_the_reading_is_said(client, sign_in, session, bench):
    tester, verifier = bench
    tube = waiting(session, tester, "suspect")
    box = boxed(session, [tube], tester)
    sign_in(verifier)

    said = answer(client, "testing:lab_verify", [box.code], {"do": "negative", "specimen": tube.pk})
    assert "不是阴性的管只能定为" in said
    said = answer(client, "testing:lab_verify", [box.code], {"do": "invalid", "specimen": tube.pk})
    assert "请选为什么无效" in said and not Result.objects.exists()


def test_what_was_entered_by_a_colleague_meanwhile_is_said_and_not_entered_again(client, sign_in, session, bench):
    tester, _ = bench
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), session=session, status="received")
    box = boxed(session, [tube], tester)
    sign_in(tester)
    form = {f"t{tube.pk}-value": "negative"}

    assert "1 管交审核" in answer(client, "testing:lab_bench", [box.code], form)
    assert "没有要录的管了" in answer(
        client, "testing:lab_bench", [box.code], {**form, f"t{tube.pk}-value": "positive"}
    )

    assert [reading.value for reading in tube.readings.all()] == ["negative"]


def test_the_same_result_again_and_a_correction_decided_twice(client, sign_in, session, bench):
    tester, verifier = bench
    tube = waiting(session, tester)
    actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
    sign_in(tester)
    form = {"value": "negative", "reason": "看错了", "token": uuid4()}
    assert "现在的结果就是“阴性”" in answer(client, "testing:correction_ask", [tube.pk], form)

    correction = actions.ask_correction(reading=NewReading(tube.pk, "suspect"), reason="两管放反了", by=tester)
    actions.decline_correction(correction=correction, by=verifier)
    sign_in(verifier)
    assert "这份更正没有更正" in answer(client, "testing:correction_decide", [correction.pk], {"do": "accept"})
