"""The register's forms and its list: kinds of unit, tiers, dictionaries, conflicts, saved filters, walking, contacts."""

from datetime import date

import pytest

from enterprises.actions import complete_invitation, hand_over, merge_enterprises
from enterprises.models import Enterprise, SavedFilter
from enterprises.tests.factories import (
    credit_code,
    make_contact,
    make_employee,
    make_enterprise,
    make_site,
    make_squad,
    make_term,
)
from parkportal.accounts.models import Invitation, in_force
from parkportal.idempotency import new_token
from parkportal.records.models import Term

pytestmark = pytest.mark.django_db


def entry(**changes):
    data = {"kind": "enterprise", "name": "湖南栎黛软件有限公司", "credit_code": credit_code(), "status": "not_resumed"}
    return {**data, "token": str(new_token()), **changes}


def test_a_site_is_asked_other_things_than_an_enterprise(committee, sign_in):
    browser = sign_in(committee)
    site, firm = (
        browser.get("/enterprises/new/", {"kind": kind}).context["form"].fields for kind in ("site", "enterprise")
    )
    assert {"builder", "developer", "manager_name", "workers"} <= set(site) and "sishang_kind" not in site
    assert {"legal_name", "sishang_kind", "sishang_from"} <= set(firm) and "builder" not in firm
    data = entry(kind="site", name="一号工地", credit_code="", developer="园区建投", builder="湖南竹响桥建筑有限公司")
    browser.post("/enterprises/new/", {**data, "manager_name": "时雨", "manager_phone": "19900000033", "workers": "40"})
    unit = Enterprise.objects.get()
    assert (unit.kind, unit.developer, unit.manager_phone, unit.workers) == ("site", "园区建投", "19900000033", 40)
    page = browser.get(f"/enterprises/{unit.pk}/").content.decode()
    assert "园区建投" in page and "19900000033" not in page


def test_a_code_that_fails_its_check_needs_a_reason(committee, sign_in):
    browser = sign_in(committee)
    right = credit_code()
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    answer = browser.post("/enterprises/new/", entry(credit_code=wrong))
    assert answer.context["form"].errors["credit_code"]
    answer = browser.post("/enterprises/new/", entry(credit_code=wrong, credit_code_reason="1999 年发的旧证"))
    assert answer.status_code == 302
    assert Enterprise.objects.get().credit_code_reason == "1999 年发的旧证"


def test_a_tier_set_by_hand_needs_a_reason_and_goes_back_to_automatic(committee, sign_in):
    browser = sign_in(committee)
    tag = make_term("tag", "规上").pk
    answer = browser.post("/enterprises/new/", entry(tags=[tag], tier="must"))
    assert answer.context["form"].errors["tier_reason"]
    browser.post("/enterprises/new/", entry(tags=[tag], tier="must", tier_reason="保供"))
    unit = Enterprise.objects.get()
    assert (unit.tier, unit.tier_reason) == ("must", "保供")
    data = entry(name=unit.name, credit_code=unit.credit_code, tags=[tag], tier="", version=unit.version)
    assert browser.post(f"/enterprises/{unit.pk}/edit/", data).status_code == 302
    unit.refresh_from_db()
    assert (unit.tier, unit.tier_reason) == ("support", "")


def test_words_of_the_dictionaries_are_offered_and_shown_as_staff_have_them(committee, sign_in):
    unit = make_enterprise(sishang_kind="WRT", tier="must")
    make_term("sishang", "WRT")
    Term.objects.filter(kind="tier", code="must").update(label="必须先开")
    Term.objects.create(kind="sishang", code="NEW", label="新的一类")
    browser = sign_in(committee)
    form = browser.get(f"/enterprises/{unit.pk}/edit/").context["form"]
    assert ("NEW", "新的一类") in form.fields["sishang_kind"].choices
    assert "必须先开" in browser.get("/enterprises/").content.decode()
    page = browser.get(f"/enterprises/{unit.pk}/").content.decode()
    assert "限上批发零售业" in page and "报表称规上批发零售业" in page


def test_the_second_of_two_keeps_what_was_typed_and_chooses(committee, make_user, sign_in):
    # given a page that was drawn before somebody else saved
    unit = make_enterprise(name="湖南青禾检测有限公司", headcount=100, address="旧地址")
    data = {"name": unit.name, "credit_code": unit.credit_code, "kind": "enterprise", "version": unit.version}
    first = sign_in(make_user("committee", name="祁月"))
    first.post(f"/enterprises/{unit.pk}/edit/", entry(**data, headcount=343, address="旧地址"))

    # when the second saves
    browser = sign_in(committee)
    page = browser.post(f"/enterprises/{unit.pk}/edit/", entry(**data, headcount=334, address="新地址"))
    text = page.content.decode()
    assert "祁月" in text and "343" in text and "334" in text and "新地址" in text

    # then only what was chosen is written
    kept = dict(page.context["hidden"])
    browser.post(f"/enterprises/{unit.pk}/edit/", {**kept, "keep_headcount": "theirs", "keep_address": "mine"})
    unit.refresh_from_db()
    assert (unit.headcount, unit.address) == (343, "新地址")


