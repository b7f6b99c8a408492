"""One person at a time: entered, marked, ended, corrected; who may see; persons behind a report's counts."""

from datetime import date, timedelta

import pytest
import time_machine

from enterprises.actions import correct_flag, flag_person
from enterprises.journeys import flag_days, journey_flags, without_corrected
from enterprises.models import Employment, Person, PersonFlag
from enterprises.tests.factories import (
    id_number,
    make_contact,
    make_employee,
    make_employment,
    make_enterprise,
    make_flag,
    make_person,
    make_report,
    make_squad,
    make_squad_member,
    make_supervisor,
    phone,
)
from enterprises.tests.pages import drawn
from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.records import terms
from parkportal.records.models import AuditEntry, Term
from parkportal.states import Refused

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 18)


@pytest.fixture
def firm():
    return make_enterprise(squad=make_squad(1), status="resumed")


@pytest.fixture
def contact(firm):
    return make_contact(firm)


@pytest.fixture
def job(firm):
    return make_employee(firm, name="米禾").employments.get()


def entry(**changes):
    data = {"name": "陆青禾", "document_type": "id_card", "number": id_number(), "phone": phone(), "post": "食堂厨师"}
    return {**data, "token": str(new_token()), **changes}


def test_one_person_is_entered_with_the_marks_of_the_way_back(firm, contact, sign_in):
    data = entry(origin="湖北省武汉市", arrived_on="2020-02-15", from_hubei="on")
    answer = sign_in(contact).post(f"/enterprises/{firm.pk}/people/new/", data)
    job = Employment.objects.get()
    assert answer["Location"] == f"/enterprises/people/{job.pk}/"
    assert job.is_key_post and job.person.sex in {"M", "F"}
    flags = {flag.kind: (flag.starts_on, flag.ends_on) for flag in PersonFlag.objects.all()}
    fortnight = (date(2020, 2, 15), date(2020, 2, 29))
    assert flags == {"out_of_province": fortnight, "observation": fortnight}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "43990019900101000X"}, "校验位"),
        ({"phone": "1380013800"}, "11 位"),
        ({"name": ""}, "必填"),
        ({"returned_on": "2020-03-01"}, "日期还没有到"),
    ],
)
def test_a_wrong_cell_is_refused_beside_it_and_nothing_is_written(firm, contact, sign_in, change, words):
    answer = sign_in(contact).post(f"/enterprises/{firm.pk}/people/new/", entry(**change))
    assert answer.status_code == 422
    field = next(iter(change))
    assert answer.context["form"].errors[field]
    assert words in str(answer.context["form"].errors[field]) or field == "name"
    assert not Person.objects.exists()


def test_the_same_person_again_is_brought_up_to_date(firm, contact, sign_in):
    browser, data = sign_in(contact), entry()
    for post in ("食堂厨师", "保安"):
        browser.post(f"/enterprises/{firm.pk}/people/new/", {**data, "post": post})
    assert Employment.objects.get().post == "保安"


def test_observation_ends_by_itself_after_fourteen_days(job, committee):
    flag = flag_person(person=job.person, kind="observation", starts_on=TODAY, by=committee)
    assert flag.ends_on == date(2020, 3, 3)
    for days, holds in ((0, True), (14, True), (15, False)):
        with time_machine.travel(park_now() + timedelta(days=days)):
            assert PersonFlag.objects.in_force().filter(pk=flag.pk).exists() is holds, days


def test_a_mark_is_added_ended_and_corrected_by_hand(job, contact, sign_in):
    browser, home = sign_in(contact), f"/enterprises/people/{job.pk}/"
    token = str(new_token())
    for _ in range(2):  # a repeated submit is one mark
        browser.post(home + "flag/", {"kind": "wuhan_contact", "starts_on": "2020-02-10", "token": token})
    flag = PersonFlag.objects.get()
    assert (flag.source, flag.recorded_by) == ("逐人登记", contact)

    path = f"{home}flags/{flag.pk}/correct/"
    answer = browser.post(path, {**drawn(browser, path), "starts_on": "2020-02-12", "reason": "看错了行程"})
    assert answer.status_code == 302
    flag.refresh_from_db()
    right = PersonFlag.objects.get(corrects=flag)
    assert flag.is_void and flag.void_reason == "看错了行程"
    assert right.starts_on == date(2020, 2, 12)

    path = f"{home}flags/{right.pk}/end/"
    browser.post(path, {**drawn(browser, path), "on": "2020-02-18", "reason": "解除医学观察"})
    right.refresh_from_db()
    assert (right.ends_on, right.ended_reason) == (TODAY, "解除医学观察")
    page = browser.get(home).content.decode()
    assert "已更正" in page and "看错了行程" in page
    assert AuditEntry.objects.filter(action="person.flag_corrected", reason="看错了行程").exists()


@pytest.mark.parametrize(
    "data", [{"reason": ""}, {"on": "2020-01-01", "reason": "早了"}, {"on": "x", "reason": "没有日子"}]
)
def test_ending_a_mark_asks_for_a_right_day_and_a_reason(job, contact, sign_in, data):
    flag = make_flag(job.person, "observation", starts_on=TODAY)
    browser, path = sign_in(contact), f"/enterprises/people/{job.pk}/flags/{flag.pk}/end/"
    answer = browser.post(path, {**drawn(browser, path), "on": "2020-02-18", **data})
    assert answer.status_code == 422
    flag.refresh_from_db()
    assert flag.ends_on is None


