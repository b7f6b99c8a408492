"""Notices: written to the rows of a filter, read on the phone, receipts, reminders, the text for the group."""

import re
import uuid
from datetime import timedelta
from html import unescape
from threading import Event
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from enterprises.actions.notices import (
    read_notice,
    remind_of_notice,
    send_notice,
    tell_of_notice,
    withdraw_notice,
)
from enterprises.models import Enterprise, EnterpriseContact, Notice
from enterprises.tests.factories import (
    LONG_AGO,
    make_contact,
    make_enterprise,
    make_notice,
    make_squad,
    make_squad_member,
)
from parkportal.clock import park_now
from parkportal.messaging import outbox
from parkportal.messaging.models import Message
from parkportal.records import figures, jobs
from parkportal.records.models import AuditEntry, Job
from parkportal.records.worklist import entries_for
from parkportal.states import Refused
from parkportal.tests.threads import at_once

pytestmark = pytest.mark.django_db
LIST = reverse("enterprises:notice_list")
NEW = reverse("enterprises:notice_create")


def detail(notice, name="notice_detail"):
    return reverse(f"enterprises:{name}", args=[notice.pk])


@pytest.fixture
def unit():
    return make_enterprise(name="湖南青禾检测有限公司", sishang_kind="SVC", status="resumed")


@pytest.fixture
def contact(unit):
    return with_phone(make_contact(unit, name="苗可心"), "19900000031")


def with_phone(user, number):
    user.set_phone(number)
    user.save()
    return user


def written(browser, **changes):
    """The form as it was drawn for a query, filled in."""
    query = changes.pop("query", "sishang=any")
    to = browser.get(f"{NEW}?{query}").context["to"]
    return {
        "token": str(uuid.uuid4()),
        "query": query,
        "count": to.units,
        "title": "进门测温",
        "body": "请备好。",
        **changes,
    }


def run_jobs():
    for job in Job.objects.filter(status="waiting"):
        jobs.run(job.pk)


def test_a_notice_goes_to_the_rows_of_the_filter_and_their_number_is_shown_before(unit, contact, committee, sign_in):
    other = make_enterprise(name="长沙白鹭渡科技有限公司", sishang_kind="IND")
    make_enterprise(name="不是四上的有限公司")
    browser = sign_in(committee)
    to = browser.get(f"{NEW}?sishang=any").context["to"]
    assert (to.units, to.with_account, to.without_account) == (2, 1, 1)
    assert not Notice.objects.exists() and not Message.objects.exists()
    data = written(browser)
    first = browser.post(NEW, data)
    assert browser.post(NEW, data)["Location"] == first["Location"]  # the same form again
    notice = Notice.objects.get()
    assert {receipt.enterprise for receipt in notice.receipts.all()} == {unit, other}
    run_jobs()
    message = Message.objects.get(purpose="notice_sent")
    assert message.recipient == contact and detail(notice) in message.text
    assert "1 家有联络账号" in Job.objects.get().message and "1 家没有账号" in Job.objects.get().message


def test_a_register_that_changed_meanwhile_sends_nothing(unit, committee, sign_in):
    browser = sign_in(committee)
    data = written(browser)
    make_enterprise(sishang_kind="IND")
    answer = browser.post(NEW, data)
    assert answer.status_code == 422 and "现在是 2 家" in answer.content.decode()
    assert not Notice.objects.exists()
    assert browser.post(NEW, {**data, "query": "unit=0", "count": 0}).status_code == 422


def test_what_is_ticked_in_the_register_is_written_to(unit, committee, sign_in):
    make_enterprise(sishang_kind="IND")
    browser = sign_in(committee)
    bulk = reverse("enterprises:enterprise_bulk")
    page = browser.post(f"{bulk}?sishang=any", {"do": "notice", "pick": [unit.pk]}, follow=True)
    assert list(page.context["to"].rows) == [unit]
    page = browser.post(f"{bulk}?sishang=any&page=1", {"do": "notice", "all": "1"}, follow=True)
    assert page.context["to"].units == 2
    page = browser.post(f"{bulk}?sishang=any", {"do": "notice"}, follow=True)
    assert page.redirect_chain[-1][0].endswith("?sishang=any") and "还没有选企业" in page.content.decode()


