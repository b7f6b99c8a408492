"""供餐: guidance by a named officer, a plan without clashes, the poster at the door, outlets and their public list."""

import uuid
from datetime import time, timedelta

import pytest
from django.urls import reverse

from enterprises.actions.canteen import (
    add_meal_slot,
    assign_guidance,
    close_guidance,
    close_meal_point,
    end_meal_slot,
    open_meal_point,
)
from enterprises.actions.outlets import check_outlet, set_outlet_open
from enterprises.models import Guidance, MealPoint, Outlet
from enterprises.serving import section_of
from enterprises.tests.factories import (
    make_contact,
    make_enterprise,
    make_guidance,
    make_meal_point,
    make_outlet,
    make_supervisor,
)
from enterprises.tests.pages import drawn
from enterprises.tests.test_boards import picture
from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.printing.meal_posters import MealPoster, MealTime, meal_poster_pdf
from parkportal.printing.tests.reading import ink_edges, pages, text
from parkportal.records import figures
from parkportal.records.models import AuditEntry
from parkportal.records.worklist import entries_for
from parkportal.states import Refused
from parkportal.tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_enterprise(name="长沙橙岸村食品有限公司", status="resumed", has_canteen=True)


@pytest.fixture
def contact(unit):
    user = make_contact(unit, name="时雨")
    user.set_phone("19900000061")
    user.save()
    return user


def address(name, row, *more):
    return reverse(f"enterprises:{name}", args=[row.pk, *more])


def line(starts, ends, group, cap):
    return {
        "token": str(uuid.uuid4()), "starts": starts, "ends": ends, "group": group, "cap": str(cap),
    }  # fmt: skip


def add(point, starts, ends, group, cap, by, **more):
    hours = {"starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
    return add_meal_slot(point=point, **hours, group=group, cap=cap, by=by, **more)


# --- guidance ---------------------------------------------------------------------------------------------------


def test_an_enterprise_asks_gets_an_officer_by_name_and_the_officer_finishes(unit, contact, committee, sign_in):
    officer = make_supervisor(name="莫清和")
    browser = sign_in(contact)
    data = {"token": str(uuid.uuid4()), "wish": "200 人怎样分三批"}
    first = browser.post(address("guidance_create", unit), data)
    assert browser.post(address("guidance_create", unit), data)["Location"] == first["Location"]
    guidance = Guidance.objects.get()
    assert [entry.verb for entry in entries_for(committee) if entry.kind == "食堂指导"] == ["派指导员"]
    step = {"token": uuid.uuid4(), "officer": officer.pk, "visit_on": "2020-02-19"}
    assert browser.post(address("guidance_step", guidance, "assign"), step).status_code == 404
    assert sign_in(committee).post(address("guidance_step", guidance, "assign"), step).status_code == 302
    message = Message.objects.get(purpose="guidance_assigned", recipient=contact)
    assert "食堂指导员莫清和定于 2月19日" in message.text
    assert [entry.verb for entry in entries_for(officer) if entry.kind == "食堂指导"] == ["登记指导"]
    browser = sign_in(officer)
    assert browser.get(address("guidance_detail", guidance)).status_code == 200
    answer = browser.post(address("guidance_step", guidance, "done"), {"token": uuid.uuid4(), "words": ""})
    assert answer.status_code == 422
    words = {"token": uuid.uuid4(), "words": "分三批，每批 60 人，隔位"}
    assert browser.post(address("guidance_step", guidance, "done"), words).status_code == 302
    assert not [entry for entry in entries_for(officer) if entry.kind == "食堂指导"]
    page = sign_in(contact).get(address("guidance_detail", guidance)).content.decode()
    assert "分三批，每批 60 人，隔位" in page and "指导完成" in page
    assert [(one.word, one.state) for one in section_of(unit, contact)["services"]] == [("食堂指导", "指导完成")]


def test_one_request_at_a_time_and_a_day_that_is_over_is_refused(unit, contact, committee, sign_in):
    guidance = make_guidance(unit)
    answer = sign_in(contact).post(address("guidance_create", unit), {"token": uuid.uuid4(), "wish": "再来一个"})
    assert answer.status_code == 422 and "已经有一件食堂指导在办" in answer.content.decode()
    yesterday = park_today() - timedelta(days=1)
    with pytest.raises(Refused, match="今天或以后"):
        assign_guidance(guidance=guidance, officer=committee, visit_on=yesterday, by=committee)
    close_guidance(guidance=guidance, to="withdrawn", words="不用了", by=contact)
    assert (
        sign_in(contact).post(address("guidance_create", unit), {"token": uuid.uuid4(), "wish": "再来一个"}).status_code
        == 302
    )


def test_another_officer_does_not_reach_it(unit, sign_in):
    guidance = make_guidance(unit, officer=make_supervisor(), status="assigned", visit_on=park_today())
    browser = sign_in(make_supervisor())
    assert browser.get(address("guidance_detail", guidance)).status_code == 404
    assert browser.post(address("guidance_step", guidance, "done"), {"words": "x"}).status_code == 404


# --- the plan ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "group", "cap", "words"),
    [
        ("11:45", "12:15", "研发部", 41, "再排 41 人坐不下"),  # 60 sit there already, 100 seats
        ("11:45", "12:15", "研发部", 40, ""),
        ("12:00", "12:30", "研发部", 100, ""),  # one ends as the other begins
        ("11:50", "12:10", " 一 车间", 1, "同一批人不能同时排两处"),
        ("12:00", "12:30", "一车间", 50, ""),  # the same people, later
        ("11:00", "13:00", "行政", 101, "只有 100 个座位"),
        ("12:40", "13:00", "二车间", 10, "已经排在"),  # in the other hall of the same enterprise
    ],
)
def test_a_new_line_must_not_clash(unit, committee, starts, ends, group, cap, words):
    point = make_meal_point(unit, ("11:30", "12:00", "一车间", 60))
    make_meal_point(unit, ("12:30", "13:00", "二车间", 60))
    if words:
        with pytest.raises(Refused) as refused:
            add(point, starts, ends, group, cap, committee)
        assert refused.value.code == "clash" and words in refused.value.text
        assert point.slots.count() == 1
    else:
        assert add(point, starts, ends, group, cap, committee).pk


