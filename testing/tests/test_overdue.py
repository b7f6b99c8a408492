"""Results that are late: the list, the worklist, and who hears of it, once a day."""

from datetime import timedelta

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from testing import actions
from testing.models import Specimen
from testing.tests.factories import make_lab, make_lab_user, make_session, make_signup, make_specimen
from testing.worklist import late_results

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return make_session(day=park_today())


def late(session, hours=3, status="testing"):
    signup = make_signup(session.slots.first(), status="collected")
    tube = make_specimen(signup, session=session, status=status)
    Specimen.objects.filter(pk=tube.pk).update(due_at=park_now() - timedelta(hours=hours))
    return tube


def test_the_laboratory_and_the_committee_hear_of_late_results_once_a_day(session, make_user):
    late(session), late(session)
    tester, clerk = make_lab_user(session.campaign.lab), make_user("committee")
    make_lab_user(make_lab())

    for _ in range(2):
        actions.alert_overdue(park_now())

    messages = Message.objects.filter(purpose="results_overdue")
    assert set(messages.values_list("recipient", flat=True)) == {tester.pk, clerk.pk}
    assert messages.count() == 2


def test_nobody_is_alerted_while_there_is_time_or_a_result(session, make_user):
    late(session, hours=-1)
    late(session, status="released")
    make_user("committee")

    assert actions.alert_overdue(park_now()) == 0


def test_the_list_shows_the_longest_first_and_names_nobody(client, sign_in, session):
    tubes = [late(session, hours=2), late(session, hours=30)]
    late(make_session(day=park_today()))
    sign_in(make_lab_user(session.campaign.lab))

    page = client.get(reverse("testing:overdue"))

    assert [tube.pk for tube in page.context["page_obj"]] == [tubes[1].pk, tubes[0].pk]
    assert [tube.hours_late for tube in page.context["page_obj"]] == [30, 2]
    assert tubes[0].signup.name not in page.content.decode()


def test_the_worklist_counts_them_by_laboratory(session, make_user):
    late(session), late(session)

    (entry,) = late_results(make_user("committee"), 5)

    assert entry.title == "2 管过了应出结果的时间"
    assert entry.detail == session.campaign.lab.name