def test_the_contact_reads_it_and_only_a_press_makes_the_receipt(unit, contact, committee, sign_in):
    notice = make_notice(unit, by=committee)
    assert [entry.title for entry in entries_for(contact) if entry.kind == "通知"] == [notice.title]
    browser = sign_in(contact)
    page = browser.get(detail(notice)).content.decode()
    assert "看过了</button>" in page and notice.body in page
    assert "没有看" in browser.get(LIST).content.decode()
    assert notice.receipts.get().read_at is None  # looking is not reading
    browser.post(detail(notice, "notice_read"))
    receipt = notice.receipts.get()
    assert receipt.read_by == contact and receipt.read_at is not None
    browser.post(detail(notice, "notice_read"))
    assert notice.receipts.get().read_at == receipt.read_at
    assert "看过了</button>" not in browser.get(detail(notice)).content.decode()
    assert not [entry for entry in entries_for(contact) if entry.kind == "通知"]


def test_staff_sees_who_has_read_and_who_has_not(unit, contact, committee, sign_in):
    other = make_enterprise(name="长沙白鹭渡科技有限公司", short_name="白鹭渡", liaison=("顾野", "19900000032"))
    notice = make_notice(unit, other, by=committee)
    read_notice(notice=notice, by=contact)
    browser = sign_in(committee)
    context = browser.get(detail(notice)).context
    assert (context["sent"], context["read"], context["unread"]) == (2, 1, 1)
    page = browser.get(detail(notice)).content.decode()
    assert "199****0032" in page and "19900000032" not in page
    assert "还有 1 家没有看：白鹭渡。" in page and "/enterprises/notices/" in context["link"]
    page = browser.get(detail(notice) + "?tab=read").content.decode()
    assert "苗可心" in page and unit.name in page


def test_a_reminder_goes_to_those_who_have_not_read_and_once_a_day(unit, contact, committee):
    other = make_enterprise()
    slow = with_phone(make_contact(other, name="顾野"), "19900000033")
    notice = make_notice(unit, other, by=committee)
    read_notice(notice=notice, by=contact)
    for _ in range(2):
        remind_of_notice(notice=notice, by=committee)
        run_jobs()
    assert [message.recipient for message in Message.objects.filter(purpose="notice_reminder")] == [slow]
    assert notice.receipts.get(enterprise=other).reminded_at is not None
    assert notice.receipts.get(enterprise=unit).reminded_at is None
    read_notice(notice=notice, by=slow)
    assert Message.objects.get(purpose="notice_reminder").status == "withdrawn"
    with pytest.raises(Refused, match="都看过了"):
        remind_of_notice(notice=notice, by=committee)


def test_who_speaks_for_two_enterprises_gets_one_message_and_reads_for_both(unit, contact, committee):
    second = make_enterprise()
    EnterpriseContact.objects.create(enterprise=second, user=contact, kind="contact", starts_on=LONG_AGO)
    notice, _ = send_notice(
        title="通知",
        body="内容",
        enterprises=Enterprise.objects.filter(pk__in=[unit.pk, second.pk]),
        query="",
        by=committee,
    )
    run_jobs()
    assert Message.objects.filter(recipient=contact).count() == 1
    assert read_notice(notice=notice, by=contact) == 2


def test_a_colleagues_message_stays_while_another_of_his_enterprises_has_not_read(unit, contact, committee):
    second = make_enterprise()
    both = with_phone(make_contact(unit, name="两家的"), "19900000034")
    EnterpriseContact.objects.create(enterprise=second, user=both, kind="contact", starts_on=LONG_AGO)
    notice, _ = send_notice(title="通知", body="内容", enterprises=[unit, second], query="", by=committee)
    run_jobs()
    read_notice(notice=notice, by=contact)
    status = {message.recipient: message.status for message in Message.objects.filter(purpose="notice_sent")}
    assert status[contact] == "withdrawn" and status[both] == "waiting"


