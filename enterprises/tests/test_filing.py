"""The resumption filing from the first step to the print."""

from datetime import date

import pytest
from django.urls import reverse

from enterprises.actions import approve_filing, file_resumption, open_filing, return_filing, save_filing_step
from enterprises.filing_pack import STEPS, missing_steps, next_step, spoken_answer
from enterprises.models import Enterprise, Filing
from enterprises.tests.factories import make_contact, make_enterprise, make_filing, make_squad, make_squad_member
from enterprises.tests.pages import drawn
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.records import parked
from parkportal.records import settings as park_settings
from parkportal.states import AlreadyMoved, Refused

pytestmark = pytest.mark.django_db

ANSWERS = {
    "people": {
        "planned_on": "2020-02-20", "exemption": "", "headcount": "120", "first_batch": "60", "hubei": "0",
        "out_of_province": "2",
    },
    "control": {
        "duty_name": "陆青禾", "disinfections": "3", "temperature_checks": "2", "isolation_rooms": "1",
        "has_canteen": "true", "meal_groups": "3", "has_dormitory": "false", "dormitory_people": "0",
        "emergency": "当场隔离，报告园区",
    },
    "supplies": {
        "masks": "600", "mask_days": "5", "thermometers": "2", "thermometer_days": "14", "disinfectant": "40",
        "disinfectant_days": "10", "alcohol": "20", "alcohol_days": "8",
    },  # fmt: skip
    "promise": {"promise_true": "on", "promise_duty": "on", "promise_report": "on", "signed_by": "欧阳若水"},
}  # fmt: skip


@pytest.fixture
def unit():
    return make_enterprise(name="湖南青禾检测有限公司", headcount=100)


@pytest.fixture
def contact(unit):
    user = make_contact(unit, name="苗可心")
    user.set_phone("19900000011")
    user.save()
    return user


def fill(filing, by, **changes):
    """Every step with good answers, as the form would have cleaned them."""
    pack = {**filing.pack, "steps": [step.code for step in STEPS], "planned_on": "2020-02-20", "headcount": 120}
    Filing.objects.filter(pk=filing.pk).update(pack={**pack, **changes}, planned_on=date(2020, 2, 20))
    filing.refresh_from_db()
    return filing


def test_an_enterprise_has_one_open_filing_which_knows_the_register(unit, contact):
    filing = open_filing(enterprise=unit, by=contact)
    assert open_filing(enterprise=unit, by=contact) == filing
    assert filing.pack == {"headcount": 100}


def test_a_contact_fills_the_steps_checks_and_files(unit, contact, sign_in):
    browser = sign_in(contact)

    # given a filing begun on the enterprise's file
    answer = browser.post(reverse("enterprises:filing_open", args=[unit.pk]))
    filing = Filing.objects.get()
    assert answer["Location"] == reverse("enterprises:filing_step", args=[filing.pk, "people"])

    # when each step is filled in, the next one opens, and the last leads to the check page
    for step in STEPS:
        address = reverse("enterprises:filing_step", args=[filing.pk, step.code])
        answer = browser.post(address, {**drawn(browser, address), **ANSWERS[step.code]})
        assert answer.status_code == 302, answer.context["form"].errors
    check = reverse("enterprises:filing_detail", args=[filing.pk])
    assert answer["Location"] == check
    page = browser.get(check).content.decode()
    assert "陆青禾" in page and "120 人" in page and "核对无误，提交备案" in page

    # then handing it in puts it on file at once, and the register knows what was said
    token = str(new_token())
    for _ in range(2):
        assert browser.post(reverse("enterprises:filing_submit", args=[filing.pk]), {"token": token}).status_code == 302
    filing.refresh_from_db()
    unit.refresh_from_db()
    assert (filing.status, filing.filed_by) == ("filed", contact)
    assert [move.to_status for move in filing.moves.all()] == ["draft", "filed"]
    assert (unit.status, unit.headcount, unit.has_canteen, unit.planned_on) == ("filed", 120, True, date(2020, 2, 20))


@pytest.mark.parametrize(
    ("step", "changes", "words"),
    [
        ("people", {"planned_on": ""}, "planned_on"),
        ("people", {"headcount": ""}, "没有也要填 0"),
        ("people", {"headcount": "-1"}, "headcount"),
        ("people", {"headcount": "abc"}, "headcount"),
        ("people", {"first_batch": "121"}, "不能超过职工总数"),
        ("people", {"planned_on": "2020-02-30"}, "planned_on"),
        ("people", {"exemption": "no-such"}, "exemption"),
        ("control", {"emergency": "长" * 501}, "emergency"),
        ("control", {"duty_name": "<script>alert(1)</script>"}, "duty_name"),
        ("control", {"dormitory_people": "8"}, "不超过 6 人"),
        ("promise", {"promise_true": ""}, "请勾选确认"),
    ],
)
def test_bad_answers_stand_beside_their_field_and_write_nothing(unit, contact, sign_in, step, changes, words):
    filing = open_filing(enterprise=unit, by=contact)
    address = reverse("enterprises:filing_step", args=[filing.pk, step])
    answer = sign_in(contact).post(address, {**ANSWERS[step], **changes})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page and "处要改" in page and "<script>alert" not in page
    filing.refresh_from_db()
    assert missing_steps(filing.pack) == [s.code for s in STEPS]


