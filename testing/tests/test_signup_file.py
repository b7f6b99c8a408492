"""A firm's list signs its people up straight from the file: preview by row, places in order, nobody twice."""

import io
from datetime import date, time
from uuid import uuid4

import pytest
from django.urls import reverse
from openpyxl import Workbook

from enterprises.models import Employment
from enterprises.tests.factories import id_number, make_contact, make_employee, make_enterprise
from parkportal.privacy import mask_name
from parkportal.records import intake, intake_batches, tasks
from parkportal.records.models import AuditEntry, IntakeBatch
from parkportal.states import Refused
from testing.actions import correct_guardian
from testing.models import SignUp
from testing.tests.factories import make_campaign, make_session, make_signup

pytestmark = pytest.mark.django_db
HEADS = ("序号", "姓名", "证件类型", "证件号码", "手机", "部门", "接触史", "监护人")


@pytest.fixture
def firm(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_enterprise(name="湖南青禾渡食品有限公司", sishang_kind="IND", status="resumed")


@pytest.fixture
def contact(firm):
    return make_contact(firm)


@pytest.fixture
def campaign():
    campaign = make_campaign()
    make_session(campaign, places=1, end=time(9, 20))
    make_session(campaign, places=2, end=time(9, 20))
    return campaign


def person(n, **cells):
    known = {"姓名": "陆青禾", "证件号码": id_number(), "手机": f"1990000{n:04d}", "部门": "一车间", **cells}
    return [known.get(head, "") for head in HEADS]


def sheet(*rows):
    book = Workbook()
    book.active.append(HEADS)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(firm, campaign, contact, *rows, how="wait"):
    params = {"enterprise": firm.pk, "campaign": campaign.pk, "how": how}
    door = intake.get("signup")
    batch = intake_batches.begin(door, sheet(*rows), name="名单.xlsx", params=params, by=contact, token=uuid4())
    batch.refresh_from_db()
    return batch


def take_in(batch, contact):
    tasks.run_job(intake_batches.take_in(batch, by=contact, token=uuid4()).pk)
    batch.refresh_from_db()
    return batch


def outcomes(batch):
    return {row["row"]: (row["word"], row["words"][1][-5:]) for row in batch.preview["plan"]["rows"]}


def test_the_preview_says_by_row_who_gets_which_place_and_writes_nothing(firm, campaign, contact):
    # given two of whom one has met a patient, one without a phone, a child without and one with a guardian
    batch = upload(
        firm, campaign, contact,
        person(1), person(2, 接触史="是"), person(3, 手机=""), person(4, 证件号码=id_number(born_on=date(2010, 1, 1))),
        person(5, 证件号码=id_number(born_on=date(2010, 1, 1)), 监护人="白檀"),
    )  # fmt: skip

    # then the child without a guardian is refused by row, everybody else has a place, the contact goes to the door
    assert (batch.created, batch.refused) == (4, 1)
    assert batch.preview["refused"][0]["row"] == 5
    assert batch.preview["refused"][0]["faults"][0]["code"] == "guardian_needed"
    assert outcomes(batch) == {2: ("登记", "09:00"), 3: ("上门采样", ""), 4: ("登记", "09:00"), 6: ("登记", "09:10")}
    assert not SignUp.objects.exists() and not Employment.objects.filter(enterprise=firm).exists()


def test_taking_it_in_writes_roster_and_sign_ups_as_the_preview_said(firm, campaign, contact):
    rows = [
        person(1),
        person(2, 接触史="是"),
        person(3, 手机="", 证件号码=id_number(born_on=date(2010, 1, 1)), 监护人="白檀"),
    ]
    batch = take_in(upload(firm, campaign, contact, *rows), contact)

    assert (batch.status, batch.created) == (IntakeBatch.Status.TAKEN_IN, 3)
    assert "2 人登记好" in batch.words and "1 人上门采样" in batch.words
    assert Employment.objects.current().filter(enterprise=firm).count() == 3
    child = SignUp.objects.get(phone_hash="")
    assert (child.guardian_name, child.source, child.slot.session.slots.count()) == ("白檀", "contact", 2)
    assert SignUp.objects.get(mode="door").slot is None


def test_the_same_file_again_signs_nobody_up_twice(firm, campaign, contact):
    rows = [person(1), person(2)]
    take_in(upload(firm, campaign, contact, *rows), contact)

    again = upload(firm, campaign, contact, *rows, person(3))

    assert (again.created, again.unchanged) == (1, 2)
    take_in(again, contact)
    assert SignUp.objects.count() == 3


def test_another_guardian_is_an_update_and_the_same_one_is_none(firm, campaign, contact):
    child = person(1, 证件号码=id_number(born_on=date(2010, 1, 1)), 监护人="白檀")
    take_in(upload(firm, campaign, contact, child), contact)
    assert upload(firm, campaign, contact, child).unchanged == 1

    batch = upload(firm, campaign, contact, [*child[:-1], "米禾"])
    change = batch.preview["updates"][0]["changes"][0]
    assert (batch.updated, change["old"], change["new"]) == (1, mask_name("白檀"), "米禾")
    take_in(batch, contact)
    assert SignUp.objects.get().guardian_name == "米禾"
    entry = AuditEntry.objects.get(action="signup.guardian_corrected")
    assert (entry.by, entry.before, entry.after) == (
        contact, {"监护人": mask_name("白檀")}, {"监护人": mask_name("米禾")}
    )  # fmt: skip


def test_a_foreign_sign_up_is_only_said_to_be_there(firm, campaign, contact):
    # given a child that another firm signed up, with a guardian, and that is on this firm's roster too
    number = id_number(born_on=date(2010, 1, 1))
    slot = campaign.sessions.first().slots.first()
    theirs = make_signup(slot, number=number, enterprise=make_enterprise(), guardian_name="白檀")
    make_employee(firm, number=number)
    make_signup(slot)  # somebody else altogether

    batch = upload(firm, campaign, contact, person(1, 证件号码=number, 监护人="米禾"))

    # then neither the guardian nor an update is told, and taking it in changes nothing of theirs
    assert "白檀" not in str(batch.preview) and mask_name("白檀") not in str(batch.preview)
    assert [row["word"] for row in batch.preview["plan"]["rows"]] == ["登记过"]
    batch = take_in(batch, contact)
    theirs.refresh_from_db()
    assert (theirs.guardian_name, batch.created, SignUp.objects.count()) == ("白檀", 0, 2)


def test_the_committee_corrects_the_guardian_of_any_sign_up(firm, campaign, make_user):
    number = id_number(born_on=date(2010, 1, 1))
    make_signup(campaign.sessions.first().slots.first(), number=number, guardian_name="白檀")
    clerk = make_user("committee")

    batch = take_in(upload(firm, campaign, clerk, person(1, 证件号码=number, 监护人="米禾")), clerk)

    assert (batch.updated, SignUp.objects.get().guardian_name) == (1, "米禾")


def test_a_guardian_of_a_cancelled_sign_up_stays(campaign, contact):
    signup = make_signup(campaign.sessions.first().slots.first(), guardian_name="白檀")
    SignUp.objects.update(status="cancelled")

    assert correct_guardian(signup=signup, guardian="米禾", by=contact).guardian_name == "白檀"
    assert not AuditEntry.objects.filter(action="signup.guardian_corrected").exists()


def test_who_signed_up_alone_before_is_left_and_comes_onto_the_roster(firm, campaign, contact):
    number = id_number()
    make_signup(campaign.sessions.first().slots.first(), number=number)

    batch = upload(firm, campaign, contact, person(1, 证件号码=number))

    assert [row["word"] for row in batch.preview["plan"]["rows"]] == ["登记过"]
    assert take_in(batch, contact).created == 0
    assert SignUp.objects.count() == 1
    assert Employment.objects.current().filter(enterprise=firm).count() == 1


@pytest.mark.parametrize(("how", "signed_up", "waiting"), [("spread", 6, 0), ("wait", 6, 2), ("together", 0, 8)])
def test_a_group_that_fits_nowhere_waits_or_is_spread_as_chosen(firm, campaign, contact, how, signed_up, waiting):
    batch = take_in(upload(firm, campaign, contact, *(person(n) for n in range(8)), how=how), contact)

    assert SignUp.objects.filter(status="registered").count() == signed_up
    assert SignUp.objects.filter(status="waiting").count() == waiting
    assert batch.created == signed_up + waiting


def test_a_foreign_firm_or_a_closed_campaign_is_refused(firm, campaign, contact):
    with pytest.raises(Refused, match="不归您管"):
        upload(make_enterprise(), campaign, contact, person(1))
    campaign.status = "closed"
    campaign.save()
    with pytest.raises(Refused, match="不再登记"):
        upload(firm, campaign, contact, person(1))


def test_a_child_of_the_roster_needs_a_guardian_on_the_batch_page(firm, campaign, contact, sign_in):
    child = make_employee(firm, number=id_number(born_on=date(2010, 1, 1)))
    page = sign_in(contact).get(reverse("testing:roster_signup", args=[firm.pk]))
    assert f'name="guardian-{child.pk}"' in page.content.decode()
    form = {"campaign": campaign.pk, "pick": [child.pk], "token": uuid4()}

    sign_in(contact).post(reverse("testing:roster_signup", args=[firm.pk]), form)
    assert not SignUp.objects.exists()

    sign_in(contact).post(reverse("testing:roster_signup", args=[firm.pk]), {**form, f"guardian-{child.pk}": "白檀"})
    assert SignUp.objects.get().guardian_name == "白檀"


# --- one person ------------------------------------------------------------------------------------------------------


def answers(campaign, **fields):
    return {
        "campaign": campaign.pk, "token": uuid4(), "name": "米禾", "document_type": "id_card", "number": id_number(),
        "origin": "changsha", "had_contact": "no", "slot": campaign.sessions.first().slots.first().pk, "consent": "on",
        **fields,
    }  # fmt: skip


def ask(sign_in, contact, firm, data):
    return sign_in(contact).post(reverse("testing:signup_for", args=[firm.pk]), data)


def test_somebody_without_a_phone_is_signed_up_by_the_contact(firm, campaign, contact, sign_in):
    data = answers(campaign)

    assert ask(sign_in, contact, firm, data).status_code == 302
    assert ask(sign_in, contact, firm, data).status_code == 302  # the same submit again

    signup = SignUp.objects.get()
    assert (signup.phone, signup.enterprise, signup.created_by) == ("", firm, contact)
    done = sign_in(contact).get(reverse("testing:roster_done", args=[firm.pk, campaign.pk])).content.decode()
    assert reverse("public:signup_code", args=[signup.public_token]) in done


def test_somebody_under_age_needs_a_guardian(firm, campaign, contact, sign_in):
    data = answers(campaign, number=id_number(born_on=date(2010, 1, 1)))

    refused = ask(sign_in, contact, firm, data)
    assert refused.status_code == 422 and "未满 18 岁，请填监护人姓名" in refused.content.decode()

    assert ask(sign_in, contact, firm, {**data, "guardian_name": "白檀"}).status_code == 302
    assert SignUp.objects.get().guardian_name == "白檀"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"slot": ""}, "请选一个时段"),
        ({"slot": "999999"}, "刚刚约满"),
        ({"had_contact": "yes"}, "请填现在住哪里"),
        ({"consent": ""}, "看过说明并同意"),
    ],
)
def test_what_is_missing_is_said(firm, campaign, contact, sign_in, fields, words):
    answer = ask(sign_in, contact, firm, answers(campaign, **fields))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not SignUp.objects.exists()


def test_a_known_document_and_a_person_for_the_door(firm, campaign, contact, sign_in):
    data = answers(campaign, had_contact="yes", address="麓谷公寓 3 栋 201")
    assert ask(sign_in, contact, firm, data).status_code == 302
    assert SignUp.objects.get().is_door

    again = ask(sign_in, contact, firm, {**data, "token": uuid4()})
    assert again.status_code == 422 and "已经登记过" in again.content.decode()
