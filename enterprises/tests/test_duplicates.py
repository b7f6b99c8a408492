"""Rows that may be one unit: noticed, set apart, merged with a preview, undone within a day."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import get_resolver, reverse
from hypothesis import given
from hypothesis import strategies as st

from enterprises import merging
from enterprises.actions import (
    correct_enterprise,
    dismiss_doubt,
    merge_enterprises,
    note_doubts,
    set_resumption_status,
    undo_merge,
)
from enterprises.doubles import are_alike, pairs_in
from enterprises.middleware import ARGUMENTS
from enterprises.models import Doubt, Employment, Enterprise, EnterpriseContact, Merge, ResumptionMove
from enterprises.pinyin import name_core
from enterprises.tests.factories import (
    credit_code,
    make_board,
    make_contact,
    make_employee,
    make_employment,
    make_enterprise,
    make_filing,
    make_greeting,
    make_guidance,
    make_inspection,
    make_meal_point,
    make_need,
    make_notice,
    make_permit,
    make_person,
    make_report,
    make_site,
    make_squad,
    make_squad_member,
    make_visit,
    phone,
)
from enterprises.tests.test_doors import register_row, write_register
from parkportal.clock import at, park_now
from parkportal.idempotency import new_token
from parkportal.records.models import AuditEntry
from parkportal.states import Refused

pytestmark = pytest.mark.django_db


def all_routes(patterns=None, start=""):
    """Every address of the portal: its whole route and its name."""
    for one in patterns or get_resolver().url_patterns:
        route = start + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from all_routes(one.url_patterns, route)
        else:
            yield route, one.name


NAME = "湖南青禾检测有限公司"


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        (NAME, "长沙青禾检测有限责任公司", True),
        (NAME, "湖南青和检测股份有限公司", True),
        (NAME, "湖南青禾检测（集团）有限公司", True),
        (NAME, "湖南轻禾检侧有限公司", True),
        ("湖南诚新智能装备有限公司", "湖南陈新智能装备有限公司", True),
        (NAME, "湖南栎黛软件有限公司", False),
        ("一号工地", "二号工地", False),
        ("湖南安有限公司", "湖南暗有限公司", True),
        ("湖南安有限公司", "湖南昂有限公司", False),
        ("有限公司", "有限公司", True),
    ],
)
def test_names_that_sound_the_same_are_alike(name, other, alike):
    assert are_alike(name_core(name), name_core(other)) is alike


LETTERS = st.text("abc", min_size=10, max_size=14)


@given(st.lists(LETTERS, min_size=2, max_size=12))
def test_the_search_for_pairs_finds_what_comparing_everything_finds(cores):
    rows = [(n, core, "", "") for n, core in enumerate(cores)]
    slow = {(i, j) for i, one in enumerate(cores) for j, two in enumerate(cores) if i < j and are_alike(one, two)}
    assert set(pairs_in(rows)) == slow


def test_a_phone_that_stands_with_many_is_an_agents():
    rows = [(n, f"core{n}", "same", "") for n in range(4)]
    assert len(pairs_in(rows)) == 6
    assert pairs_in([*rows, (9, "core9", "same", "")]) == {}


def test_a_pair_is_asked_about_once(committee):
    number = phone()
    first = make_enterprise(name=NAME, liaison=("陆青禾", number))
    second = make_enterprise(name="长沙青禾检测有限公司", liaison=("陆青禾", number))
    assert note_doubts() == 1
    doubt = Doubt.objects.get()
    assert (doubt.first, doubt.second, doubt.reasons) == (first, second, ["name", "phone"])
    assert dismiss_doubt(doubt=doubt, by=committee)
    assert not dismiss_doubt(doubt=doubt, by=committee)
    assert note_doubts() == 0
    assert not Doubt.objects.waiting().exists()


def form_data(**changes):
    data = {"kind": "enterprise", "name": "长沙青禾检测有限公司", "credit_code": credit_code(), "status": "not_resumed"}
    return {**data, "token": str(new_token()), **changes}


def test_a_look_alike_is_shown_before_a_unit_is_entered(committee, sign_in):
    # given a unit that stands in the register
    make_enterprise(name=NAME)
    browser = sign_in(committee)

    # when another with a like name is entered, nothing is written yet
    answer = browser.post("/enterprises/new/", form_data())
    assert answer.status_code == 422
    assert "名录里有 1 家很像" in answer.content.decode() and NAME in answer.content.decode()
    assert Enterprise.objects.count() == 1

    # then saying that it is another one enters it, and nobody is asked again
    answer = browser.post("/enterprises/new/", form_data(not_double="on"))
    assert answer.status_code == 302
    assert Enterprise.objects.count() == 2
    assert Doubt.objects.get().status == "different"
    assert note_doubts() == 0


def test_the_same_code_cannot_be_entered_twice(committee, sign_in):
    unit = make_enterprise(name="湖南栎黛软件有限公司")
    answer = sign_in(committee).post("/enterprises/new/", form_data(credit_code=unit.credit_code, not_double="on"))
    assert answer.status_code == 422
    assert "信用代码相同" in answer.content.decode()
    assert Enterprise.objects.count() == 1


@pytest.fixture
def pair():
    """A unit with a short history, and a second row of it with people, an account, a report and a code."""
    kept = make_enterprise(name=NAME, squad=make_squad(1), headcount=None)
    gone = make_enterprise(
        name="湖南青禾检测有限公司（新）",
        headcount=120,
        liaison=("陆青禾", "19900000123"),
        tags=["规上"],
        status="resumed",
    )
    make_employee(gone, name="米禾")
    shared = make_person(name="时雨")
    make_employment(shared, kept)
    make_employment(shared, gone)
    contact = make_contact(gone)
    make_report(gone)
    return kept, gone, contact


def test_the_preview_says_what_goes_where(pair, committee, sign_in):
    kept, gone, _ = pair
    page = sign_in(committee).get(f"/enterprises/{kept.pk}/merge/{gone.pk}/")
    choices = {row.name: row for row in page.context["choices"]}
    assert (choices["headcount"].gone, choices["headcount"].take) == ("120", "gone")
    assert (choices["credit_code"].take, choices["name"].take) == ("kept", "kept")
    assert "19900000123" not in page.content.decode()
    goings = {going.words: (going.count, going.stays, going.clashing) for going in page.context["goings"]}
    assert goings["在岗关系"] == (2, False, 1) and goings["企业账号"] == (1, False, 0)
    assert goings["复工状态变动"] == (1, True, 0)
    assert "走得更远，带过去" in page.content.decode() and "其中 1 条两边都有，留在原档" in page.content.decode()
    assert Merge.objects.count() == 0


def test_what_clashes_in_the_preview_is_what_the_merge_leaves(pair, committee):
    """Every table at once: the preview counts by the constraints, the merge asks the database."""
    kept, gone, contact = pair
    make_report(kept)
    make_board(kept)
    make_board(gone)
    EnterpriseContact.objects.create(enterprise=kept, user=contact, starts_on=date(2020, 2, 1))
    foreseen = {row.words: row.count - row.clashing for row in merging.goings(kept, gone) if not row.stays}
    merge = merge_enterprises(kept=kept, gone=gone, by=committee)
    names = {relation.key: str(relation.model._meta.verbose_name_plural) for relation in merging.relations()}
    assert {names[key]: len(keys) for key, keys in merge.moved.items()} == {w: n for w, n in foreseen.items() if n}
    assert foreseen["日报"] == 0 and foreseen["企业账号"] == 0 and foreseen["责任牌"] == 0


def test_the_status_that_is_further_on_goes_along_and_comes_back(pair, committee):
    kept, gone, _ = pair
    merge = merge_enterprises(kept=kept, gone=gone, by=committee)
    kept.refresh_from_db()
    assert (kept.status, kept.resumed_on) == ("resumed", date(2020, 2, 12))
    (move,) = kept.moves.all()
    assert (move.to_status, move.effective_at, move.by) == ("resumed", at(date(2020, 2, 12)), committee)
    undo_merge(merge=merge, by=committee)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.status, kept.resumed_on, gone.status) == ("not_resumed", None, "resumed")
    assert [one.to_status for one in kept.moves.order_by("id")] == ["resumed", "not_resumed"]


def test_a_status_changed_since_the_merge_stays(pair, committee):
    kept, gone, _ = pair
    merge = merge_enterprises(kept=kept, gone=gone, by=committee)
    kept.refresh_from_db()
    set_resumption_status(enterprise=kept, to="stopped", on=date(2020, 2, 18), by=committee, reason="有病例")
    undo_merge(merge=merge, by=committee)
    kept.refresh_from_db()
    assert kept.status == "stopped"


def test_a_status_that_is_behind_does_not_go_along(committee):
    kept = make_enterprise(name=NAME, status="resumed")
    gone = make_enterprise(name="湖南青禾检测有限公司（新）", status="filed")
    merge_enterprises(kept=kept, gone=gone, by=committee)
    kept.refresh_from_db()
    assert kept.status == "resumed" and kept.moves.count() == 1


@pytest.mark.parametrize(("take", "is_outdated"), [(["principal_name"], True), (["headcount"], False)])
def test_a_principal_taken_over_outdates_the_board(committee, take, is_outdated):
    kept = make_enterprise(name=NAME, principal=("方国庆", "19900000001"))
    gone = make_enterprise(name="湖南青禾检测有限公司（新）", principal=("米禾", "19900000002"), headcount=9)
    board = make_board(kept, holders=[{"code": "leader", "duty": "领导小组组长", "name": "方国庆"}])
    merge_enterprises(kept=kept, gone=gone, take=take, by=committee)
    board.refresh_from_db()
    assert (board.outdated_at is not None) is is_outdated


def test_a_merge_moves_what_may_move_and_repoints_no_history(pair, committee, sign_in):
    # when
    kept, gone, contact = pair
    browser = sign_in(committee)
    answer = browser.post(f"/enterprises/{kept.pk}/merge/{gone.pk}/", {"token": str(new_token())})
    assert answer["Location"] == f"/enterprises/{kept.pk}/"

    # then people, account and report went over, the person of both stays once, values and tags are taken
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert kept.headcount == 120 and kept.liaison_name == "陆青禾" and kept.liaison_phone_hash
    assert [tag.label for tag in kept.tags.all()] == ["规上"]
    assert Employment.objects.filter(enterprise=kept).count() == 2
    assert kept.contacts.get().user == contact and kept.daily_reports.count() == 1
    assert ResumptionMove.objects.filter(subject=gone).count() == 1 and kept.moves.count() == 1
    assert Enterprise.objects.current().search("19900000123").get() == kept
    assert AuditEntry.objects.filter(action="enterprise.merged", subject_id=str(kept.pk)).exists()


def test_every_page_follows_the_merge(pair, committee, sign_in, client):
    kept, gone, contact = pair
    merge_enterprises(kept=kept, gone=gone, by=committee)
    for user in (committee, contact):
        browser = sign_in(user)
        for tail in ("", "edit/", "people/", "report/", "contacts/", "documents/"):
            answer = browser.get(f"/enterprises/{gone.pk}/{tail}?list=")
            assert answer.status_code == 302, tail
            assert answer["Location"].partition("?")[0] == f"/enterprises/{kept.pk}/{tail}"
    posted = sign_in(contact).post(f"/enterprises/{gone.pk}/report/", {"on_duty": 3})
    assert (posted.status_code, posted["Location"]) == (307, f"/enterprises/{kept.pk}/report/")
    outsider = sign_in(make_squad_member(make_squad(5)))
    assert outsider.get(f"/enterprises/{gone.pk}/people/").status_code == 404


def test_a_list_that_is_narrowed_to_a_merged_unit_shows_the_one_that_lives(committee, sign_in):
    # given a unit that was merged into one that was merged itself
    first, second, kept = (make_enterprise() for _ in range(3))
    make_meal_point(kept, name="青禾食堂")
    for target, gone in ((second, first), (kept, second)):
        target.refresh_from_db()
        merge_enterprises(kept=target, gone=gone, by=committee)
    browser = sign_in(committee)
    # then an old link to either leads to the row that lives
    for gone in (first, second, kept):
        assert list(browser.get(f"/enterprises/?unit={gone.pk}").context["page_obj"]) == [kept]
        points = browser.get(f"/enterprises/meals/?enterprise={gone.pk}").context["page_obj"]
        assert [point.name for point in points] == ["青禾食堂"]
    assert list(Enterprise.objects.living_keys([first.pk, 10**9])) == [kept.pk, 10**9]


def test_what_has_an_address_of_its_own_is_there_after_a_merge(pair, committee, sign_in):
    # given everything that a page of its own shows, under the row that goes; boards and filings clash with the kept row's
    kept, gone, contact = pair
    for unit in (kept, gone):
        make_board(unit), make_filing(unit)
    own = {
        "need_detail": make_need(gone),
        "visit_detail": make_visit(gone, by=committee),
        "inspection_detail": make_inspection(gone, by=committee),
        "permit_detail": make_permit(gone, owner=committee),
        "guidance_detail": make_guidance(gone),
        "meal_detail": make_meal_point(gone),
        "notice_detail": make_notice(gone, by=committee),
        "greeting_detail": make_greeting(gone, by=committee),
        "board_detail": gone.boards.get(),
        "filing_detail": gone.filings.get(),
        "person_detail": gone.employments.first(),
    }
    merge_enterprises(kept=kept, gone=gone, by=committee)

    # then each address still opens, and what hangs on the page leads to the row that lives
    for user in (committee, contact):
        browser = sign_in(user)
        for name, thing in own.items():
            if user == contact and name == "visit_detail":  # the park's own note
                continue
            answer = browser.get(reverse(f"enterprises:{name}", args=[thing.pk]))
            assert answer.status_code == 200, f"{name} as {user}"
            if name not in {"meal_detail", "notice_detail", "greeting_detail"}:
                assert browser.get(f"/enterprises/{gone.pk}/")["Location"].startswith(f"/enterprises/{kept.pk}/")


def test_no_address_that_names_an_enterprise_is_forgotten():
    routes = [str(route) for route, _ in all_routes()]
    named = [route for route in routes if "<int:enterprise" in route or route.startswith("enterprises/<int:pk>/")]
    assert len(named) > 20
    assert [route for route in named if not any(route.startswith(start) for start, _ in ARGUMENTS)] == []


def test_the_list_and_the_search_show_the_kept_one_only(pair, committee):
    kept, gone, _ = pair
    merge_enterprises(kept=kept, gone=gone, by=committee)
    assert list(Enterprise.objects.current().search("青禾检测")) == [kept]
    assert list(Enterprise.objects.family_of(kept).order_by("pk")) == [kept, gone]


def test_what_was_merged_before_goes_along_and_comes_back(pair, committee):
    kept, gone, _ = pair
    old = make_enterprise(name="长沙青禾检测老厂")
    first = merge_enterprises(kept=gone, gone=old, by=committee)
    second = merge_enterprises(kept=kept, gone=gone, by=committee)
    assert list(Enterprise.objects.family_of(kept).order_by("pk")) == [kept, gone, old]
    assert Enterprise.objects.followed() == {gone.pk: kept.pk, old.pk: kept.pk}
    with pytest.raises(Refused, match="后来又并入了别的单位，请先撤销那一次"):
        undo_merge(merge=first, by=committee)
    undo_merge(merge=second, by=committee)
    assert Enterprise.objects.followed() == {old.pk: gone.pk}
    undo_merge(merge=first, by=committee)
    assert Enterprise.objects.followed() == {}


def test_undoing_puts_everything_back(pair, committee):
    kept, gone, contact = pair
    merge = merge_enterprises(kept=kept, gone=gone, take=["headcount", "liaison_name"], by=committee)
    Enterprise.objects.filter(pk=kept.pk).update(liaison_name="邬小满")  # somebody has changed it since
    undo_merge(merge=merge, by=committee)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert gone.merged_into is None and gone.contacts.get().user == contact
    assert kept.headcount is None and kept.liaison_name == "邬小满"
    assert not kept.tags.exists()
    assert gone.employments.count() == 2 and kept.employments.count() == 1
    with pytest.raises(Refused, match="已经撤销"):
        undo_merge(merge=merge, by=committee)


def test_after_a_day_a_merge_stands(pair, committee, sign_in):
    kept, gone, _ = pair
    merge = merge_enterprises(kept=kept, gone=gone, by=committee)
    with time_machine.travel(park_now() + timedelta(days=1, minutes=1)):
        answer = sign_in(committee).post(f"/enterprises/merges/{merge.pk}/undo/", follow=True)
    assert "超过一天" in answer.content.decode()
    gone.refresh_from_db()
    assert gone.merged_into == kept


def test_a_name_taken_meanwhile_stops_the_undoing_in_words(committee):
    kept, gone = make_site(name="一号工地"), make_site(name="二号工地")
    merge = merge_enterprises(kept=kept, gone=gone, by=committee)
    make_site(name="二号工地")
    with pytest.raises(Refused, match="撤销不了"):
        undo_merge(merge=merge, by=committee)
    assert Merge.objects.in_force().exists()


def test_the_same_token_merges_once_and_a_merged_row_not_again(pair, committee):
    kept, gone, _ = pair
    token = new_token()
    first = merge_enterprises(kept=kept, gone=gone, by=committee, token=token)
    assert merge_enterprises(kept=kept, gone=gone, by=committee, token=token) == first
    with pytest.raises(Refused, match="已经并入"):
        merge_enterprises(kept=kept, gone=gone, by=committee)
    with pytest.raises(Refused, match="两家不同"):
        merge_enterprises(kept=kept, gone=kept, by=committee)


def test_an_enterprise_and_a_site_are_never_one(committee):
    with pytest.raises(ValidationError, match="企业和工地不能合并"):
        merge_enterprises(kept=make_enterprise(), gone=make_site(), by=committee)


def test_the_list_of_pairs_is_cleaned_by_hand(pair, committee, sign_in):
    kept, gone, _ = pair
    browser = sign_in(committee)
    browser.post("/enterprises/duplicates/scan/")
    page = browser.get("/enterprises/duplicates/")
    assert [doubt.words for doubt in page.context["page_obj"]] == ["名称很像"]
    browser.post(f"/enterprises/duplicates/{Doubt.objects.get().pk}/dismiss/", {"note": "两块牌子"})
    assert not browser.get("/enterprises/duplicates/").context["page_obj"].object_list


def test_an_imported_register_is_looked_through(committee):
    make_enterprise(name=NAME)
    write_register(committee, register_row(单位名称="长沙青禾检测有限公司"))
    assert Doubt.objects.waiting().count() == 1


def test_a_day_named_for_the_kind_is_listed(committee):
    unit = make_enterprise(sishang_kind="IND")
    correct_enterprise(
        enterprise=unit, data={"sishang_kind": "SVC"}, version=1, by=committee, sishang_from=date(2020, 2, 1)
    )
    unit.refresh_from_db()
    assert unit.sishang_since() == date(2020, 2, 1)