def test_what_is_typed_is_parked_and_shown_again(unit, contact, sign_in):
    browser = sign_in(contact)
    filing = open_filing(enterprise=unit, by=contact)
    draft = reverse("enterprises:filing_draft", args=[filing.pk, "supplies"])
    assert browser.post(draft, {"masks": "不知道", "no_such": "x"}).status_code == 204
    assert parked.get("filing_step", owner=contact, subject=f"{filing.pk}:supplies").content == {"masks": "不知道"}
    page = browser.get(reverse("enterprises:filing_step", args=[filing.pk, "supplies"])).content.decode()
    assert "不知道" in page


def test_a_filing_waits_where_the_park_approves(unit, contact, committee):
    park_settings.put("filing_needs_approval", "1", by=committee)
    filing = file_resumption(filing=fill(open_filing(enterprise=unit, by=contact), contact), by=contact)
    unit.refresh_from_db()
    assert (filing.status, unit.status) == ("submitted", "not_resumed")
    filing = approve_filing(filing=filing, by=committee)
    unit.refresh_from_db()
    assert (filing.status, unit.status) == ("filed", "filed")
    with pytest.raises(AlreadyMoved):
        approve_filing(filing=filing, by=committee)


def test_a_filing_with_open_steps_is_refused(unit, contact):
    filing = open_filing(enterprise=unit, by=contact)
    with pytest.raises(Refused) as caught:
        file_resumption(filing=filing, by=contact)
    assert caught.value.code == "incomplete"
    assert caught.value.facts["steps"] == [step.code for step in STEPS]


@pytest.mark.parametrize(("exemption", "refused"), [("", True), ("epidemic", False)])
def test_not_before_the_parks_earliest_day_without_an_exemption(unit, contact, exemption, refused):
    filing = fill(open_filing(enterprise=unit, by=contact), contact, exemption=exemption)
    Filing.objects.filter(pk=filing.pk).update(planned_on=date(2020, 2, 9))
    if refused:
        with pytest.raises(Refused, match="2月10日"):
            file_resumption(filing=filing, by=contact)
    else:
        assert file_resumption(filing=filing, by=contact).status == "filed"


def test_an_enterprise_that_works_already_stays_resumed(committee):
    unit = make_enterprise(status="resumed")
    filing = file_resumption(filing=fill(open_filing(enterprise=unit, by=committee), committee), by=committee)
    unit.refresh_from_db()
    assert (filing.status, unit.status) == ("filed", "resumed")


def test_a_returned_filing_says_what_to_correct_and_tells_the_contact(unit, contact, committee, sign_in):
    filing = file_resumption(filing=fill(open_filing(enterprise=unit, by=contact), contact), by=contact)
    return_filing(filing=filing, corrections={"masks": "口罩数和天数对不上", "alcohol": " "}, by=committee)
    filing.refresh_from_db()
    assert (filing.status, filing.corrections) == ("returned", {"masks": "口罩数和天数对不上"})
    message = Message.objects.get(purpose="filing_returned")
    assert message.recipient == contact
    assert "1 项" in message.text and "口罩" not in message.text

    # and the correction of the step takes the remark away
    page = sign_in(contact).get(reverse("enterprises:filing_detail", args=[filing.pk])).content.decode()
    assert "口罩数和天数对不上" in page
    values = {"masks": 400, "mask_days": 3, "thermometers": 2, "thermometer_days": 14, "disinfectant": 1}
    values |= {"disinfectant_days": 2, "alcohol": 1, "alcohol_days": 2}
    filing = save_filing_step(filing=filing, step="supplies", values=values, by=contact)
    assert filing.corrections == {}


def test_a_return_without_words_is_refused(committee):
    filing = make_filing(make_enterprise(), status="submitted")
    with pytest.raises(Refused, match="至少写明一项"):
        return_filing(filing=filing, corrections={"masks": ""}, by=committee)


