"""Every printed barcode of testing is read back by an independent reader, from the PDF and from the page's picture."""

import io
import subprocess

import pytest
import zxingcpp
from django.urls import reverse
from PIL import Image

from parkportal.clock import park_today
from parkportal.printing.labels import LABEL_FORMATS, NO_OFFSET
from testing.actions import tubes
from testing.models import Box
from testing.papers import handover_pdf, labels_of_run, labels_of_tube, poster_pdf
from testing.tests.factories import make_box, make_session, make_signup, make_specimen, make_staff

pytestmark = pytest.mark.django_db


def pages(pdf, tmp_path, dpi=203):
    """The pages of a PDF as a printer of that resolution sees them."""
    source = tmp_path / "sheet.pdf"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", str(source), str(tmp_path / "page")], check=True)
    return [Image.open(path) for path in sorted(tmp_path.glob("page*.pgm"))]


def read(image):
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("label_format", list(LABEL_FORMATS))
def test_both_labels_of_a_tube_decode(tmp_path, label_format):
    tube = make_specimen(make_signup(make_session(day=park_today()).slots.first(), status="collected"))

    found = [text for page in pages(labels_of_tube(tube, label_format), tmp_path) for text in read(page)]

    assert found == [tube.barcode] * 2


def test_every_label_of_a_run_decodes_and_none_is_missing(tmp_path, make_user):
    _, codes = tubes.issue_label_run(count=40, by=make_user("station"))

    pdf = labels_of_run(codes, "a4-4x13", NO_OFFSET, "A1 栋")

    found = [text for page in pages(pdf, tmp_path, dpi=300) for text in read(page)]
    assert sorted(found) == sorted(codes * 2)


def test_the_hand_over_sheet_carries_the_box_code(tmp_path):
    session = make_session(day=park_today())
    tube_list = [
        make_specimen(make_signup(session.slots.first(), status="collected"), session=session) for _ in range(5)
    ]
    box = make_box(session, tube_list, status="sealed", seal="FQ0218-001", expected=5)

    found = [text for page in pages(handover_pdf(Box.objects.get(pk=box.pk)), tmp_path, dpi=300) for text in read(page)]

    assert box.code in found


def test_the_poster_leads_to_the_sign_up(tmp_path, settings):
    settings.PORTAL_URL = "https://park.example"
    session = make_session()

    found = [text for page in pages(poster_pdf(session.campaign, "A4"), tmp_path, dpi=100) for text in read(page)]

    assert found == [f"https://park.example/signup/{session.campaign.slug}/"]


def test_the_picture_that_is_kept_on_the_phone_decodes_twice(client):
    signup = make_signup(make_session().slots.first())

    picture = client.get(reverse("public:signup_picture", args=[signup.public_token])).content

    assert read(Image.open(io.BytesIO(picture)).convert("L")) == [signup.code] * 2


def test_labels_of_a_foreign_tube_do_not_exist(client, sign_in):
    tube = make_specimen(make_signup(make_session(day=park_today()).slots.first(), status="collected"))
    sign_in(make_staff(make_session().point))

    assert client.post(reverse("testing:tube_labels", args=[tube.barcode])).status_code == 404
