"""A whole number is shown against a reason, in the own reach, with a row in the audit; the office proves its second factor."""

import pytest
from django.urls import reverse

from enterprises.tests.factories import make_contact, make_employee, make_enterprise, make_person
from parkportal.messaging import outbox
from parkportal.records.models import AuditEntry
from testing.models import SignUp
from testing.tests.factories import make_session, make_signup
from testing.tests.test_signup import CONTACT, WHO, fill, submit

pytestmark = pytest.mark.django_db
REVEALS = ("person.revealed", "signup.revealed", "message.address_revealed", "enterprise.phone_shown")


def doors() -> list[str]:
    """Every page that shows a whole number."""
    unit = make_enterprise(liaison=("苗可心", "19900006601"))
    job = make_employee(unit).employments.get()
    signup = make_signup(make_session().slots.first())
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


def test_a_contact_sees_the_own_staff_for_a_reason_that_is_written_down(client, sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    unit, other = make_enterprise(), make_enterprise()
    mine, theirs = make_employee(unit), make_employee(other)
    sign_in(make_contact(unit))
    address = reverse("enterprises:person_reveal", args=[mine.employments.get().pk])
    assert mine.number not in client.post(address, {"reason": " "}).content.decode()
    assert not AuditEntry.objects.filter(action__in=REVEALS).exists()
    assert mine.number in client.post(address, {"reason": "核对证件"}).content.decode()
    assert AuditEntry.objects.get(action="person.revealed").reason == "核对证件"
    foreign = reverse("enterprises:person_reveal", args=[theirs.employments.get().pk])
    assert client.post(foreign, {"reason": "核对证件"}).status_code == 404


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