def test_the_committee_reviews_approves_and_returns(committee, sign_in):
    browser = sign_in(committee)
    waiting, doubtful = (make_filing(make_enterprise(), status="submitted", planned_on=date(2020, 2, 20)) for _ in "12")
    review = reverse("enterprises:filing_review", args=[waiting.pk])
    assert browser.get(review).status_code == 200
    assert browser.post(review, {"do": "approve", "token": "not-a-token"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == "filed"
    review = reverse("enterprises:filing_review", args=[doubtful.pk])
    assert browser.post(review, {"do": "return"}).status_code == 422
    assert "重" * 201 in browser.post(review, {"do": "return", "fix_masks": "重" * 201}).content.decode()
    assert browser.post(review, {"do": "return", "fix_masks": "写清规格"}).status_code == 302
    doubtful.refresh_from_db()
    assert doubtful.status == "returned"


def test_corrections_that_were_typed_are_not_lost_by_the_other_button(committee, sign_in):
    filing, browser = make_filing(make_enterprise(), status="submitted"), sign_in(committee)
    answer = browser.post(
        reverse("enterprises:filing_review", args=[filing.pk]), {"do": "approve", "fix_masks": "写清规格"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and "按的却是“备案”" in page and "写清规格" in page
    filing.refresh_from_db()
    assert filing.status == "submitted"


def test_a_finished_filing_cannot_be_changed(unit, contact, sign_in):
    filing = file_resumption(filing=fill(open_filing(enterprise=unit, by=contact), contact), by=contact)
    browser = sign_in(contact)
    assert browser.get(reverse("enterprises:filing_step", args=[filing.pk, "people"])).status_code == 404
    assert browser.post(reverse("enterprises:filing_draft", args=[filing.pk, "people"]), {}).status_code == 404
    with pytest.raises(Refused):
        save_filing_step(filing=filing, step="people", values={}, by=contact)


def test_a_foreign_filing_does_not_exist(sign_in):
    filing = make_filing(make_enterprise())
    browser = sign_in(make_contact(make_enterprise()))
    for name, method, more in (
        ("filing_detail", "get", ()),
        ("filing_print", "get", ()),
        ("filing_review", "get", ()),
        ("filing_step", "get", ("people",)),
        ("filing_draft", "post", ("people",)),
        ("filing_submit", "post", ()),
    ):
        address = reverse(f"enterprises:{name}", args=[filing.pk, *more])
        assert getattr(browser, method)(address).status_code == 404, name
    assert browser.post(reverse("enterprises:filing_open", args=[filing.enterprise_id])).status_code == 404


def test_a_squad_reads_the_filings_of_its_enterprises_and_a_warehouse_reads_none(sign_in, make_user):
    squad = make_squad(3)
    filing = make_filing(make_enterprise(squad=squad), status="filed")
    address = reverse("enterprises:filing_detail", args=[filing.pk])
    assert sign_in(make_squad_member(squad)).get(address).status_code == 200
    assert sign_in(make_squad_member(make_squad(4))).get(address).status_code == 404
    assert sign_in(make_user("warehouse")).get(address).status_code == 404
    assert not Filing.objects.visible_to(make_user("warehouse", "squad")).exists()


def test_the_print_is_a_pdf_also_of_an_empty_draft(unit, contact, sign_in):
    browser = sign_in(contact)
    for filing in (open_filing(enterprise=unit, by=contact), fill(open_filing(enterprise=unit, by=contact), contact)):
        answer = browser.get(reverse("enterprises:filing_print", args=[filing.pk]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")


def test_steps_lead_on_to_what_is_missing():
    assert next_step({"steps": []}, "people") == "control"
    assert next_step({"steps": ["people", "supplies", "promise"]}, "promise") == "control"
    assert next_step({"steps": [step.code for step in STEPS]}, "people") is None


def test_answers_are_said_in_words():
    assert spoken_answer("masks", 0) == "0 只"
    assert spoken_answer("has_canteen", False) == "没有"
    assert spoken_answer("promise_true", True) == "是"
    assert spoken_answer("duty_name", "") == "—"


def test_the_reach_of_a_filing_is_that_of_its_enterprise(unit, contact):
    filing = make_filing(unit)
    assert list(Filing.objects.visible_to(contact)) == [filing]
    assert list(Enterprise.objects.editable_by(contact)) == [unit]


def test_a_notice_that_lowers_the_number_of_a_dormitory_holds_from_now_on(unit, contact, sign_in, committee):
    park_settings.put("dormitory_limit", "4", by=committee)
    filing = open_filing(enterprise=unit, by=contact)
    path = reverse("enterprises:filing_step", args=[filing.pk, "control"])
    browser = sign_in(contact)
    answer = browser.post(path, {**drawn(browser, path), **ANSWERS["control"], "dormitory_people": "5"})
    assert answer.status_code == 422 and "每间宿舍不超过 4 人" in answer.content.decode()
