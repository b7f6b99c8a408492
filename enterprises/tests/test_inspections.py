"""Inspections: three taps, findings with an order, evidence, re-inspection, overdue alerts, the sheet."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enterprises.actions.inspections import reinspect, remind_overdue_rectifications, send_evidence
from enterprises.inspection_sheet import inspection_pdf
from enterprises.models import Inspection
from enterprises.tests.factories import make_contact, make_enterprise, make_inspection, make_supervisor
from enterprises.tests.test_boards import picture
from parkportal.clock import park_today
from parkportal.messaging.models import Message
from parkportal.printing.tests.reading import text
from parkportal.records.worklist import entries_for
from parkportal.states import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_enterprise(name="长沙橙岸村食品有限公司", status="resumed", has_canteen=False)


@pytest.fixture
def supervisor(unit):
    return make_supervisor(unit, name="莫清和")


@pytest.fixture
def contact(unit):
    user = make_contact(unit, name="时雨")
    user.set_phone("19900000021")
    user.save()
    return user


def day(days):
    return f"{park_today() + timedelta(days=days):%Y-%m-%d}"


def answers(**changes):
    return {"token": str(uuid.uuid4()), "all": "fine", "photos": picture(), "due_on": day(3), **changes}


def test_three_taps_when_all_is_in_order(unit, supervisor, sign_in):
    browser = sign_in(supervisor)
    door = reverse("enterprises:inspection_create", args=[unit.pk])
    page = browser.get(door).content.decode()
    assert "data-queue" in page and "食堂定点分时" not in page  # no canteen, no question
    data = answers()
    first = browser.post(door, data)
    data["photos"] = picture()
    assert browser.post(door, data)["Location"] == first["Location"]
    inspection = Inspection.objects.get()
    assert (inspection.status, inspection.findings.count(), inspection.photos.count()) == ("passed", 0, 1)
    assert all(answer["ok"] for answer in inspection.answers) and inspection.due_on is None


def test_the_queue_of_the_browser_gets_json_and_one_outcome(unit, supervisor, sign_in):
    browser = sign_in(supervisor)
    door = reverse("enterprises:inspection_create", args=[unit.pk])
    data = answers()
    for _ in range(2):
        answer = browser.post(door, {**data, "photos": picture()}, headers={"accept": "application/json"})
        assert answer.status_code == 200 and "合格" in answer.json()["text"]
    assert Inspection.objects.count() == 1
    answer = browser.post(door, {"token": str(uuid.uuid4())}, headers={"accept": "application/json"})
    assert answer.status_code == 422 and "照片" in answer.json()["text"]


def test_a_finding_orders_rectification_and_tells_the_enterprise(unit, supervisor, contact, sign_in):
    door = reverse("enterprises:inspection_create", args=[unit.pk])
    data = answers(problem_entrance="没有测温登记", severity_entrance="grave", responsible="时雨")
    assert sign_in(supervisor).post(door, data).status_code == 302
    inspection = Inspection.objects.get()
    finding = inspection.findings.get()
    assert (inspection.status, inspection.responsible, finding.severity) == ("rectifying", "时雨", "grave")
    assert Message.objects.get(purpose="rectification_ordered").recipient == contact
    assert [entry.verb for entry in entries_for(contact) if entry.kind == "整改"] == ["交整改材料"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"photos": ""}, "photos"),
        ({"all": "problem"}, "all"),
        ({"all": "rubbish"}, "all"),
        ({"problem_entrance": "没有登记", "responsible": "", "due_on": "2020-02-25"}, "responsible"),
        ({"problem_entrance": "没有登记", "responsible": "时雨", "due_on": "2020-02-18"}, "due_on"),
        ({"problem_entrance": "没有登记", "responsible": "时雨", "due_on": "31.02"}, "due_on"),
        ({"problem_entrance": "长" * 201, "responsible": "时雨"}, "problem_entrance"),
        ({"photos": SimpleUploadedFile("a.png", b"<script>")}, "__all__"),
    ],
)
def test_bad_input_is_said_and_writes_nothing(unit, supervisor, sign_in, changes, field):
    answer = sign_in(supervisor).post(reverse("enterprises:inspection_create", args=[unit.pk]), answers(**changes))
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Inspection.objects.exists()


def test_evidence_and_reinspection_close_the_order(unit, supervisor, contact, sign_in):
    inspection = make_inspection(unit, by=supervisor)
    door = reverse("enterprises:inspection_evidence", args=[inspection.pk])
    data = {"token": str(uuid.uuid4()), "words": "装了测温门"}
    for _ in range(2):
        assert sign_in(contact).post(door, {**data, "photos": [picture(), picture()]}).status_code == 302
    inspection.refresh_from_db()
    assert (inspection.status, inspection.photos.filter(stage="evidence").count()) == ("submitted", 2)
    assert [entry.kind for entry in entries_for(supervisor)] == ["整改复查"]
    again = reverse("enterprises:inspection_reinspect", args=[inspection.pk])
    assert sign_in(contact).get(again).status_code == 404
    browser = sign_in(supervisor)
    data = {"token": str(uuid.uuid4()), "conclusion": "continued", "words": "还差登记"}
    answer = browser.post(again, data)
    assert answer.status_code == 422 and "due_on" in answer.context["form"].errors
    assert browser.post(again, {**data, "due_on": day(2)}).status_code == 302
    send_evidence(inspection=inspection, words="补了登记", photos=[], by=contact)
    closing = {"token": str(uuid.uuid4()), "conclusion": "closed"}
    assert browser.post(again, closing).status_code == 302
    inspection.refresh_from_db()
    assert [move.to_status for move in inspection.moves.all()] == [
        "rectifying",
        "submitted",
        "continued",
        "submitted",
        "closed",
    ]


@pytest.mark.parametrize("conclusion", ["rectifying", "continued", "closed"])
def test_who_comes_before_any_evidence_may_conclude_too(unit, supervisor, conclusion):
    inspection = make_inspection(unit, by=supervisor)
    due_on = park_today() + timedelta(days=1)
    done = reinspect(inspection=inspection, conclusion=conclusion, words="", photos=[], by=supervisor, due_on=due_on)
    assert done.status == conclusion
    with pytest.raises(Refused):
        reinspect(inspection=inspection, conclusion="passed", words="", photos=[], by=supervisor)


def test_an_overdue_order_alerts_once_and_evidence_takes_it_back(unit, supervisor, contact):
    inspection = make_inspection(unit, by=supervisor, due_on=park_today() - timedelta(days=2))
    assert inspection.is_overdue and inspection.days_late == 2
    for _ in range(2):
        assert remind_overdue_rectifications() == 2
    sent = Message.objects.filter(purpose="rectification_overdue")
    assert {message.recipient for message in sent} == {contact, supervisor} and sent.count() == 2
    assert [entry.verb for entry in entries_for(supervisor)] == ["登记复查"]
    send_evidence(inspection=inspection, words="改了", photos=[], by=contact)
    assert set(sent.values_list("status", flat=True)) <= {"withdrawn", "failed"}
    assert remind_overdue_rectifications() == 0


def test_the_sheet_has_the_columns_of_the_handbook(unit, supervisor):
    blank = text(inspection_pdf(unit, None))
    for title in ("序号", "检查内容", "自查", "检查记录", "时间", "地点", "企业确认", "备注"):
        assert title in blank
    inspection = make_inspection(unit, by=supervisor)
    inspection.answers = [
        {"code": "entrance", "label": "进门测温、戴口罩，有登记", "ok": False, "words": "没有测温登记"}
    ]
    shown = text(inspection_pdf(unit, inspection))
    assert "没有测温登记" in shown and "整改期限" in shown and "整改人" in shown


def test_inspection_void_needs_a_reason(unit, supervisor, committee, sign_in):
    inspection = make_inspection(unit, by=supervisor)
    door = reverse("enterprises:inspection_void", args=[inspection.pk])
    browser = sign_in(committee)
    browser.post(door, {"reason": " "})
    inspection.refresh_from_db()
    assert inspection.status == "rectifying"
    browser.post(door, {"reason": "登记错了企业"})
    inspection.refresh_from_db()
    assert inspection.status == "void"


@pytest.mark.both
@pytest.mark.parametrize("many", [1, 60])
def test_inspection_list_takes_as_many_statements_for_many_as_for_one(unit, committee, sign_in, statements, many):
    for _ in range(many):
        make_inspection(unit, by=committee)
    browser = sign_in(committee)
    door = reverse("enterprises:inspection_list")
    assert statements(lambda: browser.get(door)) <= 12
    assert browser.get(door, {"tab": "overdue"}).context["counts"]["open"] == many