def test_seats_are_counted_at_the_fullest_moment(unit, committee):
    """Two lines that do not meet each other do not add up."""
    point = make_meal_point(unit, ("11:00", "11:30", "甲", 60), ("11:30", "12:00", "乙", 70))
    add(point, "11:00", "12:00", "丙", 30, committee)
    with pytest.raises(Refused, match="同时还有 100 人"):
        add(point, "11:20", "11:40", "丁", 1, committee)


def test_another_enterprise_may_use_the_same_words(unit, committee):
    make_meal_point(make_enterprise(), ("11:30", "12:00", "一车间", 60))
    make_meal_point(None, ("11:30", "12:00", "一车间", 60))
    assert add(make_meal_point(unit), "11:30", "12:00", "一车间", 60, committee).pk


def test_the_contact_plans_on_the_page_and_what_was_typed_stays(unit, contact, sign_in):
    browser = sign_in(contact)
    data = {"token": str(uuid.uuid4()), "name": "橙岸村食堂", "place": "1 号楼", "seats": "60"}
    browser.post(address("enterprise_meal_create", unit), data)
    point = MealPoint.objects.get()
    first = line("11:30", "12:00", "一车间", 50)
    for _ in range(2):
        assert browser.post(address("meal_slot_add", point), first).status_code == 302
    assert point.slots.count() == 1
    answer = browser.post(address("meal_slot_add", point), line("11:45", "12:15", "二车间", 50))
    page = answer.content.decode()
    assert answer.status_code == 422 and "坐不下" in page and 'value="二车间"' in page
    answer = browser.post(address("meal_slot_add", point), line("12:15", "12:00", "二车间", 50))
    assert answer.status_code == 422 and "结束要晚于开始" in answer.content.decode()
    browser.post(address("meal_slot_end", point.slots.get()))
    assert not point.slots.standing().exists() and AuditEntry.objects.filter(action="meals.slot_ended").exists()
    assert browser.post(address("meal_slot_add", point), line("11:45", "12:15", "二车间", 50)).status_code == 302
    again = {**data, "token": str(uuid.uuid4())}
    answer = browser.post(address("enterprise_meal_create", unit), again)
    assert answer.status_code == 422 and "同名的供餐点" in answer.content.decode()


def test_a_point_of_the_park_is_seen_by_all_and_changed_by_the_committee(unit, contact, committee, sign_in):
    point, foreign = make_meal_point(None), make_meal_point(make_enterprise())
    browser = sign_in(contact)
    assert browser.get(address("meal_detail", point)).status_code == 200
    assert browser.get(address("meal_detail", foreign)).status_code == 404
    data = line("11:30", "12:00", "一车间", 50)
    assert browser.post(address("meal_slot_add", point), data).status_code == 404
    assert sign_in(committee).post(address("meal_slot_add", point), data).status_code == 302
    sign_in(committee).post(address("meal_close", point))
    assert browser.get(address("meal_detail", point)).status_code == 404


