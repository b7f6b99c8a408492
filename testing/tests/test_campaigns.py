"""The committee opens a campaign with a point, a day and slots, and prints the poster."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.urls import reverse

from enterprises.tests.factories import make_employee, make_enterprise
from enterprises.tests.pages import drawn
from parkportal.clock import park_today
from parkportal.messaging.models import Message
from parkportal.states import Refused
from testing import actions
from testing.models import Campaign, Session, Slot
from testing.tests.factories import make_campaign, make_lab, make_point, make_session, make_signup, make_specimen

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee(make_user):
    return make_user("committee", name="祁月")


@pytest.fixture
def staff(client, sign_in, committee):
    return sign_in(committee)


def campaign_data(**fields):
    today = park_today()
    return {
        "title": "复工人员检测", "slug": "fugong", "purpose": "免费", "title_en": "", "purpose_en": "", "lab": make_lab().pk,
        "payer": "园区财政", "starts_on": today, "ends_on": today + timedelta(days=10), "retention_days": 60,
        "consent": "说明", "consent_en": "", "change_hours": 1, "pool_size": "1", "languages": ["zh-hans", "en"], "token": str(uuid4()), **fields,
    }  # fmt: skip


def session_data(point, **fields):
    return {
        "point": point.pk, "day": park_today() + timedelta(days=1), "start": "09:00", "end": "11:30", "minutes": 10,
        "places": 10, "walk_in_percent": 0, "lanes": 2, "token": str(uuid4()), **fields,
    }  # fmt: skip


def test_campaign_create(staff):
    answer = staff.post(reverse("testing:campaign_create"), campaign_data())

    campaign = Campaign.objects.get()
    assert answer.url == reverse("testing:campaign", args=[campaign.pk])
    assert (campaign.status, campaign.current_consent().version) == ("draft", 1)


def test_campaign_create_sent_twice_makes_one(staff):
    data = campaign_data()

    first, second = (staff.post(reverse("testing:campaign_create"), data) for _ in range(2))

    assert Campaign.objects.count() == 1
    assert first.url == second.url


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "名称"),
        ({"slug": "复工"}, "只能用小写字母、数字和连字符"),
        ({"slug": "code"}, "这个地址留给采样码"),
        ({"ends_on": "2000-01-01"}, "结束日期不能早于开始日期"),
        ({"lab": "999999"}, "检验实验室"),
        ({"title": "检" * 41}, "名称"),
        ({"pool_size": "7"}, "几人一管"),
        ({"languages": ["en"]}, "至少选中文"),
        ({"groups": ["Z9"]}, "检测哪些人群"),
    ],
)
def test_campaign_create_says_what_is_wrong(staff, fields, words):
    page = staff.post(reverse("testing:campaign_create"), campaign_data(**fields)).content.decode()

    assert 'class="error-summary"' in page and words in page
    assert not Campaign.objects.exists()


def test_campaign_keeps_pool_size_groups_and_languages(staff):
    staff.post(
        reverse("testing:campaign_create"), campaign_data(pool_size="10", groups=["B4", "B5"], languages=["zh-hans"])
    )

    campaign = Campaign.objects.get()
    assert (campaign.pool_size, campaign.is_pooled, campaign.groups) == (10, True, ["B4", "B5"])
    assert campaign.languages == ["zh-hans"]
    assert campaign.payer == "园区财政"


def test_campaign_is_of_single_tubes_unless_said_otherwise(staff):
    staff.post(reverse("testing:campaign_create"), campaign_data())

    assert Campaign.objects.get().pool_size == 1


def test_campaign_pool_size_is_guarded_by_the_database():
    with pytest.raises(IntegrityError, match="campaign_pool_size"):
        make_campaign(pool_size=7)


def test_campaign_pool_size_stays_once_somebody_was_swabbed(staff):
    session = make_session(make_campaign(slug="fugong"))
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)
    campaign = session.campaign

    path = reverse("testing:campaign_edit", args=[campaign.pk])
    page = staff.post(path, campaign_data(lab=campaign.lab_id, pool_size="10", **drawn(staff, path))).content.decode()

    assert "已经开始采样，几人一管不能再改" in page


def test_campaign_slug_is_taken_once(staff):
    make_campaign(slug="fugong")

    page = staff.post(reverse("testing:campaign_create"), campaign_data()).content.decode()

    assert "这个地址已经用过" in page


def test_campaign_edit_makes_a_new_consent_version_only_when_the_text_changed(staff):
    campaign = make_campaign(slug="fugong", status="draft")
    consent = campaign.current_consent()
    path = reverse("testing:campaign_edit", args=[campaign.pk])
    # a browser sends line breaks as two characters
    same = campaign_data(consent=consent.text.replace("\n", "\r\n"), consent_en=consent.text_en, lab=campaign.lab_id)

    staff.post(path, same | drawn(staff, path))
    campaign.refresh_from_db()
    assert (campaign.payer, campaign.current_consent().version) == ("园区财政", 1)
    staff.post(path, same | drawn(staff, path) | {"consent": "新的说明"})

    assert (campaign.current_consent().version, campaign.current_consent().text) == (2, "新的说明")


def test_campaign_edit_keeps_the_address_once_it_is_open(staff):
    campaign = make_campaign(slug="fugong")

    path = reverse("testing:campaign_edit", args=[campaign.pk])
    typed = campaign_data(slug="other", lab=campaign.lab_id, **drawn(staff, path))
    page = staff.post(path, typed).content.decode()

    assert "海报上的地址不能再改" in page


def test_session_add_cuts_slots(staff):
    campaign, point = make_campaign(), make_point()

    staff.post(reverse("testing:session_add", args=[campaign.pk]), session_data(point))

    session = Session.objects.get()
    slots = list(session.slots.all())
    assert len(slots) == 15
    assert (slots[0].places, slots[-1].ends_at, session.ends_at) == (10, session.ends_at, slots[-1].ends_at)


def test_session_add_sent_twice_makes_one(staff):
    campaign, data = make_campaign(), session_data(make_point())

    for _ in range(2):
        staff.post(reverse("testing:session_add", args=[campaign.pk]), data)

    assert (Session.objects.count(), Slot.objects.count()) == (1, 15)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"end": "08:00"}, "结束时间要晚于开始时间"),
        ({"day": "2000-01-01"}, "日期不能早于今天"),
        ({"day": "2199-01-01"}, "不在检测任务的起止日期里"),
        ({"minutes": 240}, "排不出一个时段"),
        ({"places": 0}, "名额"),
        ({"places": 100000}, "名额"),
    ],
)
def test_session_add_says_what_is_wrong(staff, fields, words):
    campaign = make_campaign()

    page = staff.post(
        reverse("testing:session_add", args=[campaign.pk]), session_data(make_point(), **fields)
    ).content.decode()

    assert 'class="error-summary"' in page and words in page
    assert not Session.objects.exists()


def test_two_sittings_of_a_point_do_not_overlap(staff, committee):
    session = make_session()

    with pytest.raises(Refused) as refused:
        actions.add_session(
            campaign=session.campaign, point=session.point, day=session.day, start=time(9, 30), end=time(12), minutes=10,
            places=5, by=committee,
        )  # fmt: skip

    assert refused.value.code == "session_taken"


def test_campaign_open_needs_a_sitting(staff):
    campaign = make_campaign(status="draft")
    url = reverse("testing:campaign_open", args=[campaign.pk])

    page = staff.post(url, follow=True).content.decode()
    make_session(campaign)
    staff.post(url)

    campaign.refresh_from_db()
    assert "还没有场次" in page
    assert campaign.status == "open"
    staff.post(url, {"do": "close"})
    campaign.refresh_from_db()
    assert campaign.status == "closed"


def test_session_cancel_tells_everybody_concerned(staff):
    session = make_session()
    make_signup(session.slots.first())
    make_signup(session.slots.first(), status="cancelled")
    url = reverse("testing:session_cancel", args=[session.pk])

    asked = staff.get(url).content.decode()
    without = staff.post(url, {"reason": ""}).content.decode()
    staff.post(url, {"reason": "下雪"})

    session.refresh_from_db()
    assert "已约 1 人" in asked and "请写为什么取消" in without
    assert session.status == "cancelled"
    assert Message.objects.filter(purpose="slot_changed").count() == 1


def test_session_with_swabs_is_not_cancelled(staff, committee):
    session = make_session()
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)

    with pytest.raises(Refused):
        actions.cancel_session(session=session, reason="x", by=committee)


def test_campaign_page_names_the_gap_and_writes_the_text_for_the_group(staff):
    firm = make_enterprise(sishang_kind="IND", status="resumed", resumed_on=date(2020, 2, 10))
    make_employee(firm, name="陆青禾")
    session = make_session(places=3)
    make_signup(session.slots.first())

    page = staff.get(reverse("testing:campaign", args=[session.campaign_id])).content.decode()

    assert "还差 1 人" in page
    assert "四上企业复工人员还差 1 人" in page
    assert "还有 17 个名额" in page
    assert f"/signup/{session.campaign.slug}/" in page
    assert 'class="qr"' in page


@pytest.mark.parametrize(("status", "words"), [("closed", "登记已经结束"), ("draft", "开放登记以后")])
def test_campaign_page_writes_no_text_for_the_group_while_nobody_can_sign_up(staff, status, words):
    session = make_session(make_campaign(status=status, slug="fugong"))

    page = staff.get(reverse("testing:campaign", args=[session.campaign_id])).content.decode()

    assert words in page and "/signup/fugong/" not in page and 'id="group-text"' not in page


@pytest.mark.parametrize("size", ["A4", "A3"])
def test_campaign_poster(staff, size):
    session = make_session()

    answer = staff.get(reverse("testing:campaign_poster", args=[session.campaign_id, size]))

    assert answer.content.startswith(b"%PDF")
    assert staff.get(reverse("testing:campaign_poster", args=[session.campaign_id, "A9"])).status_code == 404


def test_campaign_page_has_a_constant_number_of_statements(staff, django_assert_max_num_queries):
    campaign = make_campaign()
    for n in range(6):
        session = make_session(campaign, day=park_today() + timedelta(days=n))
        make_signup(session.slots.first())

    with django_assert_max_num_queries(22):
        staff.get(reverse("testing:campaign", args=[campaign.pk]))


def test_index_shows_figures_and_campaigns(staff):
    campaign = make_campaign()

    page = staff.get(reverse("testing:index")).content.decode()

    assert campaign.title in page and "已采样" in page


def test_leader_reads_but_does_not_write(client, sign_in, make_user):
    session = make_session()
    sign_in(make_user("leader"))

    assert client.get(reverse("testing:campaign", args=[session.campaign_id])).status_code == 200
    assert client.get(reverse("testing:campaign_create")).status_code == 404
    assert client.post(reverse("testing:campaign_open", args=[session.campaign_id])).status_code == 404


def test_point_add(staff):
    staff.post(
        reverse("testing:point_add"),
        {"name": "产业园 C4 栋", "building": "C4", "place": "门厅", "name_en": "", "code": "C4", "token": uuid4()},
    )

    assert "产业园 C4 栋" in staff.get(reverse("testing:point_add")).content.decode()
