"""Words that staff add to a dictionary are words of the files too; those of a fresh park stay (handbook §1)."""

from datetime import date

import openpyxl
import pytest

from enterprises import figures
from enterprises.doors import REGISTER_DOOR, RegisterHoldings, take_in_register
from enterprises.doors.roster import ROSTER_DOOR, RosterHoldings, take_in_roster
from enterprises.models import Employment, Enterprise
from enterprises.symptoms import symptom_words
from enterprises.tests import factories
from enterprises.tests.pages import drawn
from parkportal.clock import at
from parkportal.records import intake_batches, terms
from parkportal.records.models import Term
from parkportal.workbooks.judgement import ACCEPTED, REFUSED

pytestmark = pytest.mark.django_db
AS_OF = date(2020, 2, 18)
HEADS = ("单位名称", "统一社会信用代码", "类型", "四上类别", "标签", "分类", "重点项目级别", "复工状态", "复工日期")


@pytest.fixture
def staff(make_user):
    terms.plant()
    return make_user("committee")


@pytest.fixture
def file(tmp_path):
    """file(row, …) → the path of a register with these rows."""

    def write(*rows):
        book = openpyxl.Workbook()
        for row in (HEADS, *rows):
            book.active.append(row)
        book.save(tmp_path / "名录.xlsx")
        return tmp_path / "名录.xlsx"

    return write


def judged(path):
    return intake_batches.judge_file(
        REGISTER_DOOR, path, as_of=AS_OF, holdings=RegisterHoldings(), name="名录.xlsx"
    ).rows


def take_in(path, staff):
    rows = [row for row in judged(path) if row.outcome == ACCEPTED]
    return take_in_register(rows, by=staff, params={}, source_file=None, progress=None)


def add(kind, code, label, **fields):
    return Term.objects.create(kind=kind, code=code, label=label, position=90, **fields)


def test_words_that_staff_added_are_taken_in_and_unchanged_the_second_time(staff, file, park_time):
    # given a notice with a new kind, a new tag, a new tier and a new level
    add("sishang", "NEW", "规上文化业", report_label="规模以上文化业")
    add("tag", "special", "专精特新")
    add("tier", "first", "率先开")
    add("key_level", "nation", "国家重点")
    path = file(
        ("湖南青禾文化有限公司", factories.credit_code(), "企业", "规模以上文化业", "规上、专精特新", "率先开", None, "已复工", "2020-02-17"),
        ("青禾大道工地", None, "工地", None, None, None, "国家重点", "已复工", "2020-02-17"),
    )  # fmt: skip

    # when a register that uses them is taken in
    assert take_in(path, staff).created == 2

    # then the units carry their codes
    firm, site = Enterprise.objects.get(kind="enterprise"), Enterprise.objects.get(kind="site")
    assert (firm.sishang_kind, firm.tier) == ("NEW", "first")
    assert {term.code for term in firm.tags.all()} == {"above_scale", "special"}
    assert (site.key_level, site.is_key_project, site.tier) == ("nation", True, "must")

    # and the same file says nothing new
    assert {row.outcome for row in judged(path) if row.outcome != "skipped"} == {"unchanged"}


def test_a_level_that_staff_added_counts_as_a_key_project(staff, file, park_time):
    add("key_level", "nation", "国家重点")
    path = file(
        ("青禾大道工地", None, "工地", None, None, None, "国家重点", "已复工", "2020-02-17"),
        ("青禾二路工地", None, "工地", None, None, None, "无", "已复工", "2020-02-17"),
    )
    judgement = intake_batches.judge_file(REGISTER_DOOR, path, as_of=AS_OF, holdings=RegisterHoldings(), name="x.xlsx")
    assert judgement.figures["key_project_sites"] == 1
    take_in(path, staff)
    now = at(date(2020, 2, 19))
    assert [site.name for site in figures._key_sites(now)] == ["青禾大道工地"]


@pytest.mark.parametrize("word", ["规模以上", "规上", "规上企业"])
def test_a_renamed_word_is_read_by_its_new_name_its_old_one_and_the_alias(staff, file, word):
    Term.objects.filter(kind="tag", code="above_scale").update(label="规模以上")
    take_in(file(("湖南青禾有限公司", factories.credit_code(), "企业", None, word, None, None, None, None)), staff)
    assert [term.code for term in Enterprise.objects.get().tags.all()] == ["above_scale"]


def renamed(browser, term, label):
    path = f"/records/terms/{term.pk}/"
    said = {"code": term.code, "label": label, "position": term.position, "is_active": "on", "report_label": ""}
    assert browser.post(path, {**drawn(browser, path), **said}).status_code == 302


