"""Two people who edit one record: the second sees both values, keeps what was typed, and writes only what was chosen."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from enterprises.actions import (
    correct_flag,
    end_employment,
    hand_in_document,
    judge_document,
    open_filing,
    set_resumption_status,
    submit_daily_report,
)
from enterprises.actions.needs import close_need, pass_need
from enterprises.actions.permits import move_permit
from enterprises.models import (
    Board,
    DailyReport,
    Employment,
    EnterpriseDocument,
    Filing,
    Need,
    Outlet,
    PersonFlag,
)
from enterprises.tests.factories import (
    make_board,
    make_contact,
    make_employment,
    make_enterprise,
    make_flag,
    make_need,
    make_outlet,
    make_permit,
    make_person,
    make_squad,
    make_squad_member,
)
from enterprises.tests.pages import chosen, drawn, page_of, shown
from parkportal.editing import mark_of
from parkportal.records import terms
from parkportal.records.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]
TODAY = date(2020, 2, 18)
LASTS = {"thermometer_days": "14", "disinfectant_days": "8", "alcohol_days": "9"}
COUNTS = {"on_duty": 60, "hubei": 0, "fever": 0, "quarantined": 0, "masks_left": 500}


@pytest.fixture
def firm():
    terms.plant()
    return make_enterprise(name="湖南青禾检测有限公司", status="resumed", headcount=100)


@pytest.fixture
def first(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def second(make_user, sign_in):
    """The browser of the one who comes second."""
    return sign_in(make_user("committee", name="沈知遥"))


def test_an_outlet(first, second, sign_in, client):
    # given a second person who has opened the form before the first one saved
    outlet = make_outlet(name="湘味小炒", place="A1栋东门", offers="盒饭")
    path = reverse("enterprises:outlet_edit", args=[outlet.pk])
    typed = {**drawn(second, path), "name": "湘味小炒", "place": "A1栋西门", "offers": "盒饭、粉", "opens": "10:00", "closes": "20:00"}  # fmt: skip
    typed["opens"], typed["closes"] = f"{outlet.opens:%H:%M}", f"{outlet.closes:%H:%M}"
    other = type(client)()
    sign_in(first, other)
    other.post(path, {**typed, "place": "B2栋", "offers": "盒饭", **drawn(other, path)})

    # when the second saves
    answer = second.post(path, typed)

    # then both values stand side by side, by whom, and nothing was written
    assert "祁月" in page_of(answer)
    assert shown(answer) == {"place": ("B2栋", "A1栋西门"), "offers": ("盒饭", "盒饭、粉")}
    outlet.refresh_from_db()
    assert (outlet.place, outlet.offers) == ("B2栋", "盒饭")

    # and what was chosen is written, the rest stays as the first one has it
    assert second.post(path, chosen(answer, place="theirs", offers="mine")).status_code == 302
    assert Outlet.objects.values_list("place", "offers").get() == ("B2栋", "盒饭、粉")


def test_a_step_of_a_filing_and_its_draft(firm, first, second, sign_in, client):
    filing = open_filing(enterprise=firm, by=first)
    path = reverse("enterprises:filing_step", args=[filing.pk, "supplies"])
    said = {"masks": "300", "mask_days": "3", "thermometers": "2", "disinfectant": "10", "alcohol": "5", **LASTS}
    opened = drawn(second, path)
    second.post(reverse("enterprises:filing_draft", args=[filing.pk, "supplies"]), {**opened, "masks": "900"})
    other = type(client)()
    sign_in(first, other)
    assert other.post(path, {**said, **drawn(other, path)}).status_code == 302

    # when the second comes back to the draft, which was begun before the first one saved
    page = second.get(path)
    assert page.context["form"]["masks"].value() == "900"
    answer = second.post(path, {**said, "masks": "900", **drawn(second, path)})

    assert shown(answer) == {"masks": ("300", "900")} and "祁月" in page_of(answer)
    assert Filing.objects.get().pack["masks"] == 300
    assert second.post(path, chosen(answer, masks="mine")).status_code == 302
    assert Filing.objects.get().pack["masks"] == 900


def test_a_step_saved_alike_by_two_is_no_conflict(firm, first, second):
    filing = open_filing(enterprise=firm, by=first)
    path = reverse("enterprises:filing_step", args=[filing.pk, "supplies"])
    said = {"masks": "300", "mask_days": "3", "thermometers": "2", "disinfectant": "10", "alcohol": "5", **LASTS}
    opened = drawn(second, path)
    for _ in range(2):
        assert second.post(path, {**opened, **said}).status_code == 302


def test_the_days_of_a_mark(firm, first, second):
    job = make_employment(make_person(), firm)
    flag = make_flag(job.person, "out_of_province", starts_on=date(2020, 2, 10))
    path = reverse("enterprises:flag_correct", args=[job.pk, flag.pk])
    opened = drawn(second, path)
    correct_flag(flag=flag, by=first, reason="看错行程", seen=mark_of(flag.days()), starts_on=date(2020, 2, 11))

    answer = second.post(path, {**opened, "starts_on": "2020-02-12", "reason": "车票为准"})

    assert shown(answer) == {"starts_on": ("2020-02-11", "2020-02-12")} and "祁月" in page_of(answer)
    assert second.post(path, chosen(answer, starts_on="mine")).status_code == 302
    standing = PersonFlag.objects.get(is_void=False)
    assert (standing.starts_on, PersonFlag.objects.count()) == (date(2020, 2, 12), 3)


def test_a_mark_that_somebody_took_back(firm, first, second):
    job = make_employment(make_person(), firm)
    flag = make_flag(job.person, "out_of_province", starts_on=date(2020, 2, 10))
    path = reverse("enterprises:flag_correct", args=[job.pk, flag.pk])
    opened = drawn(second, path)
    correct_flag(flag=flag, by=first, reason="省内来的")
    answer = second.post(path, {**opened, "starts_on": "2020-02-12", "reason": "车票为准"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "祁月" in text and "省内来的" in text
    assert "2020-02-12" in text and "车票为准" in text


def test_the_end_of_a_mark(firm, first, second, sign_in, client):
    job = make_employment(make_person(), firm)
    flag = make_flag(job.person, "observation", starts_on=date(2020, 2, 10))
    path = reverse("enterprises:flag_end", args=[job.pk, flag.pk])
    opened = drawn(second, path)
    other = type(client)()
    sign_in(first, other)
    other.post(path, {**drawn(other, path), "on": "2020-02-16", "reason": "满期"})
    answer = second.post(path, {**opened, "on": "2020-02-18", "reason": "解除观察"})
    assert shown(answer) == {"on": ("2020-02-16", "2020-02-18"), "reason": ("满期", "解除观察")}
    assert second.post(path, chosen(answer, on="mine")).status_code == 302
    assert PersonFlag.objects.values_list("ends_on", "ended_reason").get() == (date(2020, 2, 18), "满期")


def test_a_persons_work(firm, first, second, sign_in, client):
    job = make_employment(make_person(), firm, department="一车间", post="质检")
    path = reverse("enterprises:employment_correct", args=[job.pk])
    opened = drawn(second, path)
    said = {"returned_on": "", "starts_on": f"{job.starts_on}", "reason": "填错"}
    other = type(client)()
    sign_in(first, other)
    other.post(path, {**drawn(other, path), **said, "department": "二车间", "post": "质检"})

    answer = second.post(path, {**opened, **said, "department": "三车间", "post": "保安"})

    assert shown(answer) == {"department": ("二车间", "三车间"), "post": ("质检", "保安")} and "祁月" in page_of(answer)
    assert second.post(path, chosen(answer, post="mine")).status_code == 302
    assert Employment.objects.filter(is_void=False).values_list("department", "post").get() == ("二车间", "保安")


def test_the_end_of_a_persons_work(firm, first, second):
    job = make_employment(make_person(), firm)
    path = reverse("enterprises:employment_end", args=[job.pk])
    second.get(path)
    end_employment(employment=job, on=date(2020, 2, 17), by=first, reason="辞职")
    answer = second.post(path, {"on": "2020-02-18", "reason": "合同到期"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in text for words in ("祁月", "2020-02-17", "辞职", "2020-02-18", "合同到期"))


def test_a_need_that_two_pass_on(firm, first, second, make_user):
    owner = make_user("committee", name="钟山")
    need = make_need(firm, department="squad")
    detail, path = (
        reverse("enterprises:need_detail", args=[need.pk]),
        reverse("enterprises:need_step", args=[need.pk, "pass"]),
    )
    form = second.get(detail).context["steps"]["pass"]
    opened = {field.html_name: str(field.value()) for field in form.hidden_fields()}
    pass_need(need=need, by=first, department="traffic", due_on=TODAY + timedelta(days=1))

    answer = second.post(path, {**opened, "department": "labour", "owner": owner.pk, "due_on": "", "reason": "缺工"})

    assert shown(answer) == {"department": ("交通物流组", "人力资源部"), "owner": ("", "钟山")} and "祁月" in page_of(
        answer
    )
    assert Need.objects.get().department == "traffic"
    assert second.post(path, chosen(answer, owner="mine")).status_code == 302
    need = Need.objects.get()
    assert (need.department, need.owner, need.due_on) == ("traffic", owner, TODAY + timedelta(days=1))


def test_a_need_that_somebody_closed_meanwhile(firm, first, second):
    need = make_need(firm, department="squad")
    close_need(need=need, outcome="口罩已经送到", by=first)
    path = reverse("enterprises:need_step", args=[need.pk, "close"])
    answer = second.post(path, {"outcome": "我这边联系了供货商", "token": "0b1c7b7e-58b5-4a0c-9d3a-2a1d3c9a4f10"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "口罩已经送到" in text and "我这边联系了供货商" in text and "没有写入" in text


def test_a_document_handed_in_by_two(firm, first, sign_in):
    contact = make_contact(firm)
    browser, path = sign_in(contact), f"/enterprises/{firm.pk}/documents/new/system/"
    opened = drawn(browser, path)
    hand_in_document(enterprise=firm, kind="system", text="祁月写的制度", by=first)

    answer = browser.post(path, {**opened, "text": "联络员写的制度"})

    text = answer.content.decode()
    assert answer.status_code == 422 and "祁月写的制度" in text and "联络员写的制度" in text
    assert EnterpriseDocument.objects.count() == 1
    hidden = {field.html_name: field.value() for field in answer.context["form"].hidden_fields()}
    assert browser.post(path, {**hidden, "text": "联络员写的制度"}).status_code == 302
    assert EnterpriseDocument.objects.current().get().text == "联络员写的制度"


def test_a_board_made_by_two(firm, first, second):
    path = reverse("enterprises:board_create", args=[firm.pk])
    opened = drawn(second, path)
    make_board(firm)
    typed = {"name_leader": "栾松年", "name_daily": "陆青禾", "name_officer": "沈知遥"}
    answer = second.post(path, {**opened, **typed})
    text = answer.content.decode()
    assert answer.status_code == 422 and "第 1 版上的名字" in text and "栾松年" in text
    assert Board.objects.count() == 1
    hidden = {field.html_name: field.value() for field in answer.context["form"].hidden_fields()}
    assert second.post(path, {**hidden, **typed}).status_code == 302
    assert Board.objects.current().get().number == 2


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_two_reports_of_one_day(firm, first, sign_in, keep):
    # given a contact who has begun the day's report when a colleague sends one
    browser = sign_in(make_contact(firm))
    path = reverse("enterprises:daily_report", args=[firm.pk])
    opened = drawn(browser, path)
    submit_daily_report(enterprise=firm, day=TODAY, counts=COUNTS, by=first)

    answer = browser.post(path, {**opened, **COUNTS, "on_duty": "72"})

    assert shown(answer) == {"on_duty": ("60", "72")} and "祁月" in page_of(answer)
    assert DailyReport.objects.get().on_duty == 60
    assert browser.post(path, chosen(answer, on_duty=keep)).status_code == 302
    report = DailyReport.objects.in_force().get()
    assert report.on_duty == (72 if keep == "mine" else 60)
    assert (report.correction_reason != "") == (keep == "mine")


def test_the_same_report_from_two_is_one(firm, first, sign_in):
    browser = sign_in(make_contact(firm))
    path = reverse("enterprises:daily_report", args=[firm.pk])
    opened = drawn(browser, path)
    submit_daily_report(enterprise=firm, day=TODAY, counts=COUNTS, by=first)
    assert browser.post(path, {**opened, **COUNTS}).status_code == 302
    assert DailyReport.objects.count() == 1


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_the_leader_of_a_squad(first, second, sign_in, client, make_user, keep):
    # given a squad whose page two people have opened before either of them named the leader
    squad = make_squad(3)
    one, other, third = (make_squad_member(squad, name=name) for name in ("卫长庚", "苗可心", "邬小满"))
    squad.leader = third
    squad.save()
    page = reverse("enterprises:squad_detail", args=[squad.pk])
    path = reverse("enterprises:squad_step", args=[squad.pk, "leader"])
    opened = {"seen": second.get(page).context["forms"]["leader"]["seen"].value()}
    assert opened["seen"] in second.get(page).content.decode()
    browser = type(client)()
    sign_in(first, browser)
    assert browser.post(path, {**opened, "to": one.pk}).status_code == 302

    # when the second names another one
    answer = second.post(path, {**opened, "to": other.pk})

    # then both stand side by side and nothing is written until one is chosen
    assert shown(answer) == {"to": ("卫长庚", "苗可心")} and "祁月" in page_of(answer)
    squad.refresh_from_db()
    assert squad.leader == one
    assert second.post(path, chosen(answer, to=keep)).status_code == 302
    squad.refresh_from_db()
    assert squad.leader == (other if keep == "mine" else one)


def test_the_same_leader_from_two_is_no_conflict(first, second, sign_in, client):
    squad = make_squad(3)
    one = make_squad_member(squad, name="卫长庚")
    path = reverse("enterprises:squad_step", args=[squad.pk, "leader"])
    opened = {"seen": mark_of(squad.led()), "to": one.pk}
    browser = type(client)()
    sign_in(first, browser)
    assert browser.post(path, opened).status_code == 302
    assert second.post(path, opened).status_code == 302
    assert AuditEntry.objects.filter(action="squad.leader").count() == 1


def test_a_status_that_somebody_has_changed_meanwhile(firm, first, second):
    unit = make_enterprise(name="湖南砚池有限公司", status="planned")
    path = reverse("enterprises:enterprise_status", args=[unit.pk])
    opened = drawn(second, path)
    set_resumption_status(enterprise=unit, to="resumed", on=date(2020, 2, 17), by=first)
    answer = second.post(path, {**opened, "to": "resumed", "on": "2020-02-16", "reason": "车间先开"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "现在是“已复工”，祁月" in text and "从 2020-02-17 起" in text
    assert "2020-02-16" in text and "车间先开" in text
    unit.refresh_from_db()
    assert unit.resumed_on == date(2020, 2, 17)


def test_a_permit_that_somebody_has_decided_meanwhile(firm, first, second):
    permit = make_permit(firm, owner=first, accepted_on=date(2020, 2, 13))
    detail = reverse("enterprises:permit_detail", args=[permit.pk])
    opened = drawn(second, detail)
    move_permit(permit=permit, to="granted", on=TODAY, by=first)
    path = reverse("enterprises:permit_move", args=[permit.pk])
    answer = second.post(path, {**opened, "to": "supplement", "on": "2020-02-17", "reason": "少一份租赁合同"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "现在是“准予许可”，祁月" in text and "您填的没有写入" in text
    assert "2020-02-17" in text and "少一份租赁合同" in text and "不能改成“补正材料”" in text
    permit.refresh_from_db()
    assert permit.status == "granted"


def test_two_words_on_one_document(firm, first, second):
    document = hand_in_document(enterprise=firm, kind="system", text="制度", by=make_contact(firm))
    path = reverse("enterprises:document_detail", args=[document.pk])
    opened = drawn(second, path)
    judge_document(document=document, is_good=False, note="消毒频次没有写", by=first)

    answer = second.post(path, {**opened, "verdict": "good", "note": "写得清楚"})

    text = answer.content.decode()
    assert answer.status_code == 422 and "祁月" in text and "消毒频次没有写" in text and "写得清楚" in text
    document.refresh_from_db()
    assert document.status == "to_correct"
    hidden = {field.html_name: field.value() for field in answer.context["form"].hidden_fields()}
    assert second.post(path, {**hidden, "verdict": "good", "note": "写得清楚"}).status_code == 302
    document.refresh_from_db()
    assert document.status == "checked"