def test_the_poster_says_when_who_and_how_many(unit, contact, sign_in):
    point = make_meal_point(unit, ("11:30", "12:00", "一车间", 60), ("12:00", "12:30", "二车间", 55), name="橙岸村食堂")
    end_meal_slot(slot=point.slots.create(starts=time(13), ends=time(14), group="取消的", cap=5), by=contact)
    answer = sign_in(contact).get(address("meal_poster", point, "A3"))
    words = text(answer.content)
    for part in (
        "分时就餐",
        "橙岸村食堂",
        "11:30–12:00",
        "一车间",
        "60 人",
        "12:00–12:30",
        "2020年2月18日起",
        "隔位就座",
    ):
        assert part in words
    assert "取消的" not in words and words.count("\f") == 1
    assert sign_in(contact).get(address("meal_poster", point, "A5")).status_code == 404


@pytest.mark.parametrize("lines", [0, 1, 24])
def test_however_many_lines_the_poster_stays_on_its_page(lines):
    times = tuple(MealTime("11:30–12:00", f"第 {n} 批，名字很长很长很长很长的一批人", 999) for n in range(lines))
    poster = MealPoster("很长名字的第一食堂" * 4, "A1栋 1 层东侧" * 3, times, 200, "管委会", "2020年2月18日")
    drawn = pages(meal_poster_pdf(poster), dpi=60)
    assert len(drawn) == 1 and min(ink_edges(drawn[0])) > 20
    assert text(meal_poster_pdf(poster)).count("999 人") == lines


def test_the_figure_counts_canteens_with_a_plan(unit, committee, sign_in):
    make_enterprise(status="resumed", has_canteen=True)
    point = make_meal_point(unit)
    before = figures.get("canteens_planned").value(park_now())
    slot = add(point, "11:30", "12:00", "一车间", 50, committee)
    value = figures.get("canteens_planned").value(park_now())
    assert (before.numerator, value.numerator, value.denominator) == (0, 1, 2)
    end_meal_slot(slot=slot, by=committee)
    assert figures.get("canteens_planned").value(park_now()).numerator == 0


# --- outlets ----------------------------------------------------------------------------------------------------


def test_only_what_is_open_and_in_order_stands_on_the_public_list(client, committee, sign_in):
    good = make_outlet(
        name="湘味小炒", english_name="Xiang Kitchen", place="A1栋东门", english_place="East gate, A1", offers="盒饭",
        english_offers="Lunch boxes",
    )  # fmt: skip
    make_outlet(name="小面馆", place="B2栋", offers="粉面")
    for outlet in (make_outlet(passed=False, name="不合格的"), make_outlet(passed=None, name="没查过的")):
        assert outlet not in Outlet.objects.for_everybody()
    closed = make_outlet(name="停业的")
    sign_in(committee).post(address("outlet_open", closed))
    client.logout()
    page = client.get("/takeaway/").content.decode()
    assert "湘味小炒" in page and "正在营业" in page
    assert not any(name in page for name in ("不合格的", "没查过的", "停业的"))
    english = client.get("/takeaway/", {"lang": "en"}).content.decode()
    assert "Xiang Kitchen" in english and "Take-away food" in english and "Open now" in english
    assert "East gate, A1" in english and "Lunch boxes" in english
    assert not any(words in english for words in ("湘味小炒", "A1栋东门", "盒饭"))
    assert all(words in english for words in ("小面馆", "B2栋", "粉面")), "what has no English words keeps its own"
    assert "打包外卖" in client.get("/", {"lang": "zh-hans"}).content.decode()
    assert good.checks.get().by.name not in page


