"""Invitation links: one account, once, within three days, for one purpose and subject."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from parkportal.accounts import invitations
from parkportal.accounts.models import Invitation, RoleGrant, User
from parkportal.messaging.models import Message
from parkportal.states import Refused

PHONE = "19900000031"
CHOSEN = {"username": "miao", "password": "Neu-es-Wort-20", "again": "Neu-es-Wort-20"}
completed = []


@pytest.fixture(autouse=True)
def _a_purpose(monkeypatch):
    monkeypatch.setattr(invitations, "_endings", dict(invitations._endings))
    completed.clear()
    invitations.register(
        "probe",
        lambda invitation, user: completed.append((invitation.subject_id, user.pk)),
        lambda invitation: f"第 {invitation.subject_id} 号企业",
    )


@pytest.fixture
def inviter(make_user):
    return make_user("committee", name="贺立行")


def invite(by, **changes):
    wanted = {"name": "苗可心", "phone": PHONE, "role": "contact", "purpose": "probe", "subject_id": 7, **changes}
    return invitations.invite(**wanted, by=by)


def link():
    return re.search(r"/accounts/invitation/\w+/", Message.objects.latest("id").text).group()


@pytest.mark.django_db
def test_the_link_in_the_message_opens_an_account_with_role_and_membership(client, inviter):
    invite(inviter)
    page = client.get(link()).content.decode()
    assert "贺立行邀请您担任第 7 号企业的企业联络员" in page and PHONE not in page
    answer = client.post(link(), CHOSEN)
    assert answer.status_code == 302
    user = User.objects.get(username="miao")
    assert user.role_codes == {"contact"} and completed == [(7, user.pk)] and user.phone == PHONE
    assert client.get("/accounts/profile/").status_code == 200, "and is signed in"


@pytest.mark.django_db
def test_only_a_hash_of_the_token_is_kept(inviter):
    invitation = invite(inviter)
    token = link().split("/")[-2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation WHERE id = %s", [invitation.pk])
        assert token not in str(cursor.fetchone())
        cursor.execute("SELECT * FROM messaging_message")
        assert token not in str(cursor.fetchall())


@pytest.mark.django_db
def test_used_lapsed_withdrawn_and_unknown_links_answer_with_one_page(client, inviter):
    pages = []
    invite(inviter)
    used = link()
    client.post(used, CHOSEN)
    client.post("/accounts/logout/")
    pages.append(client.get(used))
    invite(inviter, phone="19900000032")
    Invitation.objects.filter(used_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    pages.append(client.get(link()))
    invitations.withdraw(invite(inviter, phone="19900000033"), by=inviter, reason="弄错了")
    pages.append(client.get(link()))
    pages.append(client.get("/accounts/invitation/0123456789abcdef/"))
    assert {page.status_code for page in pages} == {410}
    assert len({page.content for page in pages}) == 1


@pytest.mark.django_db
def test_a_new_invitation_closes_the_earlier_one_and_takes_its_message_back(client, inviter):
    invite(inviter)
    first = link()
    invite(inviter)
    assert client.get(first).status_code == 410
    assert client.get(link()).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "苗"}, "用 3 到 40 个小写字母"),
        ({"password": "short", "again": "short"}, "密码"),
        ({"again": "other-2020-X"}, "两次输入的密码不一样"),
        ({"username": "taken"}, "已经有人用了"),
    ],
)
def test_wrong_input_keeps_the_link_open_and_writes_nothing(client, inviter, make_user, changes, words):
    make_user(username="taken")
    invite(inviter)
    answer = client.post(link(), {**CHOSEN, **changes})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert client.get(link()).status_code == 200 and not User.objects.filter(name="苗可心").exists()


@pytest.mark.django_db
def test_a_phone_with_an_account_accepts_with_it_after_signing_in(client, inviter, make_user, sign_in):
    user = make_user("warehouse", username="gu")
    user.set_phone(PHONE)
    user.save()
    invite(inviter)
    assert "请先登录" in client.get(link()).content.decode()
    assert client.post(link(), CHOSEN).status_code == 200 and not completed
    sign_in(user)
    client.post(link())
    assert completed == [(7, user.pk)] and User.objects.get(pk=user.pk).role_codes == {"warehouse", "contact"}


@pytest.mark.django_db
def test_somebody_elses_account_cannot_take_the_invitation(inviter, make_user):
    invitation = invite(inviter)
    with pytest.raises(Refused) as refusal:
        invitations.accept_as(invitation, user=make_user("warehouse"))
    assert refusal.value.code == "other_phone" and not completed


@pytest.mark.django_db
def test_the_form_sent_twice_invites_once(client, make_user, sign_in):
    sign_in(make_user("admin"))
    token = re.search(r'name="token" value="([^"]+)"', client.get("/accounts/users/invite/").content.decode()).group(1)
    data = {"name": "沈知遥", "phone": PHONE, "role": "squad", "token": token}
    assert [client.post("/accounts/users/invite/", data).status_code for _ in range(2)] == [302, 302]
    assert Invitation.objects.count() == Message.objects.count() == 1


def race(work, threads=6):
    """Runs work(n) in threads that start together; the answers."""
    gate, answers = threading.Barrier(threads), []

    def run(number):
        try:
            gate.wait()
            answers.append(work(number))
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            close_old_connections()
            connection.close()

    runners = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    return answers


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_six_who_use_one_link_at_once_one_gets_an_account(inviter):
    invite(inviter)
    found = invitations.find(link().split("/")[-2])
    answers = race(lambda n: invitations.accept(found, username=f"user{n}", password="Neu-es-Wort-20").username)
    assert answers.count("used") == 5
    assert User.objects.filter(name="苗可心").count() == 1 and RoleGrant.objects.filter(role="contact").count() == 1
    assert len(completed) == 1


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_control_without_the_conditional_update_one_link_opens_many_accounts(inviter):
    """The same race with a check first and a plain write after it: this is what the conditional update prevents."""
    invite(inviter)
    key = link().split("/")[-2]
    together = threading.Barrier(6)

    def careless(number):
        found = invitations.find(key)
        together.wait()
        with transaction.atomic():
            user = User.objects.create_user(f"user{number}", "x", name=found.name)
            Invitation.objects.filter(pk=found.pk).update(used_at=timezone.now(), used_by=user)
        return "opened"

    assert race(careless).count("opened") == 6
    assert User.objects.filter(name="苗可心").count() > 1
