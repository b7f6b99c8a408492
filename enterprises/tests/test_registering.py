"""Entering a unit and correcting it: keys, tiers, listings, audit, two people at once."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from enterprises.actions import assign_squad, correct_enterprise, register_enterprise
from enterprises.models import Enterprise, ResumptionMove, SishangListing
from enterprises.pinyin import initials, person_key, search_text, unit_key
from enterprises.tests.factories import credit_code, make_enterprise, make_squad, make_term, phone
from enterprises.tiers import derived_tier
from parkportal.clock import at
from parkportal.editing import EditConflict
from parkportal.idempotency import new_token
from parkportal.privacy import lookup_hash
from parkportal.records.models import AuditEntry

pytestmark = pytest.mark.django_db


def facts(**fields):
    return {"kind": "enterprise", "name": "湖南青禾检测有限公司", "credit_code": credit_code(), **fields}


def test_a_new_unit_is_found_by_name_initials_and_code(committee):
    unit, is_new = register_enterprise(data=facts(short_name="青禾检测"), by=committee)
    assert is_new
    for words in ("青禾", "hnqhjc", "QHJC", unit.credit_code[-6:].lower(), "检测有限"):
        assert list(Enterprise.objects.search(words)) == [unit]
    assert not Enterprise.objects.search("栎黛").exists()


def test_a_unit_is_found_by_the_full_phone_and_not_by_a_part(committee):
    number = phone()
    unit, _ = register_enterprise(data=facts(liaison_name="陆青禾", liaison_phone=number), by=committee)
    assert list(Enterprise.objects.search(number)) == [unit]
    assert not Enterprise.objects.search(number[:8]).exists()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("enterprises:enterprise_list", {}),
        ("enterprises:report_list", {}),
        ("enterprises:inspection_list", {"tab": "all"}),
        ("enterprises:board_list", {"tab": "all"}),
        ("supplies:delivery_list", {}),
    ],
)
def test_no_list_finds_a_phone_that_stands_in_its_address(committee, sign_in, name, query):
    number = phone()
    register_enterprise(data=facts(liaison_name="陆青禾", liaison_phone=number), by=committee)
    with CaptureQueriesContext(connection) as asked:
        assert sign_in(committee).get(reverse(name), {**query, "q": number}).status_code == 200
    digest = lookup_hash(number, kind="phone")
    assert not [one for one in asked.captured_queries if digest in one["sql"]]


def test_the_same_token_gives_the_first_unit(committee):
    token = new_token()
    first, _ = register_enterprise(data=facts(), by=committee, token=token)
    again, is_new = register_enterprise(data=facts(name="湖南另一家有限公司"), by=committee, token=token)
    assert (again, is_new) == (first, False)
    assert Enterprise.objects.count() == 1


def test_a_unit_that_has_resumed_is_entered_with_its_move(committee):
    unit, _ = register_enterprise(data=facts(status="resumed", resumed_on=date(2020, 2, 12)), by=committee)
    move = ResumptionMove.objects.get(subject=unit)
    assert (move.to_status, move.effective_at, move.by) == ("resumed", at(date(2020, 2, 12)), committee)


def test_a_known_code_is_refused_in_words(committee):
    unit = make_enterprise()
    with pytest.raises(ValidationError, match="已经登记过"):
        register_enterprise(data=facts(credit_code=unit.credit_code), by=committee)


def test_an_enterprise_without_code_is_refused_and_a_site_is_not(committee):
    with pytest.raises(ValidationError, match="企业要填统一社会信用代码"):
        register_enterprise(data=facts(credit_code=""), by=committee)
    site, _ = register_enterprise(data=facts(kind="site", name="一号工地", credit_code=""), by=committee)
    assert site.credit_code is None


@pytest.mark.parametrize(
    ("tags", "key_level", "exemption", "tier"),
    [
        (["above_scale"], "", "", "support"),
        (["above_scale", "key"], "", "", "guide"),
        (["small", "backbone"], "", "", "guide"),
        (["small"], "", "", "other"),
        (["small"], "city", "", "must"),
        (["small"], "none", "", "other"),
        ([], "", "epidemic", "must"),
        ([], "", "", "other"),
    ],
)
def test_several_matches_give_the_highest_tier(tags, key_level, exemption, tier):
    assert derived_tier(tag_codes=tags, key_level=key_level, exemption=exemption) == tier


def test_a_tier_follows_new_tags_until_a_hand_sets_it(committee):
    unit, _ = register_enterprise(data=facts(tags=[make_term("tag", "规上")]), by=committee)
    assert unit.tier == "support"
    unit = correct_enterprise(enterprise=unit, data={"tags": [make_term("tag", "骨干")]}, version=1, by=committee)
    assert unit.tier == "guide"
    by_hand = {"tier": "must", "tier_reason": "保供企业"}
    unit = correct_enterprise(enterprise=unit, data=by_hand, version=2, by=committee)
    unit = correct_enterprise(enterprise=unit, data={"tags": []}, version=3, by=committee)
    assert (unit.tier, unit.tier_reason) == ("must", "保供企业")


def test_a_new_sishang_kind_is_listed_from_today(committee):
    unit, _ = register_enterprise(data=facts(sishang_kind="IND"), by=committee)
    correct_enterprise(enterprise=unit, data={"sishang_kind": "SVC"}, version=1, by=committee)
    listed = list(SishangListing.objects.filter(enterprise=unit).values_list("kind", "valid_from"))
    assert listed == [("IND", date(2020, 1, 1)), ("SVC", date(2020, 2, 18))]


def test_a_correction_is_audited_with_masked_values(committee):
    unit = make_enterprise(liaison=("陆青禾", "19900000001"))
    data = {"liaison_name": "欧阳若水", "liaison_phone": "19900000002"}
    correct_enterprise(enterprise=unit, data=data, version=1, by=committee)
    entry = AuditEntry.objects.get(action="enterprise.corrected")
    assert entry.before == {"liaison_name": "陆**", "liaison_phone": "199****0001"}
    assert entry.after == {"liaison_name": "欧阳**", "liaison_phone": "199****0002"}


def test_the_second_of_two_people_sees_both_values_and_writes_nothing(committee, make_user):
    # given two people who opened the same unit
    unit = make_enterprise(headcount=100)
    other = make_user("committee", name="祁月")
    correct_enterprise(enterprise=unit, data={"headcount": 343}, version=1, by=other)

    # when the second saves an older version
    with pytest.raises(EditConflict) as caught:
        correct_enterprise(enterprise=unit, data={"headcount": 334, "short_name": ""}, version=1, by=committee)

    # then both values stand side by side
    rows = {row.name: row for row in caught.value.rows}
    assert (rows["headcount"].theirs, rows["headcount"].mine, rows["headcount"].is_same) == ("343", "334", False)
    assert rows["short_name"].is_same
    assert caught.value.other == "祁月"
    unit.refresh_from_db()
    assert unit.headcount == 343


def test_the_same_correction_twice_is_no_conflict(committee):
    unit = make_enterprise(headcount=100)
    for _ in range(2):
        saved = correct_enterprise(enterprise=unit, data={"headcount": 120}, version=1, by=committee)
    assert (saved.headcount, saved.version) == (120, 2)


def test_handing_over_to_a_squad_counts_what_changed(committee):
    first, third = make_squad(1), make_squad(3)
    units = [make_enterprise(squad=first), make_enterprise(squad=third)]
    assert assign_squad(enterprises=units, squad=third, by=committee) == 1
    assert Enterprise.objects.filter(squad=third).count() == 2


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单小明", "shan xiao ming"),
        ("曾国庆", "zeng guo qing"),
        ("欧阳若水", "ou yang ruo shui"),
        ("万俟清和", "mo qi qing he"),
        ("尉迟清和", "yu chi qing he"),
        ("任", "ren"),
        ("Anna Schmidt", "anna schmidt"),
    ],
)
def test_persons_are_sorted_by_the_reading_of_their_surname(name, key):
    assert person_key(name) == key


def test_units_are_sorted_by_pinyin():
    assert unit_key("长沙鹿回坪") == "chang sha lu hui ping"
    assert initials("长沙鹿回坪") == "cslhp"


@given(st.text(max_size=60))
def test_keys_of_any_text_fit_their_columns(text):
    assert len(unit_key(text)) <= 200
    assert len(person_key(text)) <= 100
    search_text(name=text, short_name=text, code="")
