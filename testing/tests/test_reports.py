"""The report of a result, the code on it, and what the page behind the code tells: right or not, and nothing else."""

import time
from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.clock import park_today
from parkportal.printing.tests.reading import codes, pages, text
from parkportal.records.models import AuditEntry
from testing import actions, reports
from testing.actions.lab import NewReading
from testing.models import Report, Specimen
from testing.tests.factories import make_lab_user, make_reading, make_session, make_signup, make_specimen
from testing.views.lookup import GRANT

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today())


@pytest.fixture
def tester(session):
    return make_lab_user(session.campaign.lab, name="褚星河")


@pytest.fixture
def verifier(session):
    return make_lab_user(session.campaign.lab, "lab_verifier", name="陆观澜")


def out(session, tester, verifier, value="negative"):
    signup = make_signup(session.slots.first(), status="collected", name="邬小满", number="439900198001010010")
    tube = make_specimen(signup, session=session, status="verifying")
    make_reading(tube, tester=tester, value=value)
    if value == "negative":
        actions.release_negatives(specimen_ids=[tube.pk], by=verifier)
    else:
        actions.release_one(specimen_id=tube.pk, value=value, by=verifier)
    return Specimen.objects.select_related("signup__enterprise", "session__point", "lab").get(pk=tube.pk)


def test_the_report_says_what_the_handbook_asks(session, tester, verifier):
    tube = out(session, tester, verifier)

    shown = text(reports.report_pdf(tube))

    for words in ("邬小满", "男", "岁", "439***********0010", "咽拭子", "ORF1ab", "未检出", "阴性", "褚星河", "陆观澜",
                  "仅对本标本负责", f"{tube.barcode}-1", "盖章"):  # fmt: skip
        assert words in shown
    assert "439900198001010010" not in shown


def test_the_code_on_the_paper_leads_to_the_check_and_holds_no_name(session, tester, verifier):
    tube = out(session, tester, verifier)
    reports.report_pdf(tube)
    reports.report_pdf(tube)

    path = reverse("public:report_check", args=[Report.objects.get().public_token])

    assert tube.barcode not in path and "negative" not in path


def test_the_code_on_the_page_is_read_and_opens_the_check_of_this_report(client, session, tester, verifier, settings):
    settings.PORTAL_URL = "https://park.example"
    tube = out(session, tester, verifier)

    found = {code for page in pages(reports.report_pdf(tube), dpi=300) for code in codes(page)}

    path = reverse("public:report_check", args=[Report.objects.get(result__specimen=tube).public_token])
    assert found == {tube.barcode, f"https://park.example{path}"}
    assert client.get(path).status_code == 200


def test_a_paper_that_says_the_right_word_of_an_old_version_is_not_right(client, session, tester, verifier):
    tube = out(session, tester, verifier)
    first = reports.report_of(tube).public_token
    for value in ("suspect", "negative"):
        correction = actions.ask_correction(reading=NewReading(tube.pk, value), reason="复核", by=tester)
        actions.accept_correction(correction=correction, by=verifier)
    newest = reports.report_of(tube).public_token

    assert check(client, first, tube.barcode, "negative")[0] is False
    assert check(client, newest, tube.barcode, "negative")[0] is True


def check(client, token, barcode, value):
    answer = client.post(reverse("public:report_check", args=[token]), {"barcode": barcode, "value": value})
    return answer.context["answer"], answer.content.decode()


def test_the_check_answers_right_or_not_and_nothing_else(client, session, tester, verifier):
    tube = out(session, tester, verifier)
    token = reports.report_of(tube).public_token
    asked = client.get(reverse("public:report_check", args=[token])).content.decode()

    right, page = check(client, token, tube.barcode, "negative")
    wrong = [
        check(client, token, tube.barcode, "positive"),
        check(client, token, "YL200218000012", "negative"),
        check(client, uuid4(), tube.barcode, "negative"),
    ]

    assert (right, [answer for answer, _ in wrong]) == (True, [False] * 3)
    for shown in (asked, page, *[html for _, html in wrong]):
        assert "邬小满" not in shown and tube.lab.name not in shown and "褚星河" not in shown
    assert tube.barcode not in asked


def test_an_unknown_code_gets_the_same_page_as_a_known_one(client, session, tester, verifier):
    known = client.get(
        reverse("public:report_check", args=[reports.report_of(out(session, tester, verifier)).public_token])
    )
    unknown = client.get(reverse("public:report_check", args=[uuid4()]))

    assert (known.status_code, unknown.status_code) == (200, 200)
    assert len(known.content) == len(unknown.content)


def test_a_corrected_report_is_no_longer_right(client, session, tester, verifier):
    tube = out(session, tester, verifier)
    old = reports.report_of(tube).public_token
    correction = actions.ask_correction(reading=NewReading(tube.pk, "suspect"), reason="两管放反了", by=tester)
    actions.accept_correction(correction=correction, by=verifier)

    assert check(client, old, tube.barcode, "negative")[0] is False
    shown = text(reports.report_pdf(tube))
    assert "第 2 版" in shown and "两管放反了" in shown


def test_bad_input_is_told_beside_its_field(client):
    answer = client.post(reverse("public:report_check", args=[uuid4()]), {"barcode": "!!", "value": ""})

    assert answer.status_code == 422
    assert answer.context["answer"] is None and "条码号不对" in answer.content.decode()


def test_staff_print_and_it_is_written_down(client, sign_in, make_user, session, tester, verifier):
    tube = out(session, tester, verifier, "positive")
    sign_in(make_user("committee"))

    answer = client.get(reverse("testing:specimen_report", args=[tube.pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert AuditEntry.objects.filter(action="report.printed").count() == 1


def test_without_a_result_there_is_no_report(client, sign_in, make_user, session):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), session=session, status="testing")
    sign_in(make_user("committee"))

    answer = client.get(reverse("testing:specimen_report", args=[tube.pk]), follow=True)

    assert "还没有可以出具报告的结果" in answer.content.decode()
    assert not Report.objects.exists()


@pytest.mark.parametrize("role", ["leader", "contact", "station", "lab_tester"])
def test_others_print_no_report(client, sign_in, make_user, session, tester, verifier, role):
    sign_in(make_user(role))

    assert client.get(reverse("testing:specimen_report", args=[out(session, tester, verifier).pk])).status_code == 404


def looked_up(client, tube):
    """What a look-up that agreed leaves in the browser."""
    kept = client.session
    kept[GRANT] = [tube.signup_id, int(time.time())]
    kept.save()


def test_a_person_gets_the_own_negative_report(client, session, tester, verifier):
    tube, other = out(session, tester, verifier), make_specimen(status="released")
    url = reverse("public:own_report", args=[tube.barcode])
    assert client.get(url).status_code == 302
    looked_up(client, tube)

    assert client.get(url)["Content-Type"] == "application/pdf"
    assert client.get(reverse("public:own_report", args=[other.barcode])).status_code == 404


def test_a_withheld_result_has_no_report_for_the_person(client, session, tester, verifier):
    tube = out(session, tester, verifier, "suspect")
    looked_up(client, tube)

    assert client.get(reverse("public:own_report", args=[tube.barcode])).status_code == 404
