"""慰问信 / 暖心短信 / 问候: batches by filter, counted before, through the outbox, in each enterprise's history."""

import uuid

import pytest
from django.urls import reverse

from enterprises.actions.letters import make_greeting as made
from enterprises.actions.letters import print_letters, send_greeting, send_rest, tell_greeting
from enterprises.letter_paper import letters_pdf
from enterprises.models import Greeting
from enterprises.serving import section_of
from enterprises.tests.factories import (
    make_contact,
    make_enterprise,
    make_greeting,
    make_squad,
    make_squad_member,
    make_term,
)
from parkportal.clock import park_now
from parkportal.messaging.models import Message
from parkportal.printing.tests.reading import text
from parkportal.records import figures, jobs
from parkportal.records.models import Job
from parkportal.records.worklist import entries_for
from parkportal.states import Refused

pytestmark = pytest.mark.django_db
SMS = {"kind": "sms", "title": "感谢", "body": "", "purpose": "care_thanks", "addressee": "principal"}
LETTER = {"kind": "letter", "title": "慰问信", "body": "辛苦了。\n谢谢。", "addressee": "principal"}


def door(kind):
    return reverse("enterprises:greeting_create", args=[kind])


def detail(row, name="greeting_detail"):
    return reverse(f"enterprises:{name}", args=[row.pk])


def run_jobs():
    for job in Job.objects.filter(status="waiting"):
        jobs.run(job.pk)


@pytest.fixture
def invited():
    return make_enterprise(
        name="湖南青禾检测有限公司",
        tags=["招商引资"],
        principal=("栾松年", "19900000051"),
        liaison=("韦可", "19900000052"),
    )


def test_a_text_message_goes_to_the_filters_principals_and_their_number_is_seen_before(invited, committee, sign_in):
    numberless = make_enterprise(tags=["招商引资"])
    make_enterprise(principal=("别人", "19900000053"))
    tag = make_term("tag", "招商引资")
    browser = sign_in(committee)
    page = browser.get(f"{door('sms')}?tag={tag.pk}")
    to = page.context["to"]
    assert (to.units, to.with_phone, to.without_phone, to.longest_name) == (2, 1, 1, 3)
    assert [parts for _, _, parts in page.context["counted"]] == [1, 1, 1]
    data = {
        "token": str(uuid.uuid4()), "query": to.query, "count": 2, "addressee": "principal", "purpose": "care_thanks",
    }  # fmt: skip
    looked = browser.post(door("sms"), {**data, "look": "1"})
    assert (
        "栾松年您好，复工这些天" in looked.content.decode()
        and not Greeting.objects.exists()
        and not Message.objects.exists()
    )
    first = browser.post(door("sms"), data)
    assert browser.post(door("sms"), data)["Location"] == first["Location"]
    run_jobs()
    message = Message.objects.get()
    assert (
        message.text.startswith("【") and "栾松年您好，复工这些天" in message.text and message.address == "19900000051"
    )
    greeting = Greeting.objects.get()
    assert {contact.enterprise: contact.message for contact in greeting.contacts.all()} == {
        invited: message,
        numberless: None,
    }
    assert "1 家没有登记手机" in Job.objects.get().message
    shown = browser.get(detail(greeting)).content.decode()
    assert "没有手机号" in shown and "199****0051" in shown and "19900000051" not in shown


def test_who_is_written_to_is_chosen_and_a_changed_register_stops_the_batch(invited, committee, sign_in):
    browser = sign_in(committee)
    data = {"token": str(uuid.uuid4()), "query": "", "count": 1, "addressee": "liaison", "purpose": "care_health"}
    late = make_enterprise()
    answer = browser.post(door("sms"), data)
    assert answer.status_code == 422 and "现在是 2 家" in answer.content.decode() and not Greeting.objects.exists()
    browser.post(door("sms"), {**data, "query": f"unit={invited.pk}"})
    run_jobs()
    assert Message.objects.get().address == "19900000052" and not late.greetings.exists()


def test_nothing_that_is_typed_gets_into_a_text_message(invited, committee, sign_in):
    data = {"token": str(uuid.uuid4()), "query": "", "count": 1, "addressee": "principal", "purpose": "care_thanks"}
    sign_in(committee).post(door("sms"), {**data, "body": "点这里领奖", "title": "领奖"})
    run_jobs()
    assert "领奖" not in Message.objects.get().text and Greeting.objects.get().title == "暖心短信：感谢"
    assert (
        sign_in(committee).post(door("sms"), {**data, "token": uuid.uuid4(), "purpose": "notice_sent"}).status_code
        == 422
    )


def test_a_stopped_batch_goes_on_without_writing_twice(invited, committee):
    second = make_enterprise(principal=("米禾", "19900000054"))
    late = make_enterprise()
    greeting, _ = send_greeting(facts=SMS, enterprises=[invited, second, late], query="", by=committee)
    run_jobs()
    with pytest.raises(Refused, match="都发了"):
        send_rest(greeting=greeting, by=committee)
    late.set_principal("来迟的", "19900000055")
    late.save()
    greeting.contacts.filter(enterprise=second).update(message=None, done_at=None, done_by=None)  # as a kill leaves it
    send_rest(greeting=greeting, by=committee)
    run_jobs()
    assert sorted(message.address for message in Message.objects.all()) == ["19900000051", "19900000054", "19900000055"]
    assert not greeting.contacts.filter(message=None).exists()


def test_who_heads_two_enterprises_gets_one_message_and_both_files_show_it(invited, committee):
    second = make_enterprise(principal=("栾松年", "19900000051"))
    send_greeting(facts=SMS, enterprises=[invited, second], query="", by=committee)
    run_jobs()
    assert Message.objects.count() == 1
    for unit in (invited, second):
        assert [(one.word, one.state) for one in section_of(unit, committee)["services"]] == [("暖心短信", "已送到")]


