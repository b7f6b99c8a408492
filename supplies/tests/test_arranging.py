"""Time and place for many deliveries at once, taking it back, and the reminder of a notice that nobody has read."""

import base64
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from parkportal.clock import local, park_now
from parkportal.messaging.models import Message
from parkportal.records import files
from parkportal.records.models import AuditEntry
from supplies import actions
from supplies.models import Appointment, Delivery
from supplies.tasks import remind_unread
from supplies.tests import factories as f
from supplies.tests.test_views import png

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"supplies:{name}", args=args)


@pytest.fixture
def three(park_time):
    """Two under way and one that waits to be picked; each firm has a phone of its own."""
    lot = f.stock(f.item(), 1000)
    firms = [f.enterprise(f"企业{n}", of=f.squad(1), liaison_phone=f"1990000000{n}") for n in (1, 2, 3)]
    rows = [f.delivery(firm, {lot: 10}) for firm in firms]
    actions.issue_deliveries(deliveries=rows[:2], by=f.keeper())
    return rows


def drawn(name):
    image = files.keep(
        base64.b64decode(png().partition(",")[2]), name="签名.png", purpose="supplies_receipt", owner=None
    )
    return actions.Signature(name, image)


def about(delivery, purpose):
    return list(Message.objects.filter(purpose=purpose, context_id=delivery.pk).order_by("id"))


def picked(rows, **more):
    return {"do": "schedule", "pick": [row.pk for row in rows], **more}


def typed(when, **more):
    return {"ready": "1", "planned_at": f"{local(when):%Y-%m-%dT%H:%M}", "meeting_point": "C1 栋东门", **more}


def agreed(rows):
    return [
        (row.planned_at, row.meeting_point)
        for row in Delivery.objects.filter(pk__in=[r.pk for r in rows]).order_by("pk")
    ]


def test_one_form_agrees_on_time_and_place_with_all_that_are_ticked(three, sign_in, client, park_time):
    park_time.shift(-timedelta(hours=3))
    when = (park_now() + timedelta(days=1)).replace(second=0, microsecond=0)
    sign_in(f.keeper())
    assert "约时间" in client.get(url("delivery_list")).content.decode()
    form = client.post(url("delivery_issue"), picked(three)).content.decode()
    assert (
        "约时间：选了 3 张" in form
        and "企业1" in form
        and not Message.objects.filter(purpose="delivery_changed").exists()
    )
    answer = client.post(url("delivery_issue"), picked(three, status="", squad="1", **typed(when)), follow=True)
    assert answer.redirect_chain[0][0] == url("delivery_list") + "?squad=1"
    assert agreed(three) == [(when, "C1 栋东门")] * 3
    for row in three[:2]:
        [notice] = about(row, "delivery_changed")
        assert f"{local(when):%H:%M}送到C1 栋东门" in notice.text and row.code in notice.text
    assert about(three[2], "delivery_changed") == []
    actions.issue_deliveries(deliveries=[three[2]], by=f.keeper())
    assert "送到C1 栋东门" in about(three[2], "delivery_notice")[0].text
    assert AuditEntry.objects.filter(action="supplies.delivery_planned").count() == 3


@pytest.mark.both
def test_it_can_be_taken_back_as_it_stood_and_what_changed_since_stays(three, sign_in, client):
    first, second, third = three
    before, when = park_now() + timedelta(hours=20), park_now() + timedelta(days=1)
    keeper = f.keeper()
    actions.schedule_deliveries(deliveries=[first], planned_at=before, meeting_point="西门", by=keeper)
    sign_in(keeper)
    page = client.post(url("delivery_issue"), picked(three, **typed(when)), follow=True).content.decode()
    assert "3 张约在" in page and "撤销" in page and f"约 {local(when):%Y-%m-%d %H:%M}，C1 栋东门" in page
    actions.schedule_deliveries(deliveries=[second], planned_at=when + timedelta(hours=2), by=keeper)
    later = agreed([second])
    client.logout()  # another day's session knows it, too
    sign_in(keeper)
    made = Appointment.objects.get()
    undo = url("delivery_schedule_undo", made.pk)
    assert f'action="{undo}"' in client.get(url("delivery_list")).content.decode()
    done = client.post(undo, follow=True).content.decode()
    assert "退回 2 张" in done and "1 张后来又改过" in done
    assert agreed([first, third]) == [(before, "西门"), (None, "")] and agreed([second]) == later
    told = about(first, "delivery_changed")
    assert len(told) == 3 and "送到西门" in told[-1].text
    assert "已经撤销过" in client.post(undo, follow=True).content.decode()
    assert len(about(first, "delivery_changed")) == 3 and agreed([first]) == [(before, "西门")]


def test_nobody_else_and_nobody_late_takes_it_back(three, sign_in, client, park_time):
    when = park_now() + timedelta(days=3)
    keeper = f.keeper()
    sign_in(keeper)
    client.post(url("delivery_issue"), picked(three, **typed(when)))
    kept = agreed(three)
    client.logout()
    sign_in(f.keeper())
    made = Appointment.objects.get()
    assert client.post(url("delivery_schedule_undo", made.pk)).status_code == 404
    assert agreed(three) == kept
    park_time.shift(timedelta(hours=25))
    sign_in(keeper)
    assert "撤销" not in client.get(url("delivery_list")).content.decode()
    late = client.post(url("delivery_schedule_undo", made.pk), follow=True).content.decode()
    assert "超过一天" in late and agreed(three) == kept


