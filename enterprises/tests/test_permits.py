"""绿色通道: terms in working days of the park's calendar, stages, days saved and their average."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from enterprises.actions.permits import move_permit
from enterprises.models import PermitCase
from enterprises.tests.factories import (
    make_contact,
    make_enterprise,
    make_permit,
    make_squad,
    make_squad_member,
    make_term,
)
from parkportal.clock import SHANGHAI, park_now
from parkportal.messaging.models import Message
from parkportal.records import figures
from parkportal.records.models import CalendarDay
from parkportal.records.worklist import entries_for
from parkportal.states import AlreadyMoved, Refused

pytestmark = pytest.mark.django_db
LIST = reverse("enterprises:permit_list")


@pytest.fixture
def unit():
    return make_enterprise(name="长沙橙岸村食品有限公司")


@pytest.fixture
def contact(unit):
    user = make_contact(unit, name="时雨")
    user.set_phone("19900000041")
    user.save()
    return user


def detail(permit, name="permit_detail"):
    return reverse(f"enterprises:{name}", args=[permit.pk])


def typed(by, **changes):
    return {"token": str(uuid.uuid4()), "kind": "food", "accepted_on": "2020-02-13", "owner": by.pk, **changes}


def test_the_kind_gives_the_terms_and_the_promise_ends_on_a_working_day(unit, committee, sign_in):
    make_term("permit_kind", "food")
    door = reverse("enterprises:permit_create", args=[unit.pk])
    data = typed(committee)
    browser = sign_in(committee)
    first = browser.post(door, data)
    assert browser.post(door, data)["Location"] == first["Location"]
    permit = PermitCase.objects.get()
    assert (permit.name, permit.office) == ("食品经营许可证", "市场监督管理局")
    assert (permit.statutory_days, permit.promised_days) == (20, 5)
    # Thu 02-13 taken in; Fri 14, Mon 17, Tue 18, Wed 19, Thu 20
    assert permit.due_on == date(2020, 2, 20) and permit.moves.get().to_status == "accepted"


def test_a_term_that_a_notice_changed_holds_from_then_on(unit, committee, sign_in):
    term = make_term("permit_kind", "food")
    term.settings = {"statutory": 10, "promised": 2, "office": "行政审批局"}
    term.save()
    door = reverse("enterprises:permit_create", args=[unit.pk])
    sign_in(committee).post(door, typed(committee))
    permit = PermitCase.objects.get()
    assert (permit.statutory_days, permit.promised_days, permit.office) == (10, 2, "行政审批局")
    sign_in(committee).post(door, typed(committee, statutory_days="15", promised_days="1", name="小餐饮登记证"))
    second = PermitCase.objects.exclude(pk=permit.pk).get()
    assert (second.name, second.statutory_days, second.due_on) == ("小餐饮登记证", 15, date(2020, 2, 14))


def test_a_promise_beyond_the_law_is_refused_by_form_and_database(unit, committee, sign_in):
    make_term("permit_kind", "food")
    door = reverse("enterprises:permit_create", args=[unit.pk])
    answer = sign_in(committee).post(door, typed(committee, promised_days="21"))
    assert answer.status_code == 422 and "不能比法定时限（20 个工作日）长" in answer.content.decode()
    answer = sign_in(committee).post(door, typed(committee, kind="other"))
    assert "请写许可证的名称" in answer.content.decode()
    answer = sign_in(committee).post(door, typed(committee, accepted_on="2020-02-19"))
    assert answer.status_code == 422 and "不能在今天以后" in answer.content.decode()
    assert not PermitCase.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_permit(unit, owner=committee, statutory_days=3, promised_days=4)


def test_the_days_it_took_are_the_parks_working_days(unit, committee):
    permit = make_permit(unit, owner=committee, accepted_on=date(2020, 2, 13), statutory_days=20)
    CalendarDay.objects.create(day="2020-02-15", is_working=True, note="审批窗口周六开")
    CalendarDay.objects.create(day="2020-02-17", is_working=False, note="停电")
    done = move_permit(permit=permit, to="granted", on=date(2020, 2, 18), by=committee)
    assert (done.actual_days, done.days_saved) == (3, 17)  # Fri 14, Sat 15 worked, Tue 18
    CalendarDay.objects.all().delete()
    done.refresh_from_db()
    assert done.actual_days == 3  # what was counted stays


def test_decided_on_the_day_it_came_took_no_day(unit, committee):
    permit = make_permit(unit, owner=committee, accepted_on=date(2020, 2, 18))
    assert move_permit(permit=permit, to="granted", on=date(2020, 2, 18), by=committee).actual_days == 0


def test_stages_follow_each_other_in_time_and_by_the_table(unit, contact, committee):
    permit = make_permit(unit, owner=committee, accepted_on=date(2020, 2, 12))
    with pytest.raises(Refused, match="要补什么"):
        move_permit(permit=permit, to="supplement", on=date(2020, 2, 13), by=committee)
    token = uuid.uuid4()
    for _ in range(2):
        move_permit(
            permit=permit, to="supplement", on=date(2020, 2, 14), by=committee, reason="补消防证明", token=token
        )
    with pytest.raises(Refused, match="不能更早"):
        move_permit(permit=permit, to="review", on=date(2020, 2, 13), by=committee)
    with pytest.raises(Refused, match="今天以后"):
        move_permit(permit=permit, to="review", on=date(2020, 2, 19), by=committee)
    with pytest.raises(Refused, match="不能改为"):
        move_permit(permit=permit, to="granted", on=date(2020, 2, 17), by=committee)
    move_permit(permit=permit, to="review", on=date(2020, 2, 17), by=committee)
    done = move_permit(permit=permit, to="denied", on=date(2020, 2, 18), by=committee, reason="场所不符")
    with pytest.raises(AlreadyMoved):
        move_permit(permit=permit, to="denied", on=date(2020, 2, 18), by=committee, reason="场所不符")
    assert [move.to_status for move in done.moves.all()] == ["accepted", "supplement", "review", "denied"]
    sent = Message.objects.filter(purpose="permit_moved", recipient=contact)
    assert sent.count() == 2 and "补正材料" in sent.last().text


def test_a_step_on_the_page_and_what_it_refuses(unit, committee, sign_in):
    permit = make_permit(unit, owner=committee)
    browser = sign_in(committee)
    answer = browser.post(detail(permit, "permit_move"), {"token": uuid.uuid4(), "to": "withdrawn", "on": "2020-02-18"})
    assert answer.status_code == 422 and "请写明" in answer.content.decode()
    answer = browser.post(detail(permit, "permit_move"), {"token": uuid.uuid4(), "to": "granted", "on": "2020-02-18"})
    assert answer.status_code == 302
    page = browser.get(detail(permit)).content.decode()
    assert "准予许可" in page and "登记进度" not in page


def test_the_average_is_one_decimal_from_the_sums_and_opens_its_rows(unit, committee, make_user, sign_in):
    figure = figures.get("permit_days_saved")
    assert figure.value(park_now()).numerator is None
    took = (1, 3, 3)
    for days in took:
        make_permit(unit, owner=committee, status="granted", actual_days=days, finished_on=date(2020, 2, 17))
    make_permit(unit, owner=committee)
    make_permit(unit, owner=committee, status="granted", actual_days=2, finished_on=date(2020, 2, 18))
    assert figure.value(park_now()).numerator == Decimal("17.8")  # (19 + 17 + 17 + 18) / 4 = 17.75, half up
    value = figure.value(datetime(2020, 2, 18, tzinfo=SHANGHAI))
    assert value.numerator == Decimal("17.7")  # by 24时 of the 17th: 53 / 3
    leader = make_user("leader")
    page = sign_in(leader).get(value.href)
    assert page.context["page_obj"].paginator.count == 3 and page.context["saved"].numerator == value.numerator
    finished = figures.get("permits_finished").value(park_now())
    assert (finished.numerator, finished.denominator) == (4, 5)
    page = sign_in(leader).get("/dashboard/").content.decode()
    assert "17.8" in page and figure.list_url and "permit_days_saved" in page


def test_what_is_late_is_on_the_list_of_who_helps_and_of_the_committee(unit, committee):
    helper = make_squad_member(make_squad(1))
    late = make_permit(unit, owner=helper, accepted_on=date(2020, 2, 3), due_on=date(2020, 2, 17))
    make_permit(unit, owner=helper, due_on=date(2020, 3, 20))
    for person in (helper, committee):
        rows = [entry for entry in entries_for(person) if entry.kind == "绿色通道"]
        assert [(row.title, row.verb) for row in rows] == [(unit.name, "登记进度")]
    assert figures.get("permits_late").value(park_now()).numerator == 1
    move_permit(permit=late, to="granted", on=date(2020, 2, 18), by=helper)
    assert figures.get("permits_late").value(park_now() + timedelta(seconds=1)).numerator == 0


def test_who_helps_reaches_the_permit_and_a_foreign_squad_does_not(unit, contact, committee, sign_in):
    helper, other = make_squad_member(make_squad(1)), make_squad_member(make_squad(2))
    permit = make_permit(unit, owner=helper)
    step = {"token": uuid.uuid4(), "to": "review", "on": "2020-02-18"}
    assert sign_in(other).get(detail(permit)).status_code == 404
    assert sign_in(other).post(detail(permit, "permit_move"), step).status_code == 404
    assert sign_in(helper).post(detail(permit, "permit_move"), step).status_code == 302
    browser = sign_in(contact)
    page = browser.get(detail(permit)).content.decode()
    assert "审查" in page and "登记进度" not in page
    assert unit.name in browser.get(LIST).content.decode()
