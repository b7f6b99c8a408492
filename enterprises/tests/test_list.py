"""The register's list: scope, filters, figures, totals, the ink bar, export, statements."""

from datetime import date, time, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from enterprises.actions import correct_enterprise
from enterprises.exports import run
from enterprises.models import Enterprise
from enterprises.tests.factories import (
    make_board,
    make_contact,
    make_enterprise,
    make_many_enterprises,
    make_report,
    make_site,
    make_squad,
    make_squad_member,
    make_supervisor,
    make_term,
)
from parkportal.clock import at, park_now
from parkportal.messaging.models import Message
from parkportal.records import figures, files, jobs, terms
from parkportal.records.models import AuditEntry, Job

pytestmark = pytest.mark.django_db

LIST = "/enterprises/"
TODAY = date(2020, 2, 18)


def shown(browser, query=None):
    return {unit.name for unit in browser.get(LIST, query or {}).context["page_obj"]}


@pytest.fixture
def park():
    """Five units that differ in everything the list filters by."""
    first, third = make_squad(1), make_squad(3)
    units = {
        "甲": make_enterprise(
            name="甲机械有限公司",
            sishang_kind="IND",
            status="resumed",
            tags=["规上"],
            tier="support",
            squad=first,
            headcount=100,
        ),
        "乙": make_enterprise(
            name="乙软件有限公司", sishang_kind="SVC", status="filed", tags=["规上", "重点"], tier="guide", squad=third
        ),
        "丙": make_enterprise(
            name="丙餐饮有限公司", sishang_kind="HCT", status="not_resumed", tier="other", squad=third
        ),
        "丁": make_enterprise(name="丁咨询有限公司", status="resumed", tags=["中小"], tier="other"),
        "戊": make_site(name="戊项目工地", status="resumed", key_level="city", tier="must"),
    }
    make_report(units["甲"], TODAY, on_duty=60)
    make_board(units["甲"], status="verified")
    make_enterprise(name="并掉的有限公司", merged_into=units["丁"])
    return units


def names(park, keys):
    return {park[key].name for key in keys}


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, "甲乙丙丁戊"),
        ({"sishang": "any"}, "甲乙丙"),
        ({"sishang": "SVC"}, "乙"),
        ({"status": "resumed"}, "甲丁戊"),
        ({"status": ["filed", "not_resumed"]}, "乙丙"),
        ({"kind": "site"}, "戊"),
        ({"tier": "other"}, "丙丁"),
        ({"report": "missing"}, "乙丁戊"),
        ({"board": "missing"}, "乙丙丁戊"),
        ({"q": "jjx"}, "甲"),
        ({"q": "软件"}, "乙"),
        ({"q": "没有这个"}, ""),
        ({"sishang": "any", "status": "resumed"}, "甲"),
        (
            {"status": "no-such", "tier": "no-such", "squad": "x", "tag": "999999", "page": "x", "sort": "hack"},
            "甲乙丙丁戊",
        ),
    ],
)
def test_filters_narrow_to_the_rows_that_match(park, committee, sign_in, query, keys):
    assert shown(sign_in(committee), query) == names(park, keys)


def test_squad_and_tag_filter_by_their_rows(park, committee, sign_in):
    browser = sign_in(committee)
    assert shown(browser, {"squad": make_squad(3).pk}) == names(park, "乙丙")
    assert shown(browser, {"tag": make_term("tag", "重点").pk}) == names(park, "乙")


def test_tabs_and_totals_count_what_they_show(park, committee, sign_in):
    browser = sign_in(committee)
    page = browser.get(LIST, {"sishang": "any"})
    assert {tab["label"]: tab["count"] for tab in page.context["tabs"]} == {
        "全部": 5, "四上企业": 3, "四上未复工": 2, "工地": 1, "今日零报告未交": 3,
    }  # fmt: skip
    assert page.context["totals"] == {"units": 3, "resumed": 1}
    for tab in page.context["tabs"]:
        assert browser.get(f"{LIST}?{tab['query']}").context["totals"]["units"] == tab["count"], tab["label"]