def test_a_search_by_phone_leaves_no_number_in_the_address(committee, sign_in):
    unit = make_enterprise(liaison=("陆青禾", "19900000123"))
    make_enterprise()
    browser = sign_in(committee)
    answer = browser.post("/enterprises/find/", {"q": "199 0000 0123", "kept": "status=not_resumed&page=3"})
    assert "19900000123" not in answer["Location"] and "status=not_resumed" in answer["Location"]
    assert [row.pk for row in browser.get(answer["Location"]).context["page_obj"]] == [unit.pk]
    assert (
        not browser.get(browser.post("/enterprises/find/", {"q": "19900000999"})["Location"])
        .context["page_obj"]
        .object_list
    )
    assert browser.post("/enterprises/find/", {"q": "青禾"})["Location"].endswith("q=%E9%9D%92%E7%A6%BE")
    assert browser.post("/enterprises/find/", {})["Location"] == "/enterprises/"


def test_more_filters(committee, sign_in):
    first = make_enterprise(building="A1栋", org_roles=["lab"])
    make_site(key_level="city")
    stopped = make_enterprise(exclusion="maintenance")
    browser = sign_in(committee)
    for query, expected in (
        ({"building": "A1栋"}, first),
        ({"role": make_term("org_role", "lab").pk}, first),
        ({"level": "any"}, Enterprise.objects.get(kind="site")),
        ({"exclusion": "any"}, stopped),
    ):
        assert list(browser.get("/enterprises/", query).context["page_obj"]) == [expected], query


def test_a_persons_own_filter_stands_among_the_tabs(committee, make_user, sign_in):
    make_enterprise(squad=make_squad(3))
    browser, query = sign_in(committee), f"squad={make_squad(3).pk}"
    data = {"name": "三队", "query": query, "token": str(new_token())}
    for _ in range(2):
        browser.post("/enterprises/filters/", data)
    tab = browser.get("/enterprises/").context["tabs"][-1]
    assert (tab["label"], tab["count"], tab["query"]) == ("三队", 1, query)
    saved = SavedFilter.objects.get()
    other = sign_in(make_user("committee"))
    assert other.get("/enterprises/").context["tabs"][-1]["label"] != "三队"
    assert other.post(f"/enterprises/filters/{saved.pk}/delete/").status_code == 404
    sign_in(committee).post(f"/enterprises/filters/{saved.pk}/delete/")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({}, 200, "请先选好筛选条件"),
        ({"name": "空的"}, 200, "请先选好筛选条件"),
        ({"name": "", "query": "kind=site"}, 422, "请起个名字"),
    ],
)
def test_a_filter_without_name_or_query_is_not_kept(committee, sign_in, data, status, said):
    answer = sign_in(committee).post("/enterprises/filters/", {**data, "token": str(new_token())}, follow=True)
    assert answer.status_code == status and said in answer.content.decode()
    assert not SavedFilter.objects.exists()


def test_previous_and_next_walk_the_list(committee, sign_in):
    units = [make_enterprise(name=name, sishang_kind="IND") for name in ("甲一公司", "乙一公司", "丙一公司")]
    make_enterprise(name="丁一公司")
    browser = sign_in(committee)
    order = [unit.pk for unit in browser.get("/enterprises/", {"sishang": "any"}).context["page_obj"]]
    page = browser.get(f"/enterprises/{order[1]}/", {"list": "sishang=any"})
    walk = page.context["walk"]
    assert (walk["place"], walk["of"], walk["before"], walk["after"]) == (2, 3, order[0], order[2])
    assert len(units) == 3
    # the way back leads to the same rows, from the file and from the bar's own page
    assert 'href="/enterprises/?sishang=any"' in page.content.decode()
    asked = browser.post("/enterprises/bulk/?sishang=any", {"do": "tag", "pick": order})
    assert asked.context["back"] == "/enterprises/?sishang=any"
    for query in ("kind=site", "figure=no-such", "x" * 900):
        assert browser.get(f"/enterprises/{order[1]}/", {"list": query}).status_code == 200


