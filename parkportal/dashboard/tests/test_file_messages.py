"""What was sent about an enterprise is found by the enterprise, not by what it was called."""

import pytest

from enterprises.actions import correct_enterprise, merge_enterprises
from enterprises.actions.chasing import due_at, remind
from enterprises.models import Enterprise
from enterprises.tests.factories import make_contact, make_enterprise
from parkportal.clock import park_today
from parkportal.dashboard.sections import file_of
from parkportal.messaging.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("park_time")]


@pytest.fixture
def committee(make_user):
    return make_user("committee")


def reminded(firm):
    contact = make_contact(firm)
    contact.set_phone("19900000031")
    contact.save()
    remind(firm, contact, day=park_today(), due=due_at(park_today()), by=None)
    return Message.objects.latest("pk")


def sent_in_file(firm, user):
    return file_of(Enterprise.objects.for_file().get(pk=firm.pk), user)["sent"]


def test_a_firm_that_is_renamed_keeps_its_messages(committee):
    firm = make_enterprise(name="湖南青禾检测有限公司")
    message = reminded(firm)
    firm = correct_enterprise(
        enterprise=firm, data={"name": "湖南新禾检测有限公司"}, version=firm.version, by=committee
    )
    assert sent_in_file(firm, committee) == [message]
    # and whoever takes the old name is not taken for it
    assert sent_in_file(make_enterprise(name="湖南青禾检测有限公司"), committee) == []


def test_what_was_sent_to_a_merged_firm_is_in_the_file_of_the_living_one(committee):
    kept, gone = make_enterprise(name="湖南青禾检测有限公司"), make_enterprise(name="湖南青禾检测")
    message = reminded(gone)
    merge_enterprises(kept=kept, gone=gone, by=committee)
    assert sent_in_file(kept, committee) == [message]
