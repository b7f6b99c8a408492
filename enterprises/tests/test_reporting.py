"""The daily report, its correction, the list of the late and absent, the reminder, the freeze."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from enterprises.actions import freeze_unit_days, remind_missing_reports, set_resumption_status, submit_daily_report
from enterprises.models import DailyReport, Enterprise, UnitDay
from enterprises.report_days import report_days
from enterprises.tests.factories import (
    make_contact,
    make_enterprise,
    make_report,
    make_squad,
    make_squad_member,
    make_supervisor,
)
from enterprises.tests.pages import drawn
from parkportal.clock import at
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.records import settings as park_settings
from parkportal.states import Refused

pytestmark = pytest.mark.django_db

TODAY = date(2020, 2, 18)
COUNTS = {"on_duty": 60, "hubei": 0, "fever": 0, "quarantined": 1, "masks_left": 200}


@pytest.fixture
def unit():
    return make_enterprise(name="湖南青禾检测有限公司", status="resumed", headcount=100)


@pytest.fixture
def contact(unit):
    user = make_contact(unit, name="苗可心")
    user.set_phone("19900000011")
    user.save()
    return user


@pytest.fixture
def address(unit):
    return reverse("enterprises:daily_report", args=[unit.pk])


def report(unit, by, **changes):
    return submit_daily_report(enterprise=unit, day=TODAY, counts=COUNTS, by=by, **changes)


def test_a_contact_reports_on_one_screen_prefilled_from_the_last_day(unit, contact, address, sign_in):
    make_report(unit, TODAY - timedelta(days=1), by=contact, on_duty=55, masks_left=300)
    browser = sign_in(contact)
    page = browser.get(address)
    assert page.context["form"]["on_duty"].value() == 55
    token = str(page.context["form"]["token"].value())
    for _ in range(2):
        answer = browser.post(address, {**COUNTS, "token": token})
        assert answer.status_code == 302
    sent = DailyReport.objects.get(day=TODAY)
    assert (sent.on_duty, sent.quarantined, sent.reported_by, sent.is_late) == (60, 1, contact, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fever": ""}, "没有也要填 0"),
        ({"on_duty": "-3"}, "on_duty"),
        ({"on_duty": "六十"}, "on_duty"),
        ({"on_duty": "99999999999999"}, "on_duty"),
        ({"note": "长" * 301}, "note"),
        ({"token": "not-a-token"}, "token"),
        ({"on_duty": "101"}, "职工总数"),
    ],
)
def test_bad_counts_stand_beside_their_field(unit, contact, address, sign_in, changes, words):
    answer = sign_in(contact).post(address, {**COUNTS, "token": new_token(), **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not DailyReport.objects.exists()


def test_a_correction_needs_its_reason_and_leaves_the_first_version(unit, contact, address, sign_in):
    first = report(unit, contact)
    browser = sign_in(contact)
    again = {**drawn(browser, address), **COUNTS, "on_duty": 62}
    assert browser.post(address, again).status_code == 422
    assert browser.post(address, {**again, "correction_reason": "漏数夜班"}).status_code == 302
    now = DailyReport.objects.in_force().get()
    assert (now.on_duty, now.corrects, now.correction_reason) == (62, first, "漏数夜班")
    assert DailyReport.objects.count() == 2


def test_a_second_report_without_reason_is_refused(unit, contact):
    report(unit, contact)
    with pytest.raises(Refused) as caught:
        report(unit, contact)
    assert caught.value.code == "reason_missing"


def test_the_day_ahead_is_refused(unit, contact):
    with pytest.raises(Refused) as caught:
        submit_daily_report(enterprise=unit, day=TODAY + timedelta(days=1), counts=COUNTS, by=contact)
    assert caught.value.code == "future_day"


@pytest.mark.parametrize(("clock", "late"), [(time(11, 59), False), (time(12, 0), False), (time(12, 1), True)])
def test_late_is_after_the_due_time(unit, contact, clock, late):
    with time_machine.travel(datetime.combine(TODAY, clock, tzinfo=at(TODAY).tzinfo), tick=False):
        assert report(unit, contact).is_late is late


def test_a_correction_of_a_timely_report_is_not_late(unit, contact):
    with time_machine.travel(at(TODAY, time(9)), tick=False):
        report(unit, contact)
    assert report(unit, contact, correction_reason="漏数").is_late is False


def test_zero_is_an_answer_and_a_missing_report_is_not_zero(unit, contact):
    other = make_enterprise(status="resumed")
    submit_daily_report(enterprise=unit, day=TODAY, counts=dict.fromkeys(COUNTS, 0), by=contact)
    assert list(Enterprise.objects.report_missing(TODAY)) == [other]


def test_who_is_due_are_filed_and_resumed_units_that_are_counted():
    due = [make_enterprise(status=status) for status in ("filed", "resumed")]
    for fields in (
        {"status": "not_resumed"},
        {"status": "stopped"},
        {"status": "resumed", "exclusion": "maintenance"},
        {"status": "resumed", "merged_into": due[0]},
    ):
        make_enterprise(**fields)
    assert set(Enterprise.objects.due_to_report(TODAY)) == set(due)


def test_who_was_due_on_a_past_day_is_read_from_the_moves(committee):
    unit = make_enterprise(status="resumed", resumed_on=date(2020, 2, 12))
    set_resumption_status(enterprise=unit, to="stopped", on=TODAY, by=committee, reason="断料")
    assert not Enterprise.objects.due_to_report(TODAY).exists()
    assert list(Enterprise.objects.due_to_report(date(2020, 2, 17))) == [unit]
    assert not Enterprise.objects.due_to_report(date(2020, 2, 11)).exists()


def test_a_foreign_report_page_does_not_exist(unit, address, sign_in, make_user):
    assert sign_in(make_contact(make_enterprise())).get(address).status_code == 404
    for role in ("squad", "leader", "warehouse", "station"):
        assert sign_in(make_user(role)).get(address).status_code == 404


# --- list ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_absent_late_and_done(committee, sign_in):
    absent = make_enterprise(status="resumed")
    late, done = make_enterprise(status="resumed"), make_enterprise(status="resumed")
    make_report(late, TODAY, is_late=True)
    make_report(done, TODAY)
    browser = sign_in(committee)
    for show, names in (("missing", {absent}), ("late", {late}), ("done", {late, done})):
        page = browser.get(reverse("enterprises:report_list"), {"show": show})
        shown = {getattr(row, "enterprise", row) for row in page.context["page_obj"]}
        assert shown == names
        assert page.context["counts"] == {"due": 3, "missing": 1, "late": 1}


def test_each_sees_the_absent_of_its_own(sign_in):
    first, third = make_squad(1), make_squad(3)
    own, other = make_enterprise(status="resumed", squad=first), make_enterprise(status="resumed", squad=third)
    for user, unit in ((make_squad_member(first), own), (make_supervisor(other), other)):
        page = sign_in(user).get(reverse("enterprises:report_list"))
        assert list(page.context["page_obj"]) == [unit]


@pytest.mark.parametrize("day", ["2020-02-19", "nonsense", "2020-02-30"])
def test_a_day_that_is_no_day_has_no_list(committee, sign_in, day):
    assert sign_in(committee).get(reverse("enterprises:report_list"), {"date": day}).status_code == 404


def test_the_list_takes_the_same_number_of_statements_for_1_and_100(committee, sign_in, statements):
    browser = sign_in(committee)
    make_enterprise(status="resumed", squad=make_squad(1))
    address = reverse("enterprises:report_list")
    browser.get(address)
    one = statements(lambda: browser.get(address))
    for _ in range(99):
        make_enterprise(status="resumed", squad=make_squad(2))
    assert statements(lambda: browser.get(address)) == one <= 12


# --- reminder --------------------------------------------------------------------------------------------------------


def test_who_has_not_reported_is_reminded_once_before_the_due_time(unit, contact):
    at_ten = at(TODAY, time(10))
    assert remind_missing_reports(at_ten - timedelta(minutes=1)) == 0
    remind_missing_reports(at_ten)
    remind_missing_reports(at_ten + timedelta(minutes=5))
    message = Message.objects.get(purpose="report_missing")
    assert message.recipient == contact
    assert "今天的日报还没有交" in message.text and "12:00" in message.text


def test_a_report_takes_its_reminder_back(unit, contact):
    remind_missing_reports(at(TODAY, time(10)))
    report(unit, contact)
    assert Message.objects.get(purpose="report_missing").status == "withdrawn"
    remind_missing_reports(at(TODAY, time(11)))
    assert Message.objects.count() == 1


def test_the_due_time_is_a_setting(unit, contact, committee):
    park_settings.put("daily_report_due", "16:00", by=committee)
    assert remind_missing_reports(at(TODAY, time(13, 59))) == 0
    assert remind_missing_reports(at(TODAY, time(14))) == 1


def test_people_who_have_left_are_not_reminded(unit, contact):
    unit.contacts.get().end()
    assert remind_missing_reports(at(TODAY, time(10))) == 0


# --- freeze ----------------------------------------------------------------------------------------------------------


def test_a_day_is_frozen_once_and_stays_as_it_was(unit, contact, committee):
    yesterday = TODAY - timedelta(days=1)
    make_report(unit, yesterday, by=contact, on_duty=55)
    absent = make_enterprise(status="resumed", resumed_on=date(2020, 2, 12), headcount=10)
    assert freeze_unit_days(yesterday) == 2
    Enterprise.objects.filter(pk=unit.pk).update(headcount=5000)
    assert freeze_unit_days(yesterday) == 0
    kept = UnitDay.objects.get(enterprise=unit)
    assert (kept.status, kept.headcount, kept.on_duty, kept.reported) == ("resumed", 100, 55, True)
    assert UnitDay.objects.filter(enterprise=absent, on_duty__isnull=True, reported=False).exists()


def test_freezing_takes_few_statements(statements):
    for _ in range(50):
        make_enterprise(status="resumed")
    assert statements(lambda: freeze_unit_days(TODAY - timedelta(days=1))) <= 6


def test_the_last_days_say_what_came_what_is_late_and_what_was_never_due(sign_in):
    unit = make_enterprise(status="resumed", resumed_on=date(2020, 2, 15), headcount=100)
    browser, address = sign_in(make_contact(unit)), reverse("enterprises:daily_report", args=[unit.pk])
    browser.post(f"{address}?date=2020-02-17", {**COUNTS, "token": str(new_token())})
    page = browser.get(address)
    days = {one.day.day: (one.is_due, one.report and one.report.is_late) for one in page.context["days"]}
    assert days == {
        18: (True, None), 17: (True, True), 16: (True, None), 15: (True, None),
        14: (False, None), 13: (False, None), 12: (False, None), 11: (False, None),
    }  # fmt: skip
    assert page.content.decode().count("不用交") == 4
    unit.exclusion = "maintenance"
    assert not any(one.is_due for one in report_days(unit))