def test_a_bad_check_takes_it_off_and_a_good_one_puts_it_back(committee, sign_in):
    outlet, supervisor = make_outlet(passed=None), make_supervisor()
    assert [entry.title for entry in entries_for(supervisor) if entry.kind == "外卖店"] == [outlet.name]
    browser = sign_in(supervisor)
    door = address("outlet_check", outlet)
    answer = browser.post(door, {"token": uuid.uuid4(), "passed": "no"})
    assert answer.status_code == 422 and "不合格要写明" in answer.content.decode()
    data = {"token": str(uuid.uuid4()), "passed": "yes", "photo": picture()}
    browser.post(door, data)
    browser.post(door, {**data, "photo": picture()})
    assert outlet.checks.count() == 1 and outlet in Outlet.objects.for_everybody()
    photo = browser.get(reverse("enterprises:outlet_photo", args=[outlet.checks.get().pk]))
    assert photo.status_code == 200 and photo["Content-Type"] == "image/png"
    assert not [entry for entry in entries_for(supervisor) if entry.kind == "外卖店"]
    check_outlet(outlet=outlet, passed=False, words="没有戴手套", photo=None, by=supervisor)
    assert outlet not in Outlet.objects.for_everybody()
    assert figures.get("outlets_in_order").value(park_now()).numerator == 0
    assert figures.get("outlets_in_order").value(park_now()).denominator == 1


def test_a_week_later_it_is_to_be_looked_at_again(park_time):
    make_outlet(name="湘味小炒")
    supervisor = make_supervisor()
    assert not [entry for entry in entries_for(supervisor) if entry.kind == "外卖店"]
    park_time.shift(timedelta(days=8))
    rows = [entry for entry in entries_for(supervisor) if entry.kind == "外卖店"]
    assert [row.detail for row in rows] == ["上次检查 2月18日"]


def test_an_outlet_is_registered_once_and_corrected(committee, sign_in):
    browser = sign_in(committee)
    data = {
        "token": str(uuid.uuid4()), "name": "湘味小炒", "place": "A1栋东门", "opens": "10:00", "closes": "20:00",
    }  # fmt: skip
    for _ in range(2):
        browser.post(reverse("enterprises:outlet_create"), data)
    outlet = Outlet.objects.get()
    answer = browser.post(reverse("enterprises:outlet_create"), {**data, "token": uuid.uuid4()})
    assert answer.status_code == 422 and "已经登记过" in answer.content.decode()
    path = address("outlet_edit", outlet)
    browser.post(path, {**data, **drawn(browser, path), "offers": "盒饭"})
    outlet.refresh_from_db()
    assert outlet.offers == "盒饭" and str(outlet.token) == data["token"]


# --- the race ---------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRace:
    """Eight people put a line each into the last forty seats of one moment."""

    def plan(self):
        point, by = make_meal_point(make_enterprise(), seats=100), make_supervisor()
        results = at_once(8, lambda n: self.try_line(point, n, by))
        return results, sum(point.slots.values_list("cap", flat=True))

    def try_line(self, point, n, by):
        try:
            return add(point, "11:30", "12:00", f"第 {n} 批", 40, by).pk
        except Refused as refused:
            return refused.code

    def test_seats_are_never_promised_twice(self):
        results, promised = self.plan()
        assert promised == 80 and results.count("clash") == 6

    def test_without_the_lock_they_are(self, monkeypatch):
        monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
        assert any(self.plan()[1] > 100 for _ in range(5))


def test_a_closed_point_takes_no_line_and_is_closed_once(unit, committee):
    point = open_meal_point(enterprise=unit, name="食堂", place="一楼", seats=40, by=committee)
    close_meal_point(point=point, by=committee)
    close_meal_point(point=point, by=committee)
    assert AuditEntry.objects.filter(action="meals.closed").count() == 1
    with pytest.raises(Refused, match="已经停用"):
        add(point, "11:30", "12:00", "一车间", 20, committee)


def test_two_firms_may_have_a_canteen_of_the_same_name_and_one_firm_may_not(unit, committee):
    open_meal_point(enterprise=unit, name="食堂", place="一楼", seats=40, by=committee)
    open_meal_point(enterprise=make_enterprise(), name="食堂", place="一楼", seats=40, by=committee)
    open_meal_point(enterprise=None, name="食堂", place="一楼", seats=40, by=committee)
    for owner in (unit, None):
        with pytest.raises(Refused, match="同名"):
            open_meal_point(enterprise=owner, name="食堂", place="二楼", seats=10, by=committee)


def test_a_second_press_does_not_move_the_day_an_outlet_closed(committee):
    outlet = make_outlet(closed_at=None)
    set_outlet_open(outlet=outlet, is_open=False, by=committee)
    outlet.refresh_from_db()
    closed_at = outlet.closed_at
    set_outlet_open(outlet=outlet, is_open=False, by=committee)
    outlet.refresh_from_db()
    assert outlet.closed_at == closed_at
    assert AuditEntry.objects.filter(action="outlet.closed").count() == 1
