"""Around the desk: walk-in, badges, another tube, label prints, the outage kit and its paper sheet."""

import gzip
import json
import re
from datetime import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from enterprises.tests.factories import id_number
from parkportal.clock import SHANGHAI, park_today
from parkportal.records.models import AuditEntry
from parkportal.states import Refused
from testing import actions
from testing.models import Badge, LabelPrinter, Pool, SignUp, SignUpMove, Specimen
from testing.outage import check_of, kit_of
from testing.papers import labels_of_tube
from testing.tests.factories import (
    make_box,
    make_campaign,
    make_lab,
    make_point,
    make_range,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def session():
    session = make_session(
        day=park_today(), start=time(0, 1), end=time(23, 59), minutes=60, places=50, point=make_point()
    )
    make_range(lab=session.campaign.lab)
    return session


@pytest.fixture
def clerk(session):
    return make_staff(session.point, name="易安")


@pytest.fixture
def desk(client, sign_in, clerk, session):
    sign_in(clerk)

    def door(name, *args):
        return reverse(f"testing:{name}", args=args or [session.pk])

    return door


# --- walk-in


def walk_in(**changes):
    return {
        "token": uuid4(), "lane": "2", "name": "陆青禾", "document_type": "id_card", "number": id_number(), "consent": "on", **changes,
    }  # fmt: skip


def test_somebody_on_no_list_signs_up_at_the_desk_and_goes_on_with_the_temperature(client, desk, clerk):
    data = walk_in()
    page = client.post(desk("station_walkin"), data)
    again = client.post(desk("station_walkin"), data)

    signup = SignUp.objects.get()
    assert (signup.source, signup.created_by, signup.status, signup.slot) == ("desk", clerk, "registered", None)
    assert "录体温" in page.content.decode() and f'value="{signup.code}"' in page.content.decode()
    assert again.status_code == 200 and SignUp.objects.count() == 1


def test_who_is_on_the_list_after_all_is_found_by_the_document(client, desk, session):
    known = make_signup(session.slots.first(), number=id_number())
    page = client.post(desk("station_walkin"), walk_in(number=known.number))
    assert known.name in page.content.decode() and SignUp.objects.count() == 1


def test_a_walk_in_with_symptoms_is_sent_to_the_door(client, desk):
    page = client.post(desk("station_walkin"), walk_in(is_unwell="on"))
    assert "这位要上门采样" in page.content.decode()
    assert SignUp.objects.get().mode == "door"


def test_a_bad_number_is_said_beside_the_field_and_nothing_is_written(client, desk):
    page = client.post(desk("station_walkin"), walk_in(number="430104199001010018"))
    assert page.status_code == 422 and "陆青禾" in page.content.decode()
    assert not SignUp.objects.exists()


def test_a_foreign_sitting_has_no_walk_in(client, desk):
    other = make_session(day=park_today())
    assert client.get(desk("station_walkin", other.pk)).status_code == 404


def test_the_form_stands_over_the_desk_and_its_answer_is_the_desks_own(client, desk):
    form = client.get(desk("station_walkin"), headers=JSON).json()["form"]
    wrong = client.post(desk("station_walkin"), walk_in(name=""), headers=JSON)
    said = client.post(desk("station_walkin"), walk_in(), headers=JSON).json()

    assert "现场登记" in form and "<html" not in form and "over_reason" in form
    assert wrong.status_code == 422 and "请填写姓名" in wrong.json()["form"]
    assert (said["step"], said["current"]) == ("temperature", SignUp.objects.get().code)


def test_places_kept_for_walk_ins_are_kept_and_going_over_needs_a_reason(client, desk, session):
    session.slots.update(walk_in=0)
    first = session.slots.first()
    first.walk_in = 2
    first.save()
    for _ in range(2):
        assert client.post(desk("station_walkin"), walk_in(), headers=JSON).status_code == 200

    refused = client.post(desk("station_walkin"), walk_in(), headers=JSON)
    assert refused.status_code == 422 and "现场名额 2 个已经用完" in refused.json()["form"]
    assert SignUp.objects.count() == 2

    data = walk_in(over_reason="厂区大巴晚到")
    for _ in range(2):  # the same form again is the same person
        assert client.post(desk("station_walkin"), data, headers=JSON).json()["step"] == "temperature"
    assert SignUp.objects.count() == 3
    kept = AuditEntry.objects.get(action="walkin.over")
    assert kept.reason == "厂区大巴晚到"


def test_a_sitting_that_keeps_no_places_for_walk_ins_sets_no_limit(client, desk):
    for _ in range(3):
        assert client.post(desk("station_walkin"), walk_in(), headers=JSON).status_code == 200


# --- badges


def test_a_colleague_takes_over_by_badge_and_what_follows_is_theirs(client, desk, session):
    colleague = make_staff(session.point, name="时雨")
    badge = actions.issue_badge(holder=colleague, by=colleague)
    person = make_signup(session.slots.first())

    said = client.post(desk("station_desk"), {"token": uuid4(), "text": badge.code}, headers=JSON).json()
    assert (said["badge"], said["holder"]) == (badge.code, "时雨") and "换手了" in said["html"]
    client.post(
        desk("station_desk"), {"token": uuid4(), "text": "36.5", "step": "temperature", "current": person.code, "badge": badge.code}, headers=JSON
    )  # fmt: skip
    assert SignUpMove.objects.get(to_status="measured").by == colleague


def test_a_void_unknown_or_foreign_badge_is_refused_by_name(client, desk, session):
    colleague = make_staff(session.point)
    old = actions.issue_badge(holder=colleague, by=colleague)
    actions.issue_badge(holder=colleague, by=colleague)
    elsewhere = make_staff(make_point())
    foreign = actions.issue_badge(holder=elsewhere, by=elsewhere)

    for code, why in ((old.code, "badge_void"), (foreign.code, "badge_elsewhere"), ("GH200218000012", "unknown_badge")):
        said = client.post(desk("station_desk"), {"token": uuid4(), "text": code}, headers=JSON).json()
        assert (said["code"], said["tone"]) == (why, "refused")


def test_the_committee_issues_a_badge_once_per_press_and_the_old_one_is_void(client, sign_in, make_user, session):
    colleague = make_staff(session.point, name="时雨")
    sign_in(make_user("committee"))
    data = {"token": uuid4(), "holder": colleague.pk}
    for _ in range(2):
        client.post(reverse("testing:badges"), data)
    client.post(reverse("testing:badges"), {**data, "token": uuid4()})
    assert Badge.objects.filter(user=colleague).count() == 2
    assert Badge.objects.filter(user=colleague, voided_at=None).count() == 1
    assert "<svg" in client.get(reverse("testing:badges")).content.decode()


def test_station_staff_see_their_colleagues_badges_but_issue_none(client, desk, clerk):
    assert "易安" in client.get(reverse("testing:badges")).content.decode()
    assert client.post(reverse("testing:badges"), {"holder": clerk.pk, "token": uuid4()}).status_code == 404


# --- another tube


def move(tube, text="HZ200000099", **changes):
    fields = {"reason": "leaked", "why": "盖子裂了", "by": None, "token": uuid4(), **changes}
    return actions.move_to_tube(specimen=tube, text=text, **fields)


def test_a_swab_goes_on_in_another_tube_at_the_same_place_of_the_box(session, clerk):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), status="packed")
    make_box(session, [tube])
    token = uuid4()

    new = move(tube, by=clerk, token=token)
    again = move(tube, by=clerk, token=token)

    tube.refresh_from_db()
    assert again == new
    assert (tube.status, tube.invalid_reason, tube.box, new.moved_from) == ("void", "leaked", None, tube)
    assert (new.status, new.signup, new.position, new.collected_at) == ("packed", tube.signup, 1, tube.collected_at)
    assert AuditEntry.objects.filter(action="specimen.moved").exists()