def test_a_word_that_staff_added_and_renamed_is_read_by_every_name_it_had(staff, file, sign_in):
    tag, browser = add("tag", "special", "专精特新"), sign_in(staff)
    for label in ("专精特新小巨人", "小巨人"):
        renamed(browser, tag, label)
    codes = [factories.credit_code() for _ in range(3)]
    names = ("专精特新", "专精特新小巨人", "小巨人")
    rows = [(f"湖南青禾{n}有限公司", codes[n], "企业", None, names[n], None, None, None, None) for n in range(3)]
    take_in(file(*rows), staff)
    assert Enterprise.objects.filter(tags=tag).count() == 3
    assert {row.outcome for row in judged(file(*rows)) if row.outcome != "skipped"} == {"unchanged"}


def test_a_former_name_that_is_another_words_name_now_means_the_other(staff, file, sign_in):
    first, browser = add("tag", "first", "龙头"), sign_in(staff)
    renamed(browser, first, "链主")
    second = add("tag", "second", "龙头")
    take_in(file(("湖南青禾有限公司", factories.credit_code(), "企业", None, "龙头", None, None, None, None)), staff)
    assert list(Enterprise.objects.get().tags.all()) == [second]


def test_a_word_that_no_dictionary_has_is_refused_by_name(staff, file):
    (row,) = (
        row
        for row in judged(
            file(("湖南青禾有限公司", factories.credit_code(), "企业", "规上文化业", None, None, None, None, None))
        )
        if row.outcome != "skipped"
    )
    assert row.outcome == REFUSED
    assert [(fault.column, fault.code) for fault in row.errors] == [("四上类别", "bad_choice")]


def test_a_thousand_units_with_added_words_are_compared_in_few_statements(staff, django_assert_max_num_queries):
    add("tag", "special", "专精特新")
    tag = Term.objects.get(code="special")
    units = [factories.make_enterprise() for _ in range(20)]
    for unit in units:
        unit.tags.add(tag)
    with django_assert_max_num_queries(4):
        held = RegisterHoldings().present([("统一社会信用代码", unit.credit_code) for unit in units])
    assert {tuple(values["标签"]) for values in held.values()} == {("专精特新",)}


# --- symptoms -----------------------------------------------------------------------------------------------------


@pytest.fixture
def roster(staff, tmp_path):
    """roster(word) → the judged row and the employment of somebody whose 症状 a file says so."""
    firm = factories.make_enterprise()

    def take(word):
        book = openpyxl.Workbook()
        book.active.append(("姓名", "证件类型", "证件号码", "手机", "症状"))
        book.active.append(("欧阳若水", "身份证", "439900198001010010", "19900000021", word))
        book.save(tmp_path / "花名册.xlsx")
        holdings = RosterHoldings(firm.pk)
        found = intake_batches.judge_file(
            ROSTER_DOOR, tmp_path / "花名册.xlsx", as_of=AS_OF, holdings=holdings, name="花名册.xlsx"
        )
        (row,) = (row for row in found.rows if row.outcome == ACCEPTED)
        take_in_roster([row], by=staff, params={"enterprise": firm.pk}, source_file=None, progress=None)
        return row, Employment.objects.get(enterprise=firm)

    return take


def test_a_symptom_that_staff_added_is_read_without_a_warning(roster, park_time):
    add("symptom", "pink_eye", "结膜充血")
    row, job = roster("结膜充血、发热")
    assert not row.warnings and job.journey["症状"] == ["发热", "结膜充血"]


def test_a_renamed_symptom_is_read_by_both_names_and_printed_by_its_new_one(roster, park_time):
    Term.objects.filter(kind="symptom", code="fever").update(label="发烧")
    _, job = roster("发烧")
    assert job.journey["症状"] == ["发热"] and symptom_words(job.journey["症状"]) == ["发烧"]


def test_an_added_symptom_that_was_renamed_is_shown_by_its_name_of_today(roster, staff, sign_in, park_time):
    word = add("symptom", "pink_eye", "红眼")
    _, job = roster("红眼")
    renamed(sign_in(staff), word, "结膜充血")
    assert symptom_words(job.journey["症状"]) == ["结膜充血"]


def test_a_symptom_outside_the_dictionary_is_kept_with_a_warning(roster, park_time):
    row, job = roster("结膜充血")
    assert [fault.code for fault in row.warnings] == ["unknown_symptom"]
    assert symptom_words(job.journey["症状"]) == ["结膜充血"]