def test_a_withdrawn_notice_is_shown_to_the_committee_alone_and_its_messages_stop(unit, contact, committee, sign_in):
    notice, _ = send_notice(title="日期写错的一份", body="写错了", enterprises=[unit], query="", by=committee)
    run_jobs()
    with pytest.raises(Refused, match="为什么"):
        withdraw_notice(notice=notice, reason=" ", by=committee)
    sign_in(committee).post(detail(notice, "notice_withdraw"), {"reason": "日期写错"})
    assert Message.objects.get().status == "withdrawn"
    assert AuditEntry.objects.filter(action="notice.withdrawn").exists()
    assert "撤回了" in sign_in(committee).get(detail(notice)).content.decode()
    browser = sign_in(contact)
    assert browser.get(detail(notice)).status_code == 404
    assert notice.title not in browser.get(LIST).content.decode()
    notice.refresh_from_db()
    with pytest.raises(Refused, match="已经撤回"):
        remind_of_notice(notice=notice, by=committee)


def test_who_has_no_account_is_told_on_the_phone(unit, contact, committee, sign_in):
    squad = make_squad(1)
    mine, foreign = make_enterprise(squad=squad), make_enterprise(squad=make_squad(2))
    notice = make_notice(mine, foreign, unit, by=committee)
    browser = sign_in(make_squad_member(squad, name="沈知遥"))
    receipts = {receipt.enterprise: receipt for receipt in notice.receipts.all()}
    assert "打过电话了" in browser.get(detail(notice)).content.decode()
    assert browser.post(detail(receipts[foreign], "notice_told")).status_code == 404
    browser.post(detail(receipts[mine], "notice_told"))
    told = notice.receipts.get(enterprise=mine)
    assert told.is_by_phone and told.read_by.name == "沈知遥"
    assert "沈知遥 电话告知" in browser.get(detail(notice) + "?tab=read").content.decode()
    read_notice(notice=notice, by=contact)
    answer = sign_in(committee).post(detail(receipts[unit], "notice_told"), follow=True)
    assert "已经看过了" in answer.content.decode()
    assert not notice.receipts.get(enterprise=unit).is_by_phone


def test_a_squad_sees_the_receipts_of_its_own_enterprises(committee, sign_in):
    squad = make_squad(1)
    mine, foreign = make_enterprise(squad=squad), make_enterprise(squad=make_squad(2))
    notice, elsewhere = make_notice(mine, foreign, by=committee), make_notice(foreign, by=committee)
    browser = sign_in(make_squad_member(squad))
    assert browser.get(detail(notice)).context["sent"] == 1
    assert browser.get(detail(elsewhere)).status_code == 404


def test_the_figure_counts_the_units_that_have_not_read_as_of_an_instant(unit, contact, committee, sign_in):
    notice = make_notice(unit, make_enterprise(), by=committee)
    withdrawn = make_notice(make_enterprise(), by=committee)
    withdraw_notice(notice=withdrawn, reason="错", by=committee)
    before = park_now()
    read_notice(notice=notice, by=contact)
    figure = figures.get("notices_unread")
    assert figure.value(before).numerator == 2 and figure.value(park_now()).numerator == 1
    shown = sign_in(committee).get(figure.href(before)).context["totals"]["units"]
    assert shown == 2


def test_the_committee_is_asked_to_chase_after_a_day(unit, committee):
    make_notice(unit, by=committee)
    notice = make_notice(unit, by=committee, sent_at=park_now() - timedelta(days=1))
    rows = [entry for entry in entries_for(committee) if entry.kind == "通知"]
    assert [(entry.title, entry.verb) for entry in rows] == [(notice.title, "提醒 1 家")]
    assert "2月17日发的" in rows[0].detail


def test_the_enterprise_file_shows_its_notices(unit, contact, committee, sign_in):
    notice = make_notice(unit, by=committee)
    page = sign_in(committee).get(reverse("dashboard:enterprise_file", args=[unit.pk])).content.decode()
    assert detail(notice) in page