def test_a_mixed_tube_moves_with_all_its_people(clerk):
    session = make_session(make_campaign(pool_size=5), day=park_today(), start=time(0, 1), end=time(23, 59), minutes=60)
    make_range(lab=session.campaign.lab, first="HZ300000001", last="HZ300000999")
    for _ in range(2):
        person = make_signup(session.slots.first(), status="measured", group="C")
        user = make_staff(session.point)
        actions.collect(session_id=session.pk, code=person.code, text="HZ300000001", by=user, token=uuid4(), lane=1)
    new = move(Specimen.objects.get(), "HZ300000002", by=clerk)
    assert Pool.objects.get().specimen == new and new.pool.members.live().count() == 2


def test_after_hand_over_and_onto_used_or_foreign_tubes_nothing_moves(session, clerk):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"))
    handed = make_specimen(make_signup(session.slots.first(), status="collected"), status="handed")
    make_range(lab=make_lab(), first="WS500000001", last="WS500000009")
    for moved, text, why in ((handed, "HZ200000099", "handed"), (tube, handed.barcode, "tube_used"),
                             (tube, "WS500000001", "tube_foreign"), (tube, "ZZ500000001", "tube_unknown")):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            move(moved, text, by=clerk)
        assert refusal.value.code == why
    with pytest.raises(Refused) as refusal:
        move(tube, by=clerk, reason="")
    assert refusal.value.code == "no_reason"


