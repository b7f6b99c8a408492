"""防疫管理制度 and 应急预案: from the template, by upload, version by version, with the supervisor's guidance."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import DatabaseError

from enterprises.actions import hand_in_document, judge_document
from enterprises.document_templates import BLANK, template_text
from enterprises.models import EnterpriseDocument, EnterpriseDocumentMove
from enterprises.tests.factories import make_contact, make_enterprise, make_squad, make_squad_member, make_supervisor
from enterprises.tests.pages import drawn
from parkportal.idempotency import new_token
from parkportal.messaging.models import Message
from parkportal.states import Refused

pytestmark = pytest.mark.django_db


def word_file():
    """The least that Word calls a document."""
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return SimpleUploadedFile("应急预案 盖章.docx", raw.getvalue())


@pytest.fixture
def firm():
    return make_enterprise(
        name="湖南青禾检测有限公司", squad=make_squad(1), principal=("栾松年", "19900000001"), has_canteen=False
    )


@pytest.fixture
def contact(firm):
    user = make_contact(firm)
    user.set_phone("19900000077")
    user.save()
    return user


def test_the_template_knows_what_the_register_knows(firm):
    text = template_text("system", firm)
    assert text.startswith("湖南青禾检测有限公司疫情防控管理制度")
    assert "栾松年" in text and "没有食堂" in text and BLANK in text
    assert template_text("a-kind-that-staff-added", firm) == ""


def test_a_text_is_handed_in_once_and_the_next_one_replaces_it(firm, contact, sign_in):
    browser, path = sign_in(contact), f"/enterprises/{firm.pk}/documents/new/system/"
    assert "疫情防控管理制度" in browser.get(path).content.decode()
    token = str(new_token())
    for _ in range(2):
        assert browser.post(path, {"text": "第一版", "token": token}).status_code == 302
    browser.post(path, {**drawn(browser, path), "text": "第二版"})
    rows = list(EnterpriseDocument.objects.order_by("number").values_list("number", "status", "text"))
    assert rows == [(1, "replaced", "第一版"), (2, "handed_in", "第二版")]


def test_a_stamped_file_is_kept_by_its_content_and_served_within_the_scope(firm, contact, sign_in):
    browser = sign_in(contact)
    path = f"/enterprises/{firm.pk}/documents/new/emergency/"
    answer = browser.post(path, {"text": "", "file": word_file(), "token": str(new_token())})
    assert answer.status_code == 302
    document = EnterpriseDocument.objects.get()
    served = browser.get(f"/enterprises/documents/{document.pk}/file/")
    assert served.content.startswith(b"PK") and "attachment" in served["Content-Disposition"]
    assert (
        sign_in(make_contact(make_enterprise())).get(f"/enterprises/documents/{document.pk}/file/").status_code == 404
    )


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 a program", b"PK\x03\x04 a bare archive"])
def test_other_files_are_refused_beside_the_field(firm, contact, sign_in, content):
    data = {"text": "", "file": SimpleUploadedFile("预案.pdf", content), "token": str(new_token())}
    answer = sign_in(contact).post(f"/enterprises/{firm.pk}/documents/new/emergency/", data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not EnterpriseDocument.objects.exists()


def test_nothing_is_no_document_and_an_unknown_kind_no_page(firm, contact, sign_in):
    browser = sign_in(contact)
    answer = browser.post(f"/enterprises/{firm.pk}/documents/new/system/", {"text": " ", "token": str(new_token())})
    assert answer.status_code == 422
    assert browser.get(f"/enterprises/{firm.pk}/documents/new/no-such/").status_code == 404


def test_the_supervisor_says_what_to_correct_and_the_enterprise_is_told(firm, contact, sign_in):
    document = hand_in_document(enterprise=firm, kind="system", text="第一版", by=contact)
    supervisor = make_supervisor(firm)
    browser, path = sign_in(supervisor), f"/enterprises/documents/{document.pk}/"
    assert browser.post(path, {"verdict": "correct", "note": "", "token": str(new_token())}).status_code == 422
    token = str(new_token())
    for _ in range(2):
        browser.post(path, {"verdict": "correct", "note": "写明消毒浓度", "token": token})
    document.refresh_from_db()
    assert document.status == "to_correct"
    assert Message.objects.get(purpose="document_to_correct").recipient == contact
    assert "写明消毒浓度" in sign_in(contact).get(f"/enterprises/{firm.pk}/documents/").content.decode()
    browser = sign_in(supervisor)
    browser.post(path, {"verdict": "good", "token": str(new_token())})
    document.refresh_from_db()
    assert document.status == "checked"


def test_only_whoever_guides_judges(firm, contact, sign_in):
    document = hand_in_document(enterprise=firm, kind="system", text="第一版", by=contact)
    for user in (contact, make_squad_member(make_squad(1))):
        browser = sign_in(user)
        assert browser.get(f"/enterprises/documents/{document.pk}/").status_code == 200
        assert browser.post(f"/enterprises/documents/{document.pk}/", {"verdict": "good"}).status_code == 404
    stranger = sign_in(make_supervisor(make_enterprise()))
    assert stranger.get(f"/enterprises/documents/{document.pk}/").status_code == 404


def test_an_old_version_is_not_judged_and_its_moves_are_never_changed(firm, contact, committee):
    old = hand_in_document(enterprise=firm, kind="system", text="第一版", by=contact)
    hand_in_document(enterprise=firm, kind="system", text="第二版", by=contact)
    with pytest.raises(Refused):
        judge_document(document=old, is_good=True, note="", by=committee)
    with pytest.raises(DatabaseError), transaction.atomic():
        EnterpriseDocumentMove.objects.update(reason="改写")


def test_the_list_of_versions_takes_the_same_few_statements(firm, contact, sign_in, statements):
    browser, path = sign_in(contact), f"/enterprises/{firm.pk}/documents/"
    hand_in_document(enterprise=firm, kind="system", text="一", by=contact)
    browser.get(path)
    one = statements(lambda: browser.get(path))
    for n in range(12):
        hand_in_document(enterprise=firm, kind=["system", "emergency"][n % 2], text="又一版", by=contact)
    assert statements(lambda: browser.get(path)) == one <= 12
