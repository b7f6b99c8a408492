"""The two files against the database: what is held beforehand, what is written, what a second import says."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enterprises.doors import ROSTER_DOOR, RegisterHoldings, RosterHoldings, take_in_register, take_in_roster
from enterprises.intake import REGISTER, ROSTER, register_key, roster_key
from enterprises.journeys import comes_from_outside
from enterprises.models import Employment, Enterprise, Person, PersonFlag, ResumptionMove, SishangListing
from enterprises.tests import factories, preconditions
from parkportal.clock import at
from parkportal.records.models import AuditEntry, Term
from parkportal.states import Refused
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import ACCEPTED, CREATE, UPDATE, JudgedRow
from tests.test_intake_files import EXPECTED, FOLDER, OWN, assert_same

pytestmark = pytest.mark.django_db
AS_OF = date(2020, 2, 18)
OURS = [file for file in EXPECTED if file["kind"] in {"register", "roster"}]


@pytest.fixture
def staff(make_user):
    return make_user("committee")


def judged(expected, params):
    kind = REGISTER if expected["kind"] == "register" else ROSTER
    holdings = RegisterHoldings() if kind is REGISTER else RosterHoldings(params["enterprise"])
    return judge(kind, FOLDER / expected["file"], as_of=date.fromisoformat(expected["as_of"]), holdings=holdings)


def take_in(expected, params, staff):
    rows = [row for row in judged(expected, params).rows if row.outcome == ACCEPTED]
    write = take_in_register if expected["kind"] == "register" else take_in_roster
    return rows, write(rows, by=staff, params=params, source_file=None, progress=None)


def row(values, *, action=CREATE, changes=None):
    return JudgedRow(None, 1, ACCEPTED, action, values=values, changes=changes or {})


def register_row(**values):
    unit = {"单位名称": "湖南青禾检测有限公司", "统一社会信用代码": factories.credit_code(), "类型": "企业"}
    return row({**unit, **values})


def roster_row(**values):
    return row(
        {"姓名": "陆青禾", "证件类型": "身份证", "证件号码": factories.id_number(), "手机": factories.phone(), **values}
    )


def write_register(staff, *rows):
    return take_in_register(list(rows), by=staff, params={}, source_file=None, progress=None)


def write_roster(staff, enterprise, *rows):
    params = {"enterprise": enterprise.pk}
    return take_in_roster(list(rows), by=staff, params=params, source_file=None, progress=None)


@pytest.mark.both
@pytest.mark.parametrize("expected", OURS, ids=[file["file"] for file in OURS])
def test_a_file_is_judged_against_the_database_as_expected(expected, staff):
    params = preconditions.load(expected, by=staff)
    assert_same(json.loads(json.dumps(judged(expected, params).as_json())), expected)


@pytest.mark.parametrize("expected", OURS, ids=[file["file"] for file in OURS])
def test_a_file_taken_in_is_unchanged_the_second_time(expected, staff, park_time):
    # given a file that was taken in
    params = preconditions.load(expected, by=staff)
    rows, report = take_in(expected, params, staff)
    assert report.created + report.updated == expected["totals"]["accepted"] == len(rows)

    # when the same file comes again
    again = judged(expected, params)

    # then no row is new or changed
    assert [(row.row, row.changes) for row in again.rows if row.outcome == ACCEPTED] == []


def test_the_printed_register_gives_the_printed_figures(staff, park_time):
    printed = judge(REGISTER, OWN / "01-企业名录.xlsx", as_of=AS_OF, holdings=RegisterHoldings())
    write_register(staff, *[row for row in printed.rows if row.outcome == ACCEPTED])
    now = at(date(2020, 2, 19))
    assert Enterprise.objects.enterprises().count() == 161
    assert Enterprise.objects.enterprises().resumed_as_of(now).count() == 139
    assert Enterprise.objects.sites().count() == 6
    assert Enterprise.objects.sishang_as_of(now).count() == 61
    assert Enterprise.objects.sishang_as_of(now).resumed_as_of(now).count() == 59


def test_tags_are_kept_in_a_park_without_dictionaries(staff):
    Term.objects.all().delete()
    write_register(staff, register_row(标签=["规上", "重点"]))
    assert [str(tag) for tag in Enterprise.objects.get().tags.all()] == ["规上", "重点"]


@pytest.mark.parametrize(
    ("values", "tier", "reason"),
    [
        ({"标签": ["规上"]}, "support", ""),
        ({"标签": ["规上", "骨干"]}, "guide", ""),
        ({"标签": [], "重点项目级别": "省重点", "类型": "工地"}, "must", ""),
        ({"标签": ["规上"], "分类": "必须开"}, "must", "名录填报"),
        ({"标签": ["规上"], "分类": "支持开"}, "support", ""),
        ({}, "other", ""),
    ],
)
def test_the_tier_follows_tags_unless_the_file_gives_one(staff, values, tier, reason):
    write_register(staff, register_row(**values))
    unit = Enterprise.objects.get()
    assert (unit.tier, unit.tier_reason) == (tier, reason)


def test_a_site_with_a_sishang_kind_is_taken_in_and_never_counted(staff):
    write_register(staff, register_row(类型="工地", 四上类别="资质建筑业", 统一社会信用代码=None))
    assert Enterprise.objects.get().sishang_kind == "CON"
    assert not Enterprise.objects.sishang().exists()


def test_a_changed_status_is_a_move_from_the_days_midnight(staff, park_time):
    # given a unit that plans to resume
    first = register_row(复工状态="拟复工", 复工日期=date(2020, 2, 20))
    write_register(staff, first)

    # when a later file says it has resumed
    changes = {"复工状态": ["拟复工", "已复工"], "复工日期": [date(2020, 2, 20), date(2020, 2, 17)]}
    values = {**first.values, "复工状态": "已复工", "复工日期": date(2020, 2, 17)}
    write_register(staff, row(values, action=UPDATE, changes=changes))

    # then the history has both
    unit = Enterprise.objects.get()
    moves = list(ResumptionMove.objects.filter(subject=unit).order_by("id"))
    assert [move.to_status for move in moves] == ["planned", "resumed"]
    assert moves[-1].effective_at == at(date(2020, 2, 17))
    assert (unit.status, unit.resumed_on) == ("resumed", date(2020, 2, 17))


@pytest.mark.parametrize("new_day", [date(2020, 2, 10), date(2020, 2, 16)])
def test_a_changed_day_is_a_correction_and_the_past_reads_right(staff, park_time, new_day):
    first = register_row(复工状态="已复工", 复工日期=date(2020, 2, 13))
    write_register(staff, first)
    values = {**first.values, "复工日期": new_day}
    write_register(staff, row(values, action=UPDATE, changes={"复工日期": [date(2020, 2, 13), new_day]}))
    for day in (date(2020, 2, 11), date(2020, 2, 14), date(2020, 2, 17)):
        moves = ResumptionMove.objects.filter(effective_at__lte=at(day)).order_by("-effective_at", "-id")
        stood = moves.first()
        assert (stood is not None and stood.to_status == "resumed") == (new_day <= day)


def test_a_changed_sishang_kind_is_listed_from_today(staff, park_time):
    first = register_row(四上类别="规上工业")
    write_register(staff, first)
    changes = {"四上类别": ["规上工业", "规上服务业"]}
    write_register(staff, row({**first.values, "四上类别": "规上服务业"}, action=UPDATE, changes=changes))
    assert list(SishangListing.objects.values_list("kind", "valid_from")) == [
        ("IND", date(2020, 1, 1)),
        ("SVC", date(2020, 2, 18)),
    ]


@pytest.mark.parametrize(
    ("address", "building", "floor"),
    [("产业园B5栋7楼", "B5栋", 7), ("产业园 C1 栋", "", None), ("园区东片16号地块", "", None), ("A1栋3层", "A1栋", 3)],
)
def test_building_and_floor_are_read_from_the_address(staff, address, building, floor):
    write_register(staff, register_row(**{"地址/楼栋": address}))
    unit = Enterprise.objects.get()
    assert (unit.building, unit.floor) == (building, floor)


def test_a_roster_makes_persons_employments_and_flags(staff, park_time):
    enterprise = factories.make_enterprise()
    write_roster(
        staff,
        enterprise,
        roster_row(出发地="湖北省武汉市", 返长日期=date(2020, 2, 10), 岗位="食堂厨师", **{"14日内湖北旅居史": True}),
        roster_row(出发地="湖南省岳阳市", 接触史=True, 返岗日期=date(2020, 2, 17)),
        roster_row(出发地="株洲市", 接触史=False),
    )
    assert Person.objects.count() == Employment.objects.filter(enterprise=enterprise).count() == 3
    assert set(PersonFlag.objects.values_list("kind", "starts_on", "ends_on")) == {
        ("out_of_province", date(2020, 2, 10), date(2020, 2, 24)),
        ("observation", date(2020, 2, 10), date(2020, 2, 24)),
        ("three_classes", date(2020, 2, 18), None),
    }
    assert list(Employment.objects.filter(is_key_post=True).values_list("post", flat=True)) == ["食堂厨师"]
    assert Employment.objects.on_duty().count() == 1


def test_a_person_with_two_employers_is_one_person(staff):
    first, second = factories.make_enterprise(), factories.make_enterprise()
    entered = roster_row()
    write_roster(staff, first, entered)
    new_phone = {**entered.values, "手机": factories.phone()}
    write_roster(staff, second, row(new_phone))
    assert Person.objects.count() == 1
    assert Employment.objects.count() == 2
    assert Person.objects.get().phone == new_phone["手机"]


def test_a_changed_roster_row_leaves_what_it_does_not_say(staff):
    enterprise = factories.make_enterprise()
    entered = roster_row(部门="一车间", 现住址="长沙市青禾路1号", 体温="36.5")
    write_roster(staff, enterprise, entered)
    phone = factories.phone()
    changed = row({**entered.values, "手机": phone, "部门": None}, action=UPDATE, changes={"手机": ["x", phone]})
    write_roster(staff, enterprise, changed)
    job = Employment.objects.select_related("person").get()
    assert (job.department, job.person.phone, job.person.address) == ("一车间", phone, "长沙市青禾路1号")
    assert job.journey["体温"] == "36.5"


def test_the_import_leaves_an_audit_row_without_names(staff):
    enterprise = factories.make_enterprise()
    write_roster(staff, enterprise, roster_row(姓名="陆青禾"))
    entry = AuditEntry.objects.get(action="roster.imported")
    assert entry.after == {"新增": 1, "更新": 0}


def test_a_contact_may_not_import_into_a_foreign_enterprise():
    own, foreign = factories.make_enterprise(), factories.make_enterprise()
    contact = factories.make_contact(own)
    ROSTER_DOOR.holdings(contact, {"enterprise": own.pk})
    with pytest.raises(Refused):
        ROSTER_DOOR.holdings(contact, {"enterprise": foreign.pk})
    with pytest.raises(Refused):
        ROSTER_DOOR.holdings(contact, {})


def test_holdings_take_the_same_number_of_statements_for_1_and_100_rows(staff):
    rows = [register_row(标签=["规上"]) for _ in range(100)]
    write_register(staff, *rows)
    enterprise = Enterprise.objects.first()
    people = [roster_row() for _ in range(100)]
    write_roster(staff, enterprise, *people)
    for holdings, keys in (
        (RegisterHoldings(), [register_key(row.values) for row in rows]),
        (RosterHoldings(enterprise.pk), [roster_key(row.values) for row in people]),
    ):
        counts = []
        for some in (keys[:1], keys):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert len(holdings.present(some)) == len(some)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 3


def test_a_thousand_persons_take_few_statements(staff):
    enterprise = factories.make_enterprise()
    rows = [roster_row(出发地="广东省广州市") for _ in range(1000)]
    with CaptureQueriesContext(connection) as queries:
        write_roster(staff, enterprise, *rows)
    assert len(queries) <= 60


@pytest.mark.parametrize(
    ("origin", "outside"),
    [("湖南省岳阳市", False), ("长沙市", False), ("邵阳", False), ("", False), ("湖北省黄冈市", True), ("深圳", True)],
)
def test_where_from_decides_who_comes_from_outside_the_province(origin, outside):
    assert comes_from_outside(origin) is outside


def test_a_tag_that_staff_renamed_is_found_by_the_files_word_and_no_change_the_second_time(staff):
    # given staff who call 规上 something else
    Term.objects.filter(kind="tag", code="above_scale").update(label="规模以上")
    code = factories.credit_code()

    # when a file says 规上
    write_register(staff, register_row(统一社会信用代码=code, 标签=["规上"]))

    # then the unit carries the tag, and the register says it in the file's word
    unit = Enterprise.objects.get(credit_code=code)
    assert [term.code for term in unit.tags.all()] == ["above_scale"]
    key = ("统一社会信用代码", code)
    assert RegisterHoldings().present([key])[key]["标签"] == ["规上"]