def test_the_page_of_moving_asks_why_and_shows_the_new_tube(client, desk, session):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"))
    url = desk("tube_move", tube.barcode)
    assert client.post(url, {"token": uuid4(), "tube": "HZ200000099", "reason": "leaked"}).status_code == 422
    answer = client.post(url, {"token": uuid4(), "tube": "HZ200000099", "reason": "leaked", "why": "漏了"})
    assert answer["Location"] == reverse(
        "testing:specimen_detail", args=[Specimen.objects.get(barcode="HZ200000099").pk]
    )


def test_a_spoilt_label_gets_a_new_code_and_the_old_one_is_void(client, desk, session):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), session=session)
    data = {"reason": "unreadable", "why": "标签湿了", "do": "reissue", "token": uuid4()}

    client.post(desk("tube_move", tube.barcode), data)
    client.post(desk("tube_move", tube.barcode), data)

    new = Specimen.objects.get(moved_from=tube)
    tube.refresh_from_db()
    assert (tube.status, new.status, new.signup_id) == ("void", "collected", tube.signup_id)
    assert new.barcode.startswith("YL") and new.barcode != tube.barcode
    told = client.post(desk("tube_move", new.barcode), {**data, "do": "", "token": uuid4()})
    assert told.status_code == 422 and "请扫新试管，或者重打新条码" in told.content.decode()


def test_a_reprint_is_counted(client, desk, session):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"))
    for _ in range(2):
        assert client.post(desk("tube_labels", tube.barcode)).content.startswith(b"%PDF")
    tube.refresh_from_db()
    assert tube.label_prints == 2
    assert AuditEntry.objects.filter(action="labels.printed").count() == 2
    page = client.get(reverse("testing:specimen_detail", args=[tube.pk])).content.decode()
    assert "补打标签（印过 2 次）" in page


def test_a_reprint_goes_to_the_calibrated_printer_that_is_chosen(client, desk, session):
    tube = make_specimen(make_signup(session.slots.first(), status="collected"))
    printer = LabelPrinter.objects.create(
        name="A1 栋激光机", label_format="a4-4x13", offset_x_tenths=5, offset_y_tenths=-3,
        measured_by=make_staff(session.point),
    )  # fmt: skip

    page = client.get(reverse("testing:specimen_detail", args=[tube.pk])).content.decode()
    plain, moved = (
        client.post(desk("tube_labels", tube.barcode), {"printer": key}).content for key in ("", printer.pk)
    )

    assert f'<option value="{printer.pk}">{printer}</option>' in page
    assert plain == labels_of_tube(tube)
    assert moved == labels_of_tube(tube, "a4-4x13", printer.offset) != labels_of_tube(tube, "a4-4x13")