def test_a_mark_that_should_not_be_is_void_and_not_written_again_by_an_old_list(job, committee):
    flag = make_flag(job.person, "out_of_province", starts_on=date(2020, 2, 12))
    assert correct_flag(flag=flag, by=committee, reason="省内来的") is None
    assert not PersonFlag.objects.in_force().exists()
    with pytest.raises(Refused, match="更正过"):
        correct_flag(flag=flag, by=committee, reason="再来一次")
    said = {"出发地": "广东省广州市", "返长日期": date(2020, 2, 12)}
    assert without_corrected(journey_flags(job.person, said, lasts=flag_days(), source="花名册", by=committee)) == []


def test_a_notice_that_changes_the_days_of_observation_changes_what_rosters_and_forms_write(job, committee, sign_in):
    terms.plant()
    Term.objects.filter(kind="person_flag", code="observation").update(settings={"days": 21})
    said = {"14日内湖北旅居史": True, "返长日期": date(2020, 2, 12)}
    (flag,) = journey_flags(job.person, said, lasts=flag_days(), source="花名册", by=committee)
    assert flag.ends_on == date(2020, 3, 4)
    page = sign_in(committee).get(f"/enterprises/people/{job.pk}/flag/").content.decode()
    assert "医学观察期间空着时自动到第 21 天" in page


def test_work_is_corrected_by_a_new_row_and_ended_with_a_reason(job, contact, sign_in):
    browser = sign_in(contact)
    data = {"department": "二车间", "post": "保安", "returned_on": "2020-02-13", "starts_on": "2019-01-01"}
    path = f"/enterprises/people/{job.pk}/correct/"
    answer = browser.post(path, {**drawn(browser, path), **data, "reason": "部门填错"})
    right = Employment.objects.get(corrects=job)
    assert answer["Location"] == f"/enterprises/people/{right.pk}/"
    job.refresh_from_db()
    assert job.is_void and right.is_key_post
    assert list(Employment.objects.current()) == [right]
    assert browser.post(f"/enterprises/people/{right.pk}/end/", {"on": "2020-02-18", "reason": ""}).status_code == 422
    browser.post(f"/enterprises/people/{right.pk}/end/", {"on": "2020-02-18", "reason": "离职"})
    assert not Employment.objects.current().exists()
    assert browser.get(f"/enterprises/people/{job.pk}/").status_code == 200


def test_who_may_see_a_person(firm, job, contact, make_user, sign_in):
    path = f"/enterprises/people/{job.pk}/"
    make_flag(job.person, "wuhan_contact")
    for user in (contact, make_squad_member(make_squad(1)), make_supervisor(firm), make_user("committee")):
        page = sign_in(user).get(path)
        assert page.status_code == 200
        assert "武汉暴露史密接" in page.content.decode()
        assert job.person.number not in page.content.decode()
    for user in (
        make_user("leader"),
        make_user("admin"),
        make_user("warehouse"),
        make_squad_member(make_squad(2)),
        make_contact(make_enterprise()),
    ):
        assert sign_in(user).get(path).status_code == 404


def test_only_own_people_can_be_written(job, sign_in):
    foreign = sign_in(make_contact(make_enterprise()))
    watching = sign_in(make_squad_member(make_squad(1)))
    for browser in (foreign, watching):
        assert browser.post(f"/enterprises/people/{job.pk}/flag/", {"kind": "observation"}).status_code == 404
    assert not PersonFlag.objects.exists()


def test_the_counts_of_a_report_become_persons(firm, job, contact, sign_in):
    make_report(firm, quarantined=1)
    browser = sign_in(contact)
    assert "标出是哪些人" in browser.get(f"/enterprises/{firm.pk}/people/").content.decode()
    data = {"kind": "observation", "people": [str(job.person_id)], "token": str(new_token())}
    for _ in range(2):
        browser.post(f"/enterprises/{firm.pk}/people/reported/", data)
    flag = PersonFlag.objects.get()
    assert (flag.source, flag.starts_on, flag.ends_on) == ("日报 2020-02-18", TODAY, date(2020, 3, 3))
    assert "标出是哪些人" not in browser.get(f"/enterprises/{firm.pk}/people/").content.decode()
    foreign = make_employee(make_enterprise(), name="外人")
    answer = browser.post(f"/enterprises/{firm.pk}/people/reported/", {**data, "people": [str(foreign.pk)]})
    assert answer.status_code == 422


def test_a_word_for_a_key_post_holds_for_everybody_at_work_at_once(firm, committee, sign_in):
    terms.plant()
    cashier = make_employment(make_person(), firm, post="收银员")
    guard = make_employment(make_person(), firm, post="保安", is_key_post=True)
    word = Term.objects.get(kind="key_post", code="guard")
    browser, path = sign_in(committee), f"/records/terms/{word.pk}/"
    said = {"code": "guard", "label": "保安", "position": word.position, "is_active": "on", "report_label": ""}
    answer = browser.post(path, {**drawn(browser, path), **said, "rule_words": "收银 门卫"})
    assert answer["Location"] == "/records/terms/#key_post"
    assert [Employment.objects.get(pk=job.pk).is_key_post for job in (cashier, guard)] == [True, False]
