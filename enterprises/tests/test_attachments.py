"""The papers of a filing: judged by content and size, served within the scope, taken off but never deleted."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from enterprises.actions import attachments
from enterprises.models import Filing, FilingAttachment
from enterprises.tests.factories import make_contact, make_enterprise, make_filing, make_squad, make_squad_member
from parkportal.idempotency import new_token
from parkportal.records import terms
from parkportal.records.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words():
    terms.plant()


@pytest.fixture
def unit():
    return make_enterprise(squad=make_squad(3))


@pytest.fixture
def contact(unit):
    return make_contact(unit)


@pytest.fixture
def filing(unit, contact):
    return make_filing(unit, by=contact)


def picture(kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, kind)
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def sends(browser, filing, content, name="方案.pdf", **more):
    kind = terms.choices("filing_paper")[0][0]
    data = {"kind": kind, "file": SimpleUploadedFile(name, content), "token": str(new_token()), **more}
    return browser.post(f"/enterprises/filings/{filing.pk}/papers/", data)


@pytest.mark.parametrize(
    ("content", "magic"),
    [(b"%PDF-1.4\n%%EOF\n", b"%PDF"), (picture(), b"\xff\xd8"), (picture("PNG"), b"\x89PNG"), (workbook(), b"PK")],
    ids=["pdf", "jpeg", "png", "xlsx"],
)
def test_papers_of_the_allowed_kinds_are_kept(filing, contact, sign_in, content, magic):
    browser = sign_in(contact)
    assert sends(browser, filing, content).status_code == 302
    paper = FilingAttachment.objects.get()
    served = b"".join(browser.get(f"/enterprises/filings/papers/{paper.pk}/"))
    assert served.startswith(magic), "a picture is drawn anew without its place, other files stay as they are"


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90\x00 program", b"<html><script>1</script></html>", b"PK\x03\x04 archive"]
)
def test_other_contents_are_refused_whatever_their_name(filing, contact, sign_in, content):
    answer = sends(sign_in(contact), filing, content, name="方案.pdf")
    assert answer.status_code == 422 and answer.context["form"].errors["file"]
    assert not FilingAttachment.objects.exists()


def test_too_large_and_too_many_are_refused(filing, contact, sign_in, monkeypatch):
    browser = sign_in(contact)
    assert sends(browser, filing, b"%PDF-1.4\n" + b"0" * attachments.PAPER_LIMIT).status_code == 422
    monkeypatch.setattr(attachments, "PAPERS_LIMIT", 1)
    assert sends(browser, filing, picture()).status_code == 302
    refused = sends(browser, filing, picture())
    assert refused.status_code == 422 and "最多 1 个文件" in str(refused.context["form"].errors)


def test_the_same_press_twice_keeps_one(filing, contact, sign_in):
    browser, token = sign_in(contact), str(new_token())
    for _ in range(2):
        sends(browser, filing, picture(), token=token)
    assert FilingAttachment.objects.count() == 1


def test_a_paper_taken_off_stays_in_the_books(filing, contact, sign_in):
    browser = sign_in(contact)
    sends(browser, filing, picture())
    paper = FilingAttachment.objects.get()
    for _ in range(2):
        browser.post(f"/enterprises/filings/papers/{paper.pk}/remove/")
    paper.refresh_from_db()
    assert paper.removed_by == contact and AuditEntry.objects.filter(action="filing.paper_removed").count() == 1
    assert "还没有附件" in browser.get(f"/enterprises/filings/{filing.pk}/papers/").content.decode()


def test_papers_are_the_enterprises_and_its_squads_and_end_with_the_filing(filing, contact, sign_in):
    sends(sign_in(contact), filing, picture())
    address = f"/enterprises/filings/papers/{FilingAttachment.objects.get().pk}/"
    assert sign_in(make_squad_member(make_squad(3))).get(address).status_code == 200
    for stranger in (make_contact(make_enterprise()), make_squad_member(make_squad(9))):
        assert sign_in(stranger).get(address).status_code == 404
        assert sends(sign_in(stranger), filing, picture()).status_code == 404
    Filing.objects.filter(pk=filing.pk).update(status="filed")
    sends(sign_in(contact), filing, picture())
    sign_in(contact).post(f"{address}remove/")
    assert FilingAttachment.objects.filter(removed_at__isnull=True).count() == 1