def test_a_set_filter_is_tinted_and_can_be_taken_away(park, committee, sign_in):
    page = sign_in(committee).get(LIST, {"sishang": "any", "status": "resumed", "q": "甲"})
    assert [(name, words) for name, _, words in page.context["chips"]] == [
        ("sishang", "全部四上"),
        ("status", "已复工"),
    ]


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("enterprises_resumed", "甲丁"),
        ("enterprises_registered", "甲乙丙丁"),
        ("sites_resumed", "戊"),
        ("key_project_sites", "戊"),
        ("sishang_resumed", "甲"),
        ("sishang_resumed_IND", "甲"),
        ("sishang_resumed_SVC", ""),
        ("staff_on_duty", "甲丁戊"),
        ("reports_submitted", "甲"),
        ("boards_posted", "甲"),
    ],
)
def test_a_figures_link_opens_exactly_its_rows(park, committee, sign_in, code, keys):
    value = figures.get(code).value(park_now())
    answer = sign_in(committee).get(value.href)
    assert {unit.name for unit in answer.context["page_obj"]} == names(park, keys)
    assert value.definition in answer.content.decode()


@pytest.mark.parametrize(
    "query", [{"figure": "no-such", "as_of": "2020-02-18T17:40:00+08:00"}, {"figure": "sites_resumed"}]
)
def test_an_unknown_figure_is_no_page(committee, sign_in, query):
    assert sign_in(committee).get(LIST, query).status_code == 404


def test_each_role_sees_its_own(park, sign_in, make_user):
    for user, keys in (
        (make_user("leader"), "甲乙丙丁戊"),
        (make_squad_member(make_squad(3)), "乙丙"),
        (make_supervisor(park["丁"]), "丁"),
        (make_contact(park["甲"]), "甲"),
    ):
        assert shown(sign_in(user)) == names(park, keys)
    for role in ("station", "lab_tester", "investment"):
        assert sign_in(make_user(role)).get(LIST).status_code == 404


def test_a_membership_that_has_ended_reaches_nothing(park, sign_in):
    member = make_squad_member(make_squad(3))
    member_row = make_squad(3).members.get(user=member)
    member_row.end()
    assert shown(sign_in(member)) == set()


def test_nobody_gets_the_list_without_signing_in(client):
    assert client.get(LIST).status_code == 302


def test_phones_are_not_in_the_list(committee, sign_in):
    make_enterprise(liaison=("陆青禾", "19900000123"))
    assert "19900000123" not in sign_in(committee).get(LIST).content.decode()


def test_the_list_takes_the_same_few_statements_for_1_and_100(committee, sign_in, statements):
    browser = sign_in(committee)
    make_report(make_enterprise(status="resumed", squad=make_squad(1), tags=["规上"]), TODAY)
    make_board(Enterprise.objects.get())
    for query in ({}, {"sishang": "any"}, {"report": "missing"}, {"q": "湖南"}):
        browser.get(LIST, query)
    counts = {}
    for label in ("one", "hundred"):
        counts[label] = [
            statements(lambda query=query: browser.get(LIST, query))
            for query in ({}, {"status": "resumed"}, figure_query("sishang_resumed"), figure_query("staff_on_duty"))
        ]
        if label == "one":
            for n in range(100):
                make_enterprise(status="resumed", squad=make_squad(1 + n % 10), tags=["规上"])
    assert counts["one"] == counts["hundred"]
    assert max(counts["hundred"]) <= 12


@pytest.mark.both
def test_the_list_takes_the_same_few_statements_for_1_100_and_10000_enterprises(committee, sign_in, statements):
    browser, queries = sign_in(committee), ({}, {"sishang": "any"}, {"q": "hn", "sort": "-headcount"})
    counts = {}
    for size in (1, 100, 10_000):
        make_many_enterprises(size - Enterprise.objects.count())
        for query in queries:
            browser.get(LIST, query)
        counts[size] = [statements(lambda query=query: browser.get(LIST, query)) for query in queries]
        walked = Enterprise.objects.order_by("pinyin_key").first()
        browser.get(f"/enterprises/{walked.pk}/", {"list": ""})
        counts[size].append(statements(lambda pk=walked.pk: browser.get(f"/enterprises/{pk}/", {"list": ""})))
    # each filter finds the one enterprise too: a page without rows would not ask for them
    assert counts[1] == counts[100] == counts[10_000]
    assert max(counts[1][:3]) <= 12 and counts[1][3] <= 30