def test_ticked_rows_are_tagged_and_their_tier_follows(committee, sign_in):
    unit, other = make_enterprise(), make_enterprise(tier="must", tier_reason="保供")
    tag = make_term("tag", "骨干")
    browser = sign_in(committee)
    page = browser.post("/enterprises/bulk/", {"do": "tag", "pick": [unit.pk, other.pk]})
    assert "选了 2 家" in page.content.decode()
    data = {"do": "tag", "ready": "1", "pick": [unit.pk, other.pk], "tag": tag.pk, "how": "add"}
    browser.post("/enterprises/bulk/", data)
    unit.refresh_from_db()
    other.refresh_from_db()
    assert (unit.tier, other.tier) == ("guide", "must")
    assert browser.post("/enterprises/bulk/", {**data, "tag": ""}).status_code == 422
    browser.post("/enterprises/bulk/", {**data, "how": "remove"})
    assert not unit.tags.exists()


def test_the_file_says_first_what_is_missing(committee, sign_in):
    unit = make_enterprise(status="resumed")
    make_employee(unit)
    page = sign_in(committee).get(f"/enterprises/{unit.pk}/")
    words = [row[0] for row in page.context["missing"]]
    assert "应急预案没有交" in words and "法定代表人没有填" in words and "花名册没有导入" not in words
    assert page.context["there"] + len(words) == page.context["asked"]
    text = page.content.decode()
    assert text.index("资料完整度") < text.index("到岗与健康")


# --- contacts --------------------------------------------------------------------------------------------------------


def test_a_successor_takes_over_and_the_register_names_the_successor(sign_in, make_user):
    # given a liaison whom the register names
    unit = make_enterprise(liaison=("陆青禾", "19900000011"))
    leaving = make_contact(unit, name="陆青禾")
    contact = unit.contacts.get()
    answer = sign_in(leaving).post(
        f"/enterprises/contacts/{contact.pk}/hand-over/",
        {"name": "时雨", "phone": "19900000012", "token": str(new_token())},
    )
    assert answer.status_code == 302
    assert unit.contacts.filter(in_force()).count() == 1  # until the link is used

    # when the successor uses the link
    successor = make_user("contact", name="时雨")
    successor.set_phone("19900000012")
    successor.save()
    complete_invitation(Invitation.objects.get(), successor)

    # then the account that handed over is ended, and the register names the successor
    assert [row.user for row in unit.contacts.filter(in_force())] == [successor]
    unit.refresh_from_db()
    assert (unit.liaison_name, unit.liaison_phone) == ("时雨", "19900000012")


def test_the_last_account_cannot_leave_alone(sign_in):
    unit = make_enterprise()
    user = make_contact(unit)
    contact = unit.contacts.get()
    answer = sign_in(user).post(f"/enterprises/contacts/{contact.pk}/end/", follow=True)
    assert "最后一个联络账号" in answer.content.decode()
    make_contact(unit)
    answer = sign_in(user).post(f"/enterprises/contacts/{contact.pk}/end/")
    assert answer["Location"] == "/"
    assert unit.contacts.filter(in_force()).count() == 1


def test_a_wrong_phone_and_a_foreign_account_hand_nothing_over(sign_in):
    unit = make_enterprise()
    user = make_contact(unit)
    contact = unit.contacts.get()
    path = f"/enterprises/contacts/{contact.pk}/hand-over/"
    assert sign_in(user).post(path, {"name": "时雨", "phone": "123", "token": str(new_token())}).status_code == 422
    assert sign_in(make_contact(make_enterprise())).get(path).status_code == 404
    assert not Invitation.objects.exists()


def test_an_invitation_to_a_merged_row_leads_to_the_kept_one(committee, make_user):
    kept, gone = make_enterprise(), make_enterprise()
    make_contact(gone)
    invitation = hand_over(contact=gone.contacts.get(), name="时雨", phone="19900000012", by=committee)
    merge_enterprises(kept=kept, gone=gone, by=committee)
    user = make_user("contact", name="时雨")
    complete_invitation(invitation, user)
    assert [row.user for row in kept.contacts.filter(in_force())] == [user]


def test_the_day_of_the_kind_may_not_lie_ahead(committee, sign_in):
    answer = sign_in(committee).post("/enterprises/new/", entry(sishang_kind="IND", sishang_from="2020-03-01"))
    assert answer.context["form"].errors["sishang_from"]
    sign_in(committee).post("/enterprises/new/", entry(sishang_kind="IND", sishang_from="2020-02-01"))
    assert Enterprise.objects.get().sishang_since() == date(2020, 2, 1)


def test_an_export_asked_for_twice_at_once_is_one_job_and_another_filter_another(committee, sign_in):
    browser = sign_in(committee)
    firsts = {browser.post("/enterprises/export/?kind=site", {"all": "1"})["Location"] for _ in range(2)}
    other = browser.post("/enterprises/export/?kind=enterprise", {"all": "1"})["Location"]
    assert len(firsts) == 1 and other not in firsts