# --- outage


def test_a_kit_knows_too_little_of_an_id_number_to_give_it_away(session):
    """Thousands of numbers agree with what a kit holds, and another kit holds something else."""
    person = make_signup(session.slots.first())
    abroad = make_signup(session.slots.first(), document_type="passport", number="E12345678")
    kit, other = kit_of(session), kit_of(session)
    told = {one["code"]: one["check"] for one in kit["people"]}

    assert told[abroad.code] is None
    assert kit["weights"] != other["weights"]
    days = [
        f"{year}{month:02d}{day:02d}" for year in range(1940, 2005) for month in range(1, 13) for day in range(1, 29)
    ]
    numbers = (f"{person.number[:5]}{area}{day}{person.number[14:]}" for area in range(10) for day in days)
    alike = sum(check_of(number, kit["weights"]) == told[person.code] for number in numbers)
    assert alike > 10  # with the end of the number, in ten of some three thousand areas


def test_the_kit_holds_todays_people_and_the_tubes_that_may_be_used(client, desk, session):
    person = make_signup(session.slots.first(), name="陆青禾")
    make_range(lab=make_lab(), first="WS500000001", last="WS500000009")
    kit = client.post(desk("kit_roster")).json()
    assert [one["code"] for one in kit["people"]] == [person.code]
    assert kit["ranges"] == [["HZ200000001", "HZ200000999", 11]]
    assert "number" not in kit["people"][0]
    assert kit["people"][0]["check"] == check_of(person.number, kit["weights"])
    assert person.number not in json.dumps(kit)
    assert AuditEntry.objects.filter(action="kit.made").exists()


def test_the_sheet_has_a_barcode_for_each_person(client, desk, session):
    for _ in range(3):
        make_signup(session.slots.first())
    assert client.get(desk("paper_sheet")).content.decode().count('class="paper-code"><svg') == 3


def paper(person, **changes):
    return {
        "token": uuid4(),
        "code": person.code,
        "temperature": "36.5",
        "tube": "HZ200000005",
        "at": "00:02",
        **changes,
    }


def test_a_row_of_the_sheet_is_entered_with_its_own_time_and_twice_is_once(client, desk, session):
    person = make_signup(session.slots.first())
    row = paper(person)
    for _ in range(2):
        assert client.post(desk("paper_entry"), row).status_code == 302
    tube = Specimen.objects.get()
    assert f"{tube.collected_at.astimezone(SHANGHAI):%H:%M}" == "00:02"
    assert SignUpMove.objects.filter(subject=person).count() == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "RY200218000012"}, "没有这个人的登记"),
        ({"temperature": "3.65"}, "体温"),
        ({"tube": "ZZ500000001"}, "没有登记过"),
        ({"at": "25:00"}, "时间写成"),
    ],
)
def test_a_row_that_cannot_be_says_why(client, desk, session, changes, words):
    page = client.post(desk("paper_entry"), paper(make_signup(session.slots.first()), **changes))
    assert page.status_code == 422 and words in page.content.decode()
    assert not Specimen.objects.exists()


def test_the_desk_page_is_small(client, desk):
    """What a first visit transfers, compressed: at most 200 kB (design §8), and nothing from another host."""
    page = client.get(desk("station_desk")).content.decode()
    files = set(re.findall(r'(?:src|href)="(/?static/[^"]+)"', page))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    size = len(gzip.compress(page.encode()))
    for name in files:
        path = finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.)", "", name.split("static/", 1)[1]))
        size += len(gzip.compress(Path(path).read_bytes()))
    assert files and size < 200_000