def copied(page, name):
    """What the button copies: the text of the block as it stands, blanks and all."""
    return unescape(re.search(rf'id="{name}">(.*?)</div>', page, re.S)[1])


def test_the_text_for_the_group_is_ready_to_send(unit, contact, committee, sign_in, settings):
    # given a notice to two firms, one of which has read it
    settings.PORTAL_URL = "https://park.example/"
    other = make_enterprise(name="湖南云麓有限公司", short_name="云麓", sishang_kind="IND")
    notice = make_notice(unit, other, by=committee, title="明天起进门测温 & 登记")
    read_notice(notice=notice, by=contact)
    link = f"https://park.example{detail(notice)}"

    # then the text names the notice, says what to do and carries the whole link
    page = sign_in(committee).get(detail(notice)).content.decode()
    assert (
        copied(page, "group-text")
        == f"【通知】明天起进门测温 & 登记\n各企业联络员：请登录查看，看完点“看过了”。\n{link}"
    )
    assert 'data-copy="#group-text"' in page

    # and the one to chase with names who has not read, by the short name, and nobody else
    chase = copied(page, "chase-text")
    assert "还有 1 家没有看：云麓。" in chase and link in chase and unit.name not in chase


def test_when_all_have_read_there_is_nobody_to_chase_in_the_group(unit, contact, committee, sign_in):
    notice = make_notice(unit, by=committee)
    read_notice(notice=notice, by=contact)
    page = sign_in(committee).get(detail(notice)).content.decode()
    assert "group-text" in page and "chase-text" not in page


def test_a_withdrawn_notice_has_no_text_to_copy(unit, committee, sign_in):
    notice = make_notice(unit, by=committee)
    withdraw_notice(notice=notice, reason="写错了", by=committee)
    assert "group-text" not in sign_in(committee).get(detail(notice)).content.decode()


@pytest.mark.parametrize("meanwhile", ["withdrawn", "read"])
def test_what_is_withdrawn_or_read_while_the_job_runs_is_not_sent(unit, contact, committee, sign_in, meanwhile):
    sign_in(committee).post(NEW, written(sign_in(committee)))
    notice = Notice.objects.get()
    listed = notice.receipts.unread().select_related("notice", "enterprise").get()
    if meanwhile == "withdrawn":
        withdraw_notice(notice=notice, by=committee, reason="写错了")
    else:
        read_notice(notice=notice, by=contact)
    tell_of_notice(listed, [contact], is_reminder=False, by=committee)
    assert not Message.objects.filter(purpose="notice_sent").exclude(status="withdrawn").exists()


def test_a_long_query_of_chinese_words_is_kept_whole(unit, committee, sign_in):
    query = urlencode({"q": make_enterprise(name="青" * 60, sishang_kind="IND").name, "sishang": "any"})
    assert len(query) > 500
    browser = sign_in(committee)
    assert browser.post(NEW, written(browser, query=query)).status_code == 302
    assert Notice.objects.get().query == query


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_being_written_while_somebody_reads_is_taken_back(unit, contact, committee, monkeypatch):
    """The reader waits for the writer, and then finds the message to take back."""
    notice = make_notice(unit, by=committee)
    listed = notice.receipts.select_related("notice", "enterprise").get()
    put, writing, read = outbox.put, Event(), Event()

    def put_slowly(*args, **kwargs):
        writing.set()
        assert not read.wait(1), "the reader went past the writer"
        return put(*args, **kwargs)

    monkeypatch.setattr(outbox, "put", put_slowly)

    def work(number):
        if number == 0:
            tell_of_notice(listed, [contact], is_reminder=False, by=committee)
        else:
            writing.wait(20)
            read_notice(notice=notice, by=contact)
            read.set()

    at_once(2, work)
    assert [message.status for message in Message.objects.filter(purpose="notice_sent")] == ["withdrawn"]


def test_what_is_ticked_is_read_as_keys(unit, committee, sign_in):
    answer = sign_in(committee).post("/enterprises/bulk/", {"do": "notice", "pick": ["²", "x"]}, follow=True)
    assert "还没有选企业" in answer.content.decode()
