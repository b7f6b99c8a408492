"""An employee signs up on the phone: every page, its bad input, the repeated submit, the second sign-up."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from enterprises.tests.factories import id_number, make_enterprise, make_flag, make_person
from parkportal.clock import park_today
from parkportal.editing import mark_of, plainly
from parkportal.messaging.models import Message
from parkportal.records import settings as park_settings
from parkportal.records.models import Parked
from testing import actions
from testing.actions.campaigns import facts_of
from testing.models import Campaign, ConsentText, Group, Mode, PhoneCode, SignUp, SignUpStatus, Slot
from testing.tasks import deliver_phone_code
from testing.tests.factories import make_campaign, make_session, make_signup

pytestmark = pytest.mark.django_db

WHO = {"name": "陆 青禾", "enterprise_name": "湖南砚池泊精密机械有限公司", "post": ""}
CONTACT = {"document_type": "id_card", "number": "439900 19920229 0033", "phone": "138 0013-8000"}
HEALTH = {"origin": "changsha", "had_contact": "no"}


@pytest.fixture
def session():
    make_enterprise(name=WHO["enterprise_name"], short_name="砚池泊", sishang_kind="IND", status="resumed")
    return make_session(make_campaign(slug="fugong"), places=2)


def step(browser, name, data, slug="fugong"):
    return browser.post(reverse("public:signup_step", args=[slug, name]), data)


def fill(browser, session, *, who=WHO, contact=CONTACT, health=HEALTH, place=None):
    slug = session.campaign.slug
    step(browser, "who", who, slug)
    step(browser, "contact", contact, slug)
    step(browser, "health", health, slug)
    return step(browser, "place", place or {"slot": session.slots.first().pk}, slug)


def check_token(browser, slug="fugong"):
    page = browser.get(reverse("public:signup_check", args=[slug])).content.decode()
    return token_in(page)


def submit(browser, slug="fugong", **data):
    token = data.pop("token", None) or check_token(browser, slug)
    return browser.post(reverse("public:signup_check", args=[slug]), {"consent": "on", "token": token, **data})


def test_signup_start_says_price_and_places(client, session):
    page = client.get("/signup/fugong/").content.decode()

    assert "0 元" in page
    assert "12 个名额" in page
    assert reverse("public:signup_step", args=["fugong", "who"]) in page


def test_signup_takes_a_place_and_shows_the_code(client, session):
    # given every page answered
    fill(client, session)

    # when the answers are sent
    answer = submit(client)

    # then there is one sign-up in the slot, with what was declared, and the person's own page
    signup = SignUp.objects.get()
    assert answer.url == reverse("public:signup_code", args=[signup.public_token])
    assert (signup.name, signup.number, signup.phone) == ("陆青禾", "439900199202290033", "13800138000")
    assert (signup.group, signup.mode) == (Group.B4, Mode.POINT)
    assert signup.slot.taken == 1
    assert signup.consent.version == 1
    assert signup.code.startswith("RY")
    page = client.get(answer.url).content.decode()
    assert "9:00–9:10" in page
    assert "陆**" in page
    assert "陆青禾" not in page
    assert 'class="qr"' in page and 'class="barcode"' in page


def test_signup_keeps_nothing_parked_after_the_submit(client, session):
    fill(client, session)
    submit(client)

    assert not Parked.objects.exists()
    assert client.get(reverse("public:signup_check", args=["fugong"])).status_code == 302


def test_signup_sent_twice_shows_the_first_outcome(client, session):
    fill(client, session)
    token = check_token(client)

    first = submit(client, token=token)
    second = submit(client, token=token)

    assert first.url == second.url
    assert SignUp.objects.count() == 1
    assert session.slots.first().taken == 1


def test_signup_steps_keep_their_answers_when_one_goes_back(client, session):
    step(client, "who", WHO)
    step(client, "contact", CONTACT)

    page = client.get(reverse("public:signup_step", args=["fugong", "contact"])).content.decode()

    assert "439900199202290033" in page


def test_signup_step_out_of_order_leads_to_the_first_open_one(client, session):
    answer = client.get(reverse("public:signup_step", args=["fugong", "place"]))

    assert answer.url == reverse("public:signup_step", args=["fugong", "who"])


def test_signup_puts_nothing_personal_into_addresses(client, session):
    answers = [step(client, "who", WHO), step(client, "contact", CONTACT), step(client, "health", HEALTH)]

    assert all("?" not in answer.url and "439900" not in answer.url for answer in answers)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("who", {"name": "", "enterprise_name": ""}, ["请填写姓名", "请填写单位"]),
        ("who", {"name": "张三?", "enterprise_name": "某公司"}, ["姓名只能有汉字"]),
        ("who", {"name": "<script>", "enterprise_name": "某公司"}, ["姓名只能有汉字"]),
        ("contact", CONTACT | {"number": "439900199202290034"}, ["校验位不对，请核对最后一位"]),
        ("contact", CONTACT | {"number": "439900920229003"}, ["15 位旧号码"]),
        ("contact", CONTACT | {"number": "430104199002300018"}, ["出生日期不存在"]),
        ("contact", CONTACT | {"phone": "1380013800"}, ["少 1 位，应为 11 位"]),
        ("contact", CONTACT | {"phone": "12345678901"}, ["应为 11 位手机号码"]),
        ("contact", CONTACT | {"number": "439900201506150013"}, ["未满 18 岁的，请监护人找单位联络员代登记"]),
        ("contact", CONTACT | {"document_type": "passport", "number": "!!"}, ["号码与证件类型不符"]),
        ("health", {}, ["请选最近 14 天在哪里", "请选有没有接触过"]),
        ("health", HEALTH | {"origin": "outside"}, ["请填到长沙的日期"]),
        ("health", HEALTH | {"origin": "outside", "arrived_on": "2199-01-01"}, ["日期不能晚于今天"]),
        ("place", {}, ["请选一个时段"]),
        ("place", {"slot": "99999"}, ["刚刚约满"]),
    ],
)
def test_signup_step_says_what_is_wrong_and_writes_nothing(client, session, name, data, words):
    # given the steps before are answered
    before = {"contact": [("who", WHO)], "health": [("who", WHO), ("contact", CONTACT)]}
    for earlier, answers in before.get(
        name, [("who", WHO), ("contact", CONTACT), ("health", HEALTH)] if name == "place" else []
    ):
        step(client, earlier, answers)

    # when a wrong answer comes
    page = step(client, name, data).content.decode()

    # then it stands beside the field and in the summary on top, and the title begins with 错误
    assert re.search(r"<title>错误：", page)
    assert 'class="error-summary"' in page
    for word in words:
        assert page.count(word) >= 2
    assert not SignUp.objects.exists()


def test_signup_keeps_what_was_typed(client, session):
    page = step(client, "who", {"name": "张三?", "enterprise_name": "砚池泊"}).content.decode()

    assert 'value="张三?"' in page


def test_signup_needs_consent(client, session):
    fill(client, session)

    page = client.post(reverse("public:signup_check", args=["fugong"]), {"token": check_token(client)}).content.decode()

    assert "请先阅读并同意信息收集说明" in page
    assert not SignUp.objects.exists()


def test_signup_finds_the_firm_by_a_short_name(client, session):
    fill(client, session, who=WHO | {"enterprise_name": "砚池泊"})
    submit(client)

    assert SignUp.objects.get().enterprise.name == WHO["enterprise_name"]


def test_signup_asks_which_firm_is_meant_without_a_script(client, session):
    other = make_enterprise(name="湖南砚池泊食品有限公司")

    page = step(client, "who", WHO | {"enterprise_name": "砚池泊"})
    seen = {"enterprise_name": "湖南砚池泊", "enterprise_name_seen": "湖南砚池泊"}
    asked = step(client, "who", WHO | {"enterprise_name": "湖南砚池泊"}).content.decode()
    answer = step(client, "who", WHO | seen | {"pick": str(other.pk)})

    assert page.status_code == 302
    assert "有几家名称相近" in asked and "湖南砚池泊食品有限公司" in asked
    assert answer.status_code == 302


def test_signup_keeps_a_firm_that_is_not_registered(client, session):
    fill(client, session, who=WHO | {"enterprise_name": "外地某公司"})
    submit(client)

    signup = SignUp.objects.get()
    assert signup.enterprise is None
    assert signup.unit_name == "外地某公司"
    assert signup.group == Group.C


def test_signup_suggests_firms_and_no_persons(client, session):
    found = client.get(reverse("public:signup_enterprises", args=["fugong"]), {"q": "砚池"}).json()["found"]
    by_number = client.get(reverse("public:signup_enterprises", args=["fugong"]), {"q": "13800138000"}).json()

    assert [one["name"] for one in found] == [WHO["enterprise_name"]]
    assert by_number == {"found": []}


def test_signup_with_symptoms_is_told_that_staff_will_come(client, session):
    # when somebody with a cough has answered the health page
    fill(client, session, health=HEALTH | {"symptoms": ["咳嗽"]}, place={"address": "麓谷公寓 3 栋 502"})
    page = client.get(reverse("public:signup_step", args=["fugong", "place"])).content.decode()
    answer = submit(client)

    # then no slot was offered, none is taken, and the page says so
    assert "采样人员会上门" in page
    signup = SignUp.objects.get()
    assert (signup.group, signup.mode, signup.slot) == (Group.A3, Mode.DOOR, None)
    assert signup.address == "麓谷公寓 3 栋 502"
    assert not Slot.objects.filter(taken__gt=0).exists()
    assert "请不要自己去采样点" in client.get(answer.url).content.decode()


def test_signup_follows_the_flag_on_a_known_person(client, session):
    person = make_person(number="439900199202290033")
    make_flag(person, "three_classes")

    fill(client, session, place={"address": "麓谷公寓 3 栋"})
    submit(client)

    signup = SignUp.objects.get()
    assert (signup.group, signup.person) == (Group.A1, person)
    person.refresh_from_db()
    assert person.name == "陆青禾"


def test_signup_from_outside_the_province_is_group_b1(client, session):
    arrived = (park_today() - timedelta(days=2)).isoformat()
    fill(client, session, health={"origin": "outside", "arrived_on": arrived, "had_contact": "no"})
    submit(client)

    assert SignUp.objects.get().group == Group.B1


def test_signup_of_a_known_document_gets_the_same_answer_and_the_link_goes_to_the_first_phone(client, session):
    # given somebody is signed up with this document under another phone
    first = make_signup(session.slots.last(), number="439900199202290033", phone="13900000001")

    # when the document is signed up again
    fill(client, session)
    answer = submit(client)

    # then the answer tells nothing of the first, no place is taken, and the first phone gets the link
    assert answer.url == reverse("public:signup_known", args=["fugong"])
    page = client.get(answer.url).content.decode()
    assert first.code not in page and "139" not in page
    assert session.slots.first().taken == 0
    message = Message.objects.get(purpose="signup_again")
    assert message.address == "13900000001"
    assert str(first.public_token) in message.text


def test_signup_again_texts_the_first_phone_once_a_day(session):
    make_signup(session.slots.last(), number="439900199202290033", phone="13900000001")
    for _ in range(3):
        browser = Client()
        fill(browser, session)
        submit(browser)

    assert Message.objects.filter(purpose="signup_again").count() == 1


def test_signup_after_a_cancelled_one_is_a_new_one(client, session):
    make_signup(session.slots.last(), number="439900199202290033", status=SignUpStatus.CANCELLED)
    fill(client, session)
    submit(client)

    assert SignUp.objects.open().count() == 1


def test_signup_for_a_full_slot_shows_the_other_free_ones(client, session):
    # given the last place goes while the answers are being checked
    slot = session.slots.first()
    fill(client, session)
    token = check_token(client)
    Slot.objects.filter(pk=slot.pk).update(taken=2)
    Slot.objects.filter(pk=session.slots.last().pk).update(taken=1)

    # when they are sent
    page = submit(client, token=token).content.decode()

    # then nothing is written, the page says so and offers the others, and the answers are kept
    assert not SignUp.objects.exists()
    assert "这个时段刚刚约满，请换一个时段" in page
    assert f'value="{session.slots.last().pk}"' in page
    assert f'value="{slot.pk}"' not in page
    assert step(client, "place", {"slot": session.slots.last().pk}).status_code == 302
    assert submit(client).status_code == 302
    assert SignUp.objects.get().slot == session.slots.last()


def test_signup_for_a_closed_campaign_says_so(client, session):
    session.campaign.status = "closed"
    session.campaign.save()

    answer = client.get("/signup/fugong/")

    assert answer.status_code == 410
    assert "登记已经结束" in answer.content.decode()
    assert client.get("/signup/code-of-nobody/").status_code == 404


def test_signup_of_a_draft_campaign_does_not_exist(client):
    make_campaign(slug="draft", status="draft")

    assert client.get("/signup/draft/").status_code == 404


def test_signup_speaks_english_and_takes_a_passport(client, session):
    page = client.get("/signup/fugong/?lang=en").content.decode()
    fill(
        client,
        session,
        who=WHO | {"name": "Anna-Lena O'Neill"},
        contact=CONTACT | {"document_type": "passport", "number": "c01x00t47"},
    )
    answer = submit(client)

    assert "Start" in page
    signup = SignUp.objects.get()
    assert (signup.number, signup.language) == ("C01X00T47", "en")
    assert "Wear a mask" in client.get(answer.url).content.decode()


def test_signup_of_one_document_in_two_campaigns_is_two_sign_ups(client, session):
    number = id_number()
    make_signup(session.slots.first(), number=number)
    make_signup(make_session().slots.first(), number=number)

    assert SignUp.objects.count() == 2


@pytest.mark.both
@pytest.mark.parametrize("pool_size", [1, 10])
def test_signup_is_within_ten_statements(client, session, pool_size, django_assert_max_num_queries):
    Campaign.objects.filter(pk=session.campaign_id).update(pool_size=pool_size)
    fill(client, session)
    token = check_token(client)

    with django_assert_max_num_queries(10):
        submit(client, token=token)

    assert SignUp.objects.count() == 1


@pytest.mark.parametrize(
    ("document_type", "number", "kept"),
    [
        ("id_card", "439900199202290033", "439900199202290033"),
        ("passport", "c01x00t47", "C01X00T47"),
        ("hm_permit", "h1234 5678", "H12345678"),
        ("tw_permit", "1234 5678", "12345678"),
        ("hmt_residence", "810000198703040015", "810000198703040015"),
        ("foreign_residence", "932682198501010017", "932682198501010017"),
    ],
)
def test_signup_takes_every_kind_of_document(client, session, document_type, number, kept):
    fill(client, session, contact=CONTACT | {"document_type": document_type, "number": number})
    submit(client)

    signup = SignUp.objects.get()
    assert (signup.document_type, signup.number) == (document_type, kept)


def test_signup_of_a_group_that_is_not_invited_is_told_so(client, session):
    session.campaign.groups = ["B5"]
    session.campaign.save()
    fill(client, session)

    page = submit(client).content.decode()

    assert "这次检测先安排其他人群" in page
    assert not SignUp.objects.exists() and session.slots.first().taken == 0


def test_signup_keeps_the_version_of_the_consent_that_was_shown(client, session):
    fill(client, session)
    token = check_token(client)
    ConsentText.objects.create(campaign=session.campaign, version=2, text="新", valid_from=park_today())
    submit(client, token=token)

    assert SignUp.objects.get().consent.version == 1


def test_signup_agrees_to_the_version_that_the_check_page_shows_when_one_came_after_the_last_question(client, session):
    fill(client, session)
    ConsentText.objects.create(
        campaign=session.campaign, version=2, text="新的说明", valid_from=park_today() + timedelta(days=1)
    )

    page = client.get(reverse("public:signup_check", args=["fugong"])).content.decode()
    notice = re.search(r'href="([^"]+notice/[^"]*)"', page).group(1)
    ConsentText.objects.create(campaign=session.campaign, version=3, text="再新的说明", valid_from=park_today())
    read = client.get(notice).content.decode()
    client.post(reverse("public:signup_check", args=["fugong"]), {"consent": "on", "token": token_in(page)})

    assert "新的说明" in read and "再新的说明" not in read
    assert SignUp.objects.get().consent.version == 2


def token_in(page):
    return re.search(r'name="token" value="([^"]+)"', page).group(1)


# --- the phone is confirmed where the setting asks for it ----------------------------------------------------------


@pytest.fixture
def asks_code(make_user):
    park_settings.put("signup_phone_code", "1", by=make_user("admin"))


def digits(browser):
    code = PhoneCode.objects.order_by("-id").first()
    deliver_phone_code(code.pk)
    return code.digits


def test_signup_confirms_the_phone_before_it_goes_on(client, session, asks_code):
    # given the setting asks for a code
    step(client, "who", WHO)
    asked = step(client, "contact", CONTACT)

    # when it is left out, wrong, then right
    skipped = client.get(reverse("public:signup_step", args=["fugong", "health"]))
    right = digits(client)
    wrong = step(client, "phone", {"digits": "000000" if right != "000000" else "000001"}).content.decode()
    step(client, "phone", {"digits": f"{right[:3]} {right[3:]}"})
    step(client, "health", HEALTH)
    step(client, "place", {"slot": session.slots.first().pk})
    submit(client)

    # then the code went to that phone and the sign-up says when it was confirmed
    assert asked.url == skipped.url == reverse("public:signup_step", args=["fugong", "phone"])
    assert "验证码不对或者过期了" in wrong
    assert Message.objects.get(purpose="signup_code").address == "13800138000"
    assert SignUp.objects.get().phone_confirmed_at is not None


def test_signup_with_another_phone_is_confirmed_again(client, session, asks_code):
    step(client, "who", WHO)
    step(client, "contact", CONTACT)
    step(client, "phone", {"digits": digits(client)})

    step(client, "contact", CONTACT | {"phone": "13900000002"})
    answer = client.get(reverse("public:signup_step", args=["fugong", "health"]))

    assert answer.url == reverse("public:signup_step", args=["fugong", "phone"])
    assert PhoneCode.objects.count() == 2


def test_signup_sends_the_code_again(client, session, asks_code):
    step(client, "who", WHO)
    step(client, "contact", CONTACT)
    first = digits(client)

    step(client, "phone", {"do": "again"})

    assert PhoneCode.objects.count() == 2
    assert "验证码不对" in step(client, "phone", {"digits": first}).content.decode() or first == digits(client)


@pytest.mark.parametrize("typed", ["", "12345", "abcdef"])
def test_signup_says_what_is_wrong_with_the_digits(client, session, asks_code, typed):
    step(client, "who", WHO)
    step(client, "contact", CONTACT)

    page = step(client, "phone", {"digits": typed}).content.decode()

    assert "6 位数字" in page and 'class="error-summary"' in page


def test_signup_without_the_setting_asks_for_no_code(client, session):
    step(client, "who", WHO)

    assert step(client, "contact", CONTACT).url == reverse("public:signup_step", args=["fugong", "health"])
    assert not PhoneCode.objects.exists()


def test_the_notice_is_read_in_the_pages_language_and_says_its_version(client):
    campaign = make_session(campaign=make_campaign(slug="fugong")).campaign
    words = {"consent": "新的说明，第二版", "consent_en": "The notice, second version"}
    stands = mark_of(facts_of(campaign))
    actions.edit_campaign(campaign=campaign, facts=words, seen=stands, spoken=plainly, by=None)
    url = reverse("public:signup_notice", args=["fugong"])

    chinese = client.get(url).content.decode()
    client.cookies["django_language"] = "en"
    english = client.get(url).content.decode()

    assert "新的说明，第二版" in chinese and "second version" not in chinese
    assert "The notice, second version" in english and "新的说明" not in english
    assert campaign.current_consent().version == 2


def test_a_campaign_in_chinese_alone_has_no_english_switch_and_speaks_chinese(client):
    slot = make_session(make_campaign(languages=["zh-hans"])).slots.first()
    both = make_session(make_campaign()).campaign
    signup = make_signup(slot)

    for path in (f"/signup/{slot.session.campaign.slug}/", f"/signup/code/{signup.public_token}/"):
        page = client.get(path + "?lang=en").content.decode()
        assert 'lang="zh-Hans"' in page and "English" not in page
        assert "Skip to content" not in page

    page = client.get(f"/signup/{both.slug}/?lang=en").content.decode()
    assert "Skip to content" in page and "中文" in page