def figure_query(code):
    return {"figure": code, "as_of": park_now().isoformat()}


# --- ink bar ---------------------------------------------------------------------------------------------------------


def test_ticked_enterprises_are_reminded_of_todays_report(park, committee, sign_in):
    told = make_contact(park["丁"])
    told.set_phone("19900000077")
    told.save()
    picks = [park[key].pk for key in "甲丙丁戊"]
    answer = sign_in(committee).post("/enterprises/bulk/?status=resumed", {"do": "remind", "pick": picks}, follow=True)
    assert answer.redirect_chain == [("/enterprises/?status=resumed", 302)]
    assert "提醒了 1 家；1 家没有联络账号，请打电话。" in answer.content.decode()
    assert Message.objects.get(purpose="report_missing").recipient == told


def test_all_that_the_list_shows_is_handed_to_a_squad(park, committee, sign_in):
    squad = make_squad(9)
    sign_in(committee).post("/enterprises/bulk/?sishang=any", {"do": "squad", "all": "1", "squad": squad.pk})
    assert {unit.name for unit in squad.enterprises.all()} == names(park, "甲乙丙")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "remind"},
        {"do": "squad", "all": "1"},
        {"do": "squad", "all": "1", "squad": "x"},
        {"do": "remind", "pick": ["x"]},
    ],
)
def test_a_bar_without_rows_or_squad_does_nothing(park, committee, sign_in, data):
    answer = sign_in(committee).post("/enterprises/bulk/", data, follow=True)
    assert answer.status_code == (422 if data.get("squad") == "x" else 200)
    assert not Message.objects.exists()


def test_only_the_committee_has_the_bar(park, sign_in, make_user):
    for user in (make_user("leader"), make_contact(park["甲"]), make_squad_member(make_squad(3))):
        assert sign_in(user).post("/enterprises/bulk/", {"do": "remind", "all": "1"}).status_code == 404


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["云麓", "云 麓", "yl", "YL", "湖南青禾", "青禾检测", "hnqhjc", "91439900", "19900000031", "19900000032"],
    ids=["short name", "with a blank", "its initials", "in capitals", "name", "part", "initials", "code", "liaison", "principal"],
)  # fmt: skip
def test_a_unit_is_found_by_every_word_that_people_know_it_by(committee, sign_in, words):
    unit = make_enterprise(
        name="湖南青禾检测有限公司",
        short_name="云麓",
        liaison=("苗可心", "19900000031"),
        principal=("栾松年", "19900000032"),
    )
    other = make_site(name="梅溪湖工地", credit_code=None)
    browser = sign_in(committee)
    found = browser.post("/enterprises/find/", {"q": words}, follow=True).context["page_obj"]
    assert list(found) == [unit] and other not in found


def test_a_short_name_that_is_given_later_is_found_from_then_on(committee, sign_in):
    unit = make_enterprise(name="湖南青禾检测有限公司")
    browser = sign_in(committee)
    assert not browser.get(f"{LIST}?q=云麓").context["page_obj"].object_list
    correct_enterprise(enterprise=unit, data={"short_name": "云麓"}, version=unit.version, by=committee)
    assert list(browser.get(f"{LIST}?q=云麓").context["page_obj"]) == [unit]


# --- export ----------------------------------------------------------------------------------------------------------


class Quiet:
    def tick(self, done, total, **options):
        pass


def exported(job):
    sheet = load_workbook(BytesIO(files.content(run(job, Quiet()).result))).active
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