def test_what_has_ended_is_passed_over_and_wrong_input_is_said_beside_the_field(three, sign_in, client):
    sign_in(f.keeper())
    actions.void_delivery(delivery=three[2], by=f.keeper(), reason="不要了")
    past = client.post(url("delivery_issue"), picked(three, **typed(park_now() - timedelta(hours=1))))
    assert past.status_code == 422 and "已经过去" in past.content.decode() and "另有 1 张" in past.content.decode()
    wrong = client.post(url("delivery_issue"), picked(three, ready="1", planned_at="随便", meeting_point="东门"))
    assert wrong.status_code == 422 and 'value="东门"' in wrong.content.decode()
    assert agreed(three) == [(None, "")] * 3
    none = client.post(url("delivery_issue"), picked([]), follow=True)
    assert "没有选到" in none.content.decode()
    foreign = f.keeper(f.warehouse("东仓"))
    sign_in(foreign)
    client.post(url("delivery_issue"), picked(three, **typed(park_now() + timedelta(days=1))))
    assert agreed(three) == [(None, "")] * 3


def test_all_of_the_filtered_list_is_agreed_on_and_the_same_again_tells_nobody_twice(three, sign_in, client):
    sign_in(f.keeper())
    form = {"do": "schedule", "all": "1", "status": "issued"}
    assert "选了 2 张" in client.post(url("delivery_issue"), form).content.decode()
    when = park_now() + timedelta(days=1)
    for _ in range(2):
        client.post(url("delivery_issue"), picked(three[:2], **typed(when)))
    assert [len(about(row, "delivery_changed")) for row in three] == [1, 1, 0]
    back_and_forth = (when + timedelta(hours=1), when)
    for other in back_and_forth:
        client.post(url("delivery_issue"), picked(three[:1], **typed(other)))
    assert len(about(three[0], "delivery_changed")) == 3


def test_an_appointment_that_waits_for_the_morning_is_taken_back_when_it_changes_again(three, park_time):
    park_time.shift(timedelta(hours=5))
    keeper, when = f.keeper(), park_now() + timedelta(days=1)
    for hours in (0, 1):
        actions.schedule_deliveries(deliveries=three[:1], planned_at=when + timedelta(hours=hours), by=keeper)
    old, new = about(three[0], "delivery_changed")
    assert (old.status, new.status) == ("withdrawn", "waiting") and local(new.send_after).hour == 8


def test_who_has_not_read_the_notice_is_reminded_once(three, park_time):
    assert "supplies.tasks.remind_unread" in {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    first, second, _ = three
    park_time.shift(-timedelta(hours=8))
    Delivery.objects.filter(pk__in=[first.pk, second.pk]).update(issued_at=park_now())
    remind_unread()
    park_time.shift(timedelta(hours=5))
    actions.mark_notice_read(delivery=second, by=f.contact(second.enterprise))
    for _ in range(2):
        remind_unread()
    [reminder] = Message.objects.filter(purpose="delivery_unread")
    assert reminder.context_id == first.pk and "还没有看到您点“知道了”" in reminder.text
    assert "一次性医用口罩10只" in reminder.text


def test_a_new_appointment_is_reminded_of_anew_and_not_before_four_hours(three, park_time):
    first = three[0]
    park_time.shift(-timedelta(hours=9))
    Delivery.objects.filter(pk=first.pk).update(issued_at=park_now())
    Delivery.objects.filter(pk=three[1].pk).update(status="void")
    park_time.shift(timedelta(hours=5))
    assert actions.remind_unread(park_now()) == 1
    actions.schedule_deliveries(deliveries=[first], planned_at=park_now() + timedelta(days=2), by=f.keeper())
    assert actions.remind_unread(park_now()) == 0
    park_time.shift(timedelta(hours=5))
    assert actions.remind_unread(park_now()) == 1
    assert len(about(first, "delivery_unread")) == 2


@pytest.mark.parametrize("how", ["read", "signed", "void", "moved"])
def test_a_reminder_that_waits_for_the_morning_is_taken_back_when_its_occasion_lapses(how, three, park_time):
    first, keeper = three[0], f.keeper()
    park_time.shift(timedelta(hours=5))
    actions.remind_unread(park_now())
    [reminder] = about(first, "delivery_unread")
    assert reminder.status == "waiting" and local(reminder.send_after).hour == 8
    if how == "read":
        actions.mark_notice_read(delivery=first, by=f.contact(first.enterprise))
    elif how == "signed":
        actions.sign_delivery(delivery=first, arrivals={}, signature=drawn("宁远"), by=keeper)
    elif how == "void":
        actions.void_delivery(delivery=first, by=keeper, reason="不送了")
    else:
        actions.schedule_deliveries(deliveries=[first], planned_at=park_now() + timedelta(days=2), by=keeper)
    reminder.refresh_from_db()
    assert reminder.status == "withdrawn"


def test_after_a_day_the_reminder_to_sign_takes_its_place(three):
    now = park_now()
    Delivery.objects.filter(pk=three[0].pk).update(issued_at=now - timedelta(hours=25))
    Delivery.objects.filter(pk=three[1].pk).update(
        planned_at=now - timedelta(hours=1), issued_at=now - timedelta(hours=6)
    )
    assert actions.remind_unread(now) == 0


def test_the_list_shows_who_has_not_read(three, sign_in, client):
    actions.mark_notice_read(delivery=three[1], by=f.contact(three[1].enterprise))
    sign_in(f.keeper())
    page = client.get(url("delivery_list"), {"unread": "1"})
    assert [row.pk for row in page.context["page_obj"]] == [three[0].pk] and "没看通知 1" in page.content.decode()
