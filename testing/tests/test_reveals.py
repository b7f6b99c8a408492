"""A whole number is shown against a reason, in the own reach, with a row in the audit; the office proves its second factor."""

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_employee, make_enterprise, make_person
from parkportal.messaging import outbox
from parkportal.records.models import AuditEntry
from testing.actions import release_one
from testing.models import Alert, SignUp
from testing.tests.factories import make_session, make_signup
from testing.tests.test_signup import CONTACT, WHO, fill, submit
from testing.tests.test_told_in_person import read
from tests.scope.pages import Page

pytestmark = pytest.mark.django_db
REVEALS = ("person.revealed", "signup.revealed", "message.address_revealed", "enterprise.phone_shown")


def doors() -> list[str]:
    """Every page that shows a whole number."""
    unit = make_enterprise(liaison=("苗可心", "19900006601"))
    job = make_employee(unit).employments.get()
    signup = make_signup(make_session().slots.first(), name="陆青禾")
    message = outbox.put("staff_test", to_phone="19900006602", occasion="reveal", values={"name": "苗可心"})
    return [
        reverse("enterprises:person_reveal", args=[job.pk]),
        reverse("enterprises:enterprise_call", args=[unit.pk]),
        reverse("testing:signup_reveal", args=[signup.pk]),
        reverse("messaging:message_reveal", args=[message.pk]),
    ]


def test_the_office_shows_nothing_before_its_second_factor_is_proven(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(make_user("committee", "admin"), backend="parkportal.accounts.backends.PortalBackend")
    for address in doors():
        answer = client.post(address, {"reason": "核对身份"})
        assert answer.status_code == 302 and answer["Location"] == reverse("accounts:second_factor"), address
    assert not AuditEntry.objects.filter(action__in=REVEALS).exists()


@pytest.mark.parametrize("reason", [None, "", "<script>", "长" * 20_000, ["核对身份", "随便"]])
def test_whoever_does_not_say_why_is_asked_beside_the_question_on_the_page_it_stands_on(
    client, sign_in, make_user, reason
):
    sign_in(make_user("committee"))
    pages = ("完整号码", "看完整号码", "<h1>陆", "测试短信")
    for address, words in zip(doors(), pages, strict=True):
        answer = client.post(address, {} if reason is None else {"reason": reason})
        page = Page(answer.content.decode())

        assert answer.status_code == 422 and words in answer.content.decode(), address
        assert page.summary == ["id_reveal_reason_0"] and "id_reveal_reason_0" in page.ids, address
        assert 'id="id_reveal_reason_error"' in answer.content.decode() and "请选为什么要看。" in "".join(page.words)
        again = next(form for form in page.forms if "reason" in form.names and form.action.partition("?")[0] == address)
        shown = client.post(again.action, {"reason": next(one.value for one in again.fields if one.name == "reason")})
        assert shown.status_code == 200
    assert AuditEntry.objects.filter(action__in=REVEALS).count() == len(pages)


def test_who_asked_on_the_page_of_an_alert_is_answered_there(client, sign_in, make_user):
    session = make_session()
    tube, verifier = read(session, [make_signup(session.slots.first(), name="陆青禾")], "positive")
    release_one(specimen_id=tube.pk, value="positive", by=verifier)
    alert = Alert.objects.get()
    sign_in(make_user("committee"))
    own = reverse("testing:alert", args=[alert.pk])
    reveal = next(form for form in Page(client.get(own).content.decode()).forms if "/reveal/" in form.action)

    refused = client.post(reveal.action, {"reason": "?"})
    shown = client.post(reveal.action, {"reason": "结果告知"}).content.decode()

    assert refused.status_code == 422 and "要当面告知" in refused.content.decode()
    assert f'href="{own}"' in shown and tube.signup.number in shown


def test_a_contact_sees_the_own_staff_for_a_reason_that_is_written_down(client, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    unit, other = make_enterprise(), make_enterprise()
    mine, theirs = make_employee(unit), make_employee(other)
    sign_in(make_contact(unit))
    address = reverse("enterprises:person_reveal", args=[mine.employments.get().pk])
    assert mine.number not in client.post(address, {"reason": " "}).content.decode()
    assert not AuditEntry.objects.filter(action__in=REVEALS).exists()
    assert mine.number in client.post(address, {"reason": "核对名单"}).content.decode()
    assert AuditEntry.objects.get(action="person.revealed").reason == "核对名单"
    foreign = reverse("enterprises:person_reveal", args=[theirs.employments.get().pk])
    assert client.post(foreign, {"reason": "核对名单"}).status_code == 404


def test_a_sign_up_never_writes_over_a_person_who_is_known(client):
    number = "439900199202290033"
    person = make_person(name="陆青禾", number=number, phone_number="19900006603")
    make_enterprise(name=WHO["enterprise_name"])
    session = make_session(places=2)
    fill(client, session, who={**WHO, "name": "白檀"}, contact={**CONTACT, "phone": "19900006604"})
    submit(client, session.campaign.slug)
    assert SignUp.objects.get().name == "白檀"
    person.refresh_from_db()
    assert (person.name, person.phone) == ("陆青禾", "19900006603")