def test_the_enterprise_reads_its_letter_and_no_other_does(invited, committee, sign_in):
    greeting, _ = send_greeting(facts=LETTER, enterprises=[invited], query="", by=committee)
    run_jobs()
    assert detail(greeting) in Message.objects.get().text
    browser = sign_in(make_contact(invited, kind="principal"))
    page = browser.get(detail(greeting)).content.decode()
    assert f"{invited.name}：" in page and "辛苦了。" in page and "199****" not in page
    assert greeting.title in browser.get(reverse("enterprises:greeting_list")).content.decode()
    assert sign_in(make_contact(make_enterprise())).get(detail(greeting)).status_code == 404


def test_letters_are_printed_a_page_for_each_and_carried_there(invited, committee, sign_in):
    other = make_enterprise(name="长沙白鹭渡科技有限公司")
    greeting, _ = send_greeting(facts=LETTER, enterprises=[invited, other], query="", by=committee)
    run_jobs()
    print_letters(greeting=greeting, by=committee)
    run_jobs()
    raw = Job.objects.get(kind="greeting_letters").result.file.open().read()
    words = text(raw)
    assert (
        words.count("\f") == 2
        and f"{invited.name}：" in words
        and f"{other.name}：" in words
        and "2020年2月18日" in words
    )
    contact = greeting.contacts.get(enterprise=other)
    sign_in(committee).post(detail(contact, "greeting_done"), {"words": "门卫代收"})
    contact.refresh_from_db()
    assert contact.done_by == committee and contact.words == "门卫代收" and contact.message is None


def test_greetings_are_made_by_the_squad_and_each_once(committee, sign_in):
    squad = make_squad(1)
    mine, foreign = make_enterprise(squad=squad, liaison=("韦可", "19900000056")), make_enterprise(squad=make_squad(2))
    greeting = make_greeting(mine, foreign, by=committee)
    member = make_squad_member(squad)
    assert [entry.title for entry in entries_for(member) if entry.kind == "问候"] == [mine.name]
    browser = sign_in(member)
    assert browser.get(detail(greeting)).context["counts"]["all"] == 1
    contacts = {contact.enterprise: contact for contact in greeting.contacts.all()}
    assert browser.post(detail(contacts[foreign], "greeting_done")).status_code == 404
    browser.post(detail(contacts[mine], "greeting_done"), {"words": "口罩够用"})
    contact = greeting.contacts.get(enterprise=mine)
    assert (contact.done_by, contact.words) == (member, "口罩够用")
    with pytest.raises(Refused, match="已经送到"):
        made(contact=contact, words="再来", by=member)
    assert not [entry for entry in entries_for(member) if entry.kind == "问候"]
    assert [(one.word, one.state) for one in section_of(mine, member)["services"]] == [("问候", "已送到")]


def test_the_figure_counts_each_unit_once(invited, committee):
    make_enterprise()
    for _ in range(2):
        contact = make_greeting(invited, by=committee).contacts.get()
        made(contact=contact, words="", by=committee)
    value = figures.get("units_greeted").value(park_now())
    assert (value.numerator, value.denominator) == (1, 2)


def test_a_long_print_says_how_far_it_is(committee):
    units = [make_enterprise() for _ in range(3)]
    greeting, _ = send_greeting(facts=LETTER, enterprises=units, query="", by=committee)
    run_jobs()
    heard = []
    letters_pdf(greeting, greeting.contacts.select_related("enterprise"), tick=heard.append)
    assert heard == [0, 1, 2]


def test_who_was_reached_meanwhile_is_not_written_to(invited, committee):
    first = make_enterprise(principal=("甲", "19900000061"))
    greeting, _ = send_greeting(facts=LETTER, enterprises=[invited, first], query="", by=committee)
    listed = greeting.contacts.select_related("enterprise", "greeting").get(enterprise=first)
    made(contact=greeting.contacts.get(enterprise=first), words="当面给的", by=committee)
    assert not tell_greeting(listed, None, by=committee)
    assert not Message.objects.filter(about_id=first.pk).exists()
    run_jobs()
    assert Job.objects.get(kind="greeting_messages").message == "1 家写好了。"


def test_a_number_that_cannot_be_one_is_not_reached_until_it_is_mended(invited, committee, sign_in):
    wrong = make_enterprise(principal=("乙", "12345"))
    greeting, _ = send_greeting(facts=SMS, enterprises=[invited, wrong], query="", by=committee)
    run_jobs()
    assert Job.objects.get().message == "1 家写好了；1 家的号码发不到，改好号码再发。"
    assert greeting.contacts.reached().get().enterprise == invited
    assert figures.get("units_greeted").value(park_now()).numerator == 1
    assert "没有送到" in sign_in(committee).get(detail(greeting)).content.decode()
    with pytest.raises(Refused, match="能发的都发了"):
        send_rest(greeting=greeting, by=committee)
    wrong.set_principal("乙", "19900000062")
    wrong.save()
    send_rest(greeting=greeting, by=committee)
    run_jobs()
    assert greeting.contacts.reached().count() == 2
    assert Message.objects.get(status="waiting", about_id=wrong.pk).address == "19900000062"


def test_a_print_that_is_asked_for_twice_is_one_job(invited, committee):
    greeting, _ = send_greeting(facts=LETTER, enterprises=[invited], query="", by=committee)
    assert print_letters(greeting=greeting, by=committee) == print_letters(greeting=greeting, by=committee)
