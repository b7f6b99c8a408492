"""Calls and visits: three taps, what they tell the register, what they leave to do, and who may see them."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from enterprises import visiting
from enterprises.models import Board, Need, PlannedContact, Promise, Visit
from enterprises.tests.factories import (
    make_board,
    make_care,
    make_contact,
    make_enterprise,
    make_plan,
    make_promise,
    make_site,
    make_squad,
    make_squad_member,
    make_supervisor,
    make_visit,
)
from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.records import terms
from parkportal.records.models import AuditEntry, Term

pytestmark = pytest.mark.django_db
TODAY = date(2020, 2, 18)
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _words():
    terms.plant()


@pytest.fixture
def squad():
    return make_squad(3)


@pytest.fixture
def member(squad):
    return make_squad_member(squad, name="沈知遥")


@pytest.fixture
def unit(squad):
    return make_enterprise(
        name="湖南砚池泊精密机械有限公司",
        squad=squad,
        building="A5栋",
        floor=2,
        headcount=80,
        liaison=("时雨", "19900000041"),
    )


@pytest.fixture
def address(unit):
    return f"/enterprises/{unit.pk}/visits/new/"


def fields(**changes):
    return {"channel": "door", "all": "fine", "met": "时雨", "token": str(new_token()), **changes}


def jpeg(name="门口.jpg"):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    return SimpleUploadedFile(name, picture.getvalue(), "image/jpeg")


def test_three_taps_when_all_is_in_order(unit, member, address, sign_in):
    make_plan(unit)
    answer = sign_in(member).post(address, fields())
    visit = Visit.objects.get()
    assert answer["Location"] == f"/enterprises/visits/{visit.pk}/"
    assert (visit.by, visit.is_in_order, visit.problems, visit.channel) == (member, True, {}, "door")
    assert PlannedContact.objects.get().visit == visit, "what was planned for today is done"


def test_a_board_that_is_seen_on_the_wall_is_verified_by_the_visit(unit, member, address, sign_in):
    # given a board that hangs and that nobody has seen yet
    board = make_board(unit, status="posted")
    browser = sign_in(member)
    page = browser.get(address).content.decode()
    assert f'name="seen_board" value="{board.pk}"' in page and "与人相符：核验" in page

    # when the member ticks it on the visit
    answer = browser.post(address, fields(seen_board=str(board.pk)), follow=True)

    # then it is verified by the member, and nobody is asked again
    board.refresh_from_db()
    assert (board.status, board.last_move("verified").by) == ("verified", member)
    assert "责任牌核验好了" in answer.content.decode()
    assert "seen_board" not in browser.get(address).content.decode()


def test_a_board_that_hangs_though_nobody_posted_it_is_posted_and_verified_with_the_visits_picture(
    unit, member, address, sign_in
):
    # given a board that was printed and hung without a word in the portal
    board = make_board(unit, status="generated")
    browser = sign_in(member)
    assert "核验，并登记张贴，请拍一张" in browser.get(address).content.decode()

    # then without a picture the visit comes back with what is missing
    answer = browser.post(address, fields(seen_board=str(board.pk)))
    assert answer.status_code == 422 and "请拍一张看得清责任牌的照片" in answer.content.decode()

    # and with one it is posted and verified, and the picture is the board's
    answer = browser.post(address, fields(seen_board=str(board.pk), photos=[jpeg()]), follow=True)
    board.refresh_from_db()
    assert "责任牌核验好了" in answer.content.decode()
    assert [move.to_status for move in board.moves.order_by("pk")][-2:] == ["posted", "verified"]
    assert board.photo == Visit.objects.get().photos.get().file


def test_a_visit_without_the_tick_verifies_nothing(unit, member, address, sign_in):
    board = make_board(unit, status="posted")
    sign_in(member).post(address, fields())
    board.refresh_from_db()
    assert board.status == "posted"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"channel": "phone"}, "上门核验"), ({"all": "problem", "problem_board": "名字不对"}, "先不核验")],
)
def test_a_board_is_not_verified_by_phone_nor_where_it_is_wrong(unit, member, address, sign_in, changes, words):
    board = make_board(unit, status="posted")
    answer = sign_in(member).post(address, fields(seen_board=str(board.pk), **changes))
    assert answer.status_code == 422 and words in answer.content.decode()
    board.refresh_from_db()
    assert board.status == "posted" and not Visit.objects.exists()


@pytest.fixture
def by_video():
    """A way to speak that a notice brought: by video, nobody goes there."""
    return Term.objects.create(kind="visit_channel", code="video", label="视频连线", position=9)


def test_a_channel_that_staff_added_is_offered_written_and_ends_calls_only(unit, member, address, sign_in, by_video):
    make_plan(unit, channel="door")
    make_plan(unit, channel="phone")
    browser = sign_in(member)
    page = browser.get(f"{address}?channel=video").content.decode()
    assert "视频连线" in page and 'data-calls="phone video"' in page
    answer = browser.post(address, fields(channel="video"), follow=True)
    assert "视频连线记下了" in answer.content.decode()
    assert PlannedContact.objects.open().get().channel == "door"
    plan = make_plan(unit, channel="video")
    day = browser.get(reverse("enterprises:member_day"))
    assert day.context["calls"] == [plan] and "?channel=video" in day.content.decode()


def test_a_channel_by_which_somebody_goes_there_verifies_the_board(unit, member, address, sign_in, by_video):
    by_video.settings = {"on_site": True}
    by_video.save()
    board = make_board(unit, status="posted")
    sign_in(member).post(address, fields(channel="video", seen_board=board.pk))
    board.refresh_from_db()
    assert board.status == "verified"


def test_a_retired_channel_is_offered_no_more_and_old_visits_keep_its_word(unit, member, address, sign_in):
    visit = make_visit(unit, channel="phone", by=member)
    Term.objects.filter(kind="visit_channel", code="phone").update(is_active=False)
    browser = sign_in(member)
    form = browser.get(f"{address}?channel=phone").context["form"]
    assert [code for code, _ in form.fields["channel"].choices] == ["door"] and form["channel"].value() == "door"
    page = browser.get(reverse("enterprises:visit_detail", args=[visit.pk])).content.decode()
    assert "电话联访" in page
    assert browser.post(address, fields(channel="phone")).status_code == 422


def test_a_board_that_changed_meanwhile_is_left_and_the_visit_is_kept(unit, member, address, sign_in):
    board, foreign = make_board(unit, status="posted"), make_board(make_enterprise(), status="posted")
    Board.objects.filter(pk=board.pk).update(outdated_at=park_now(), outdated_reason="责任牌上的人换了")
    browser = sign_in(member)
    for seen in (board, foreign):
        answer = browser.post(address, fields(seen_board=str(seen.pk)), follow=True)
        assert "没有核验" in answer.content.decode()
        seen.refresh_from_db()
        assert seen.status == "posted"
    assert Visit.objects.count() == 2


def test_a_call_leaves_a_planned_visit_to_be_made(unit, member, address, sign_in):
    make_plan(unit, channel="door")
    make_plan(unit, channel="phone")
    sign_in(member).post(address, fields(channel="phone"))
    assert PlannedContact.objects.open().get().channel == "door"


def test_the_browsers_queue_gets_json_and_a_repeat_the_first_outcome(unit, member, address, sign_in):
    browser, data = sign_in(member), fields(observations="隔离间收拾好了")
    first = browser.post(address, data, **JSON).json()
    again = browser.post(address, {**data, "observations": "另一句"}, **JSON, HTTP_X_QUEUE_LATE="1").json()
    assert first == again and Visit.objects.get().observations == "隔离间收拾好了"
    refused = browser.post(address, fields(all="problem"), **JSON)
    assert refused.status_code == 422 and "哪里有问题" in refused.json()["text"]


def test_only_an_answer_that_somebody_waits_for_is_said_on_the_next_page(unit, member, address, sign_in):
    browser = sign_in(member)
    url = browser.post(address, fields(), **JSON).json()["url"]
    assert "上门拜访记下了" in browser.get(url).content.decode()
    url = browser.post(address, fields(), **JSON, HTTP_X_QUEUE_LATE="1").json()["url"]
    assert "上门拜访记下了" not in browser.get(url).content.decode()


def test_what_was_heard_reaches_register_needs_promises_and_plans(unit, member, address, sign_in):
    browser = sign_in(member)
    data = fields(
        planned_on="2020-02-24", headcount="63", difficulties=["money", "supplies"], observations="想问能不能展期",
        promise="带两把额温枪来", promise_on="2020-02-20", next_on="2020-02-21", problem_isolation="没有门牌",
    )  # fmt: skip
    browser.post(address, data)
    unit.refresh_from_db()
    assert (unit.planned_on, unit.headcount, unit.status) == (date(2020, 2, 24), 63, "planned")
    assert {need.kind: need.owner for need in Need.objects.all()} == {"money": member, "supplies": member}
    assert (Promise.objects.get().words, Promise.objects.get().due_on) == ("带两把额温枪来", date(2020, 2, 20))
    assert PlannedContact.objects.get().due_on == date(2020, 2, 21)
    assert Visit.objects.get().problems == {"isolation": "没有门牌"}
    browser.post(address, fields(difficulties=["money"]))
    assert Need.objects.filter(kind="money").count() == 1, "an open need of the kind is not written down twice"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"all": "problem"}, "哪里有问题"),
        ({"next_on": "2020-02-17"}, "这一天已经过去"),
        ({"promise": "x", "promise_on": "2020-02-01"}, "这一天已经过去"),
        ({"headcount": "-1"}, "大于或等于0"),
        ({"channel": "letter"}, "letter"),
        ({"observations": "字" * 501}, "500"),
        ({"difficulties": ["nothing"]}, "nothing"),
    ],
)
def test_bad_input_is_said_and_writes_nothing(unit, member, address, sign_in, changes, words):
    answer = sign_in(member).post(address, fields(**changes))
    assert answer.status_code == 422 and words in str(answer.context["form"].errors)
    assert not Visit.objects.exists() and not PlannedContact.objects.exists()


def test_photos_are_judged_by_content_and_served_to_who_may_see_the_visit(unit, member, address, sign_in):
    browser = sign_in(member)
    fake = SimpleUploadedFile("照片.jpg", b"<script>alert(1)</script>", "image/jpeg")
    assert browser.post(address, fields(photos=[fake])).status_code == 422
    assert not Visit.objects.exists()
    browser.post(address, fields(photos=[jpeg(), jpeg()]))
    photo = Visit.objects.get().photos.first()
    assert Visit.objects.get().photos.count() == 2
    assert browser.get(f"/enterprises/visits/photos/{photo.pk}/").status_code == 200
    stranger = make_squad_member(make_squad(9))
    assert sign_in(stranger).get(f"/enterprises/visits/photos/{photo.pk}/").status_code == 404


def test_a_visit_is_the_parks_note_and_not_the_enterprises(unit, member, sign_in):
    visit = make_visit(unit, by=member)
    for user, expected in (
        (make_contact(unit), 404),
        (make_squad_member(make_squad(9)), 404),
        (make_supervisor(make_enterprise()), 404),
        (make_supervisor(unit), 200),
    ):
        assert sign_in(user).get(f"/enterprises/visits/{visit.pk}/").status_code == expected, user


def test_the_whole_number_is_shown_against_a_reason_of_the_list(unit, member, sign_in):
    browser = sign_in(member)
    page = browser.get(f"/enterprises/{unit.pk}/").content.decode()
    assert "19900000041" not in page and "看完整号码" in page
    refused = browser.post(f"/enterprises/{unit.pk}/call/", {"reason": "好奇"}, follow=True)
    assert "19900000041" not in refused.content.decode() and not AuditEntry.objects.filter(
        action="enterprise.phone_shown"
    )
    shown = browser.post(f"/enterprises/{unit.pk}/call/", {"reason": "送达物资"})
    assert "19900000041" in shown.content.decode()
    entry = AuditEntry.objects.get(action="enterprise.phone_shown")
    assert (entry.by, entry.reason) == (member, "送达物资") and "19900000041" not in str(entry.__dict__)


def test_the_day_goes_from_building_to_building_and_counts_what_is_left(squad, member, sign_in):
    rows = [("B2栋", 3), ("A1栋", 5), ("B2栋", 1), ("A1栋", 2)]
    units = [make_enterprise(squad=squad, building=building, floor=floor) for building, floor in rows]
    for unit in units:
        make_plan(unit)
    late = make_plan(units[0], due_on=TODAY - timedelta(days=1), channel="phone")
    make_plan(units[1], due_on=TODAY + timedelta(days=1))
    make_promise(make_visit(units[2], by=member))
    day = visiting.members_day(member)
    assert [(row.enterprise.building, row.enterprise.floor) for row in day["visits"]] == sorted(rows)
    assert (day["late_plans"], day["urgent"], day["to_call"], day["count"]) == ([late], 1, 0, 6)
    assert day["units"][units[2].pk].last_contact_by == "沈知遥"
    page = sign_in(member).get("/enterprises/day/").content.decode()
    assert "今天还有 6 件事" in page


def test_a_day_is_the_members_own(squad, member, sign_in):
    other = make_squad_member(squad, name="卫长庚")
    mine, theirs, nobodys = (make_enterprise(squad=squad) for _ in range(3))
    make_care(mine, member)
    make_care(theirs, other)
    assert set(visiting.own_list(member)) == {mine, nobodys}
    make_plan(theirs)
    assert not visiting.members_day(member)["visits"]


@pytest.mark.parametrize("many", [1, 40])
def test_the_day_takes_the_same_statements_for_many_as_for_one(squad, member, sign_in, statements, many):
    for _ in range(many):
        unit = make_enterprise(squad=squad)
        make_plan(unit)
        make_promise(make_visit(unit, by=member))
    browser = sign_in(member)
    browser.get("/enterprises/day/")
    assert statements(lambda: browser.get("/enterprises/day/")) == 9


def test_who_was_not_heard_of_for_a_week_comes_with_the_longest_first(squad, member):
    never, long_ago, lately = (make_enterprise(squad=squad) for _ in range(3))
    make_visit(long_ago, visited_at=park_now() - timedelta(days=8))
    make_visit(lately, visited_at=park_now() - timedelta(days=6))
    assert visiting.members_day(member)["quiet"] == [never, long_ago]


def test_a_promise_is_kept_once_and_a_plan_dropped_once(unit, member, sign_in):
    browser, promise, plan = sign_in(member), make_promise(make_visit(unit, by=member)), make_plan(unit)
    for words in ("兑现了：", "已经兑现了"):
        assert words in browser.post(f"/enterprises/promises/{promise.pk}/keep/", follow=True).content.decode()
    for words in ("取消了这次走访计划", "已经办过或者取消了"):
        assert words in browser.post(f"/enterprises/plans/{plan.pk}/drop/", follow=True).content.decode()
    promise.refresh_from_db()
    assert promise.done_by == member and AuditEntry.objects.filter(action="visit.plan_dropped").count() == 1


def test_the_calendar_sorts_by_the_day_that_was_said(squad, committee, sign_in):
    def planned(day):
        return make_enterprise(squad=squad, status="planned", planned_on=day)

    late, today, friday, far = (planned(TODAY + timedelta(days=n)) for n in (-1, 0, 3, 40))
    without = make_enterprise(squad=squad)
    make_enterprise(squad=squad, status="resumed", planned_on=TODAY)
    make_enterprise(squad=squad, exclusion="maintenance")
    context = sign_in(committee).get("/enterprises/planned/").context
    by_day = {cell.day: cell.units for cell in context["days"] if cell.units}
    assert by_day == {TODAY: [today], TODAY + timedelta(days=3): [friday]}
    assert [context[name].units for name in ("late", "later", "without")] == [[late], [far], [without]]
    assert [context[name].total for name in ("late", "later", "without")] == [1, 1, 1]
    assert context["days"][0].day.weekday() == 0 and len(context["days"]) == 21 and context["planned"] == 3


def test_the_map_stands_floors_from_the_top_and_the_unplaced_at_the_end(squad, committee, sign_in):
    low = make_enterprise(squad=squad, building="A1栋", floor=1, status="resumed")
    high = make_enterprise(squad=squad, building="A1栋", floor=9)
    site = make_site(building="")
    make_enterprise(building="B1栋", squad=make_squad(8))
    page = sign_in(committee).get("/enterprises/map/")
    buildings = list(page.context["page_obj"])
    assert page.context["totals"] == (1, 4)
    assert [one.name for one in buildings] == ["A1栋", "B1栋", "没有填楼栋"]
    assert [(floor, shown.units) for floor, shown in buildings[0].floors] == [(9, [high]), (1, [low])] and (
        buildings[0].resumed,
        buildings[0].total,
    ) == (1, 2)
    assert [(floor, shown.units) for floor, shown in buildings[-1].floors] == [(None, [site])]
    own = sign_in(make_squad_member(squad)).get("/enterprises/map/").context["page_obj"]
    assert [one.name for one in own] == ["A1栋"], "a squad sees its own"


def follow(browser, query):
    """What the list shows behind a way to the rest."""
    return set(browser.get(f"/enterprises/?{query}").context["page_obj"])


def test_a_full_day_of_the_calendar_shows_the_first_and_the_way_to_the_rest(squad, committee, sign_in):
    groups = {"2020-02-20": 8, "late": 22, "later": 22, "none": 22}
    days = {"2020-02-20": date(2020, 2, 20), "late": date(2020, 2, 1), "later": date(2020, 4, 1), "none": None}
    made = {
        name: {make_enterprise(squad=squad, planned_on=days[name]) for _ in range(count)}
        for name, count in groups.items()
    }
    make_enterprise(status="resumed", planned_on=date(2020, 2, 20))
    make_enterprise(planned_on=date(2020, 2, 20), exclusion="maintenance")
    browser = sign_in(committee)
    page = browser.get("/enterprises/planned/")
    cell = next(cell for cell in page.context["days"] if cell.day == days["2020-02-20"])
    shown = {"2020-02-20": cell, "late": page.context["late"], "later": page.context["later"]}
    shown["none"] = page.context["without"]
    for name, one in shown.items():
        assert (one.total, one.more) == (groups[name], 2), name
        assert len(one.units) == groups[name] - 2
        assert follow(browser, one.query) == made[name], name
        assert f"?{one.query}" in page.content.decode()
    assert page.context["planned"] == 30


def test_a_full_floor_of_the_map_shows_the_first_and_the_way_to_the_rest(committee, sign_in):
    floor = {make_enterprise(building="A1栋", floor=3) for _ in range(15)}
    nowhere = {make_site(building="") for _ in range(14)}
    make_enterprise(building="A1栋", floor=2)
    browser = sign_in(committee)
    answer = browser.get("/enterprises/map/")
    placed, unplaced = answer.context["page_obj"]
    for shown, made in ((placed.floors[0][1], floor), (unplaced.floors[0][1], nowhere)):
        assert len(shown.units) == 12 and shown.more == len(made) - 12
        assert follow(browser, shown.query) == made
        assert f"还有 {shown.more} 家" in answer.content.decode()


def test_the_map_turns_its_pages_by_building(committee, sign_in):
    for number in range(40):
        make_enterprise(building=f"K{number:02d}栋")
    browser = sign_in(committee)
    pages = [[one.name for one in browser.get(f"/enterprises/map/?page={page}").context["page_obj"]] for page in (1, 2)]
    assert [len(page) for page in pages] == [36, 4] and pages[1][-1] == "K39栋"


def test_words_that_no_filter_of_places_and_days_knows_find_nothing(committee, sign_in):
    make_enterprise(building="A1栋", floor=3)
    browser = sign_in(committee)
    for query in ("floor=x", "planned=soon", "building=Z9栋"):
        assert follow(browser, query) == set()