@pytest.mark.parametrize(("query", "keys"), [("sishang=any&status=resumed", "甲"), ("", "甲乙丙丁戊")])
def test_the_export_holds_exactly_what_the_filter_shows(park, committee, sign_in, query, keys):
    answer = sign_in(committee).post(f"/enterprises/export/?{query}", {"all": "1"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("records:job", args=[job.token])
    lines = exported(job)
    assert {line[0] for line in lines[2:]} == names(park, keys)
    assert AuditEntry.objects.filter(action="register.exported", after={"家数": len(keys)}).exists()


def test_a_line_of_the_export_says_all_that_a_line_of_the_list_says(committee, sign_in, park_time):
    # given a unit that has reported late and whose board hangs, and one that has said nothing
    unit = make_enterprise(
        name="湖南青禾检测有限公司", status="resumed", resumed_on=date(2020, 2, 12), headcount=200, sishang_kind="SVC",
        tier="support", squad=make_squad(3),
    )  # fmt: skip
    unit.tags.add(make_term("tag", "规上"), make_term("tag", "重点"))
    make_report(unit, TODAY, on_duty=187, is_late=True, reported_at=at(TODAY, time(12, 41)))
    make_board(unit, status="posted")
    silent = make_enterprise(status="filed", planned_on=date(2020, 2, 20))
    browser = sign_in(committee)
    browser.post("/enterprises/export/", {"all": "1"})
    _, heads, *lines = exported(Job.objects.get())
    said = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}

    # then every column of the list stands in the file with what the list says
    page = browser.get(LIST).content.decode()
    shown = {
        "四上类别": "规上服务业", "分类": "支持开", "所属小分队": "第三小分队", "复工状态": "已复工", "复工日期": "2020-02-12",
        "职工总数": 200, "到岗人数": 187, "返岗率": "93.5%", "今日零报告": "迟报 12:41", "责任牌": "已张贴待核验",
        "标签": "规上、重点",
    }  # fmt: skip
    assert {head: said[unit.name][head] for head in shown} == shown
    for words in ("规上服务业", "支持开", "第三小分队", "已复工", "2020-02-12", "93.5", "迟报", "已张贴待核验"):
        assert words in page, words
    other = {"拟复工日期": "2020-02-20", "到岗人数": None, "返岗率": None, "今日零报告": "未交", "责任牌": "未生成"}
    assert {head: said[silent.name][head] for head in other} == other


def test_the_export_of_many_takes_no_statement_more_than_of_few(park, committee, django_assert_max_num_queries):
    make_many_enterprises(100)
    job = jobs.start("enterprise_export", title="导出", by=committee, params={"query": "", "picked": []})
    with terms.read_once(), django_assert_max_num_queries(20):  # as a job runs
        exported(job)


def test_ticked_rows_are_exported_and_masked(park, committee, sign_in):
    unit = make_enterprise(name="己检测有限公司", liaison=("陆青禾", "19900000123"))
    sign_in(committee).post("/enterprises/export/", {"pick": [unit.pk, "x"]})
    lines = exported(Job.objects.get())
    assert [line[0] for line in lines[2:]] == ["己检测有限公司"]
    text = str(lines)
    assert "199****0123" in text and "19900000123" not in text and "陆青禾" not in text
    assert "贺立行" in text and "2020-02-18" in text


def test_an_export_keeps_to_the_scope_of_its_owner(park, make_user):
    leader = make_user("leader")
    job = jobs.start("enterprise_export", title="导出", by=leader, params={"query": "", "picked": []})
    leader.grants.update(ends_on=TODAY)
    assert len(exported(job)) <= 2


def test_a_name_that_looks_like_a_formula_stays_text(committee, sign_in):
    make_enterprise(name="=1+1有限公司")
    sign_in(committee).post("/enterprises/export/", {"all": "1"})
    book = load_workbook(BytesIO(files.content(run(Job.objects.get(), Quiet()).result)))
    assert book.active["A3"].data_type == "s"


def test_a_contact_may_not_export(park, sign_in):
    assert sign_in(make_contact(park["甲"])).post("/enterprises/export/", {"all": "1"}).status_code == 404


def test_rows_behind_yesterdays_figure_are_yesterdays(committee):
    unit = make_enterprise(status="resumed", resumed_on=TODAY)
    figure = figures.get("enterprises_resumed")
    assert list(figure.rows(at(TODAY))) == []
    assert list(figure.rows(at(TODAY + timedelta(days=1)))) == [unit]
