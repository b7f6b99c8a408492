"""Sign-in: in two steps, the same answer for everybody who may not, out after half an hour of nothing."""

import time

import pytest
import time_machine
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from parkportal.accounts import second_factor
from parkportal.records.models import AuditEntry

PASSWORD = "Right-2020-pass"
LOGIN = "/accounts/login/"

pytestmark = pytest.mark.django_db


def enter(client, username, password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": username, "password": password, **extra})


def digits_of(device, offset=0):
    return f"{totp(device.bin_key, t0=-30 * offset):06d}"


def with_authenticator(user):
    device = TOTPDevice.objects.create(user=user, name="验证器", confirmed=True)
    codes = second_factor.new_recovery_codes(user, by=user)
    return device, codes


def test_staff_sign_in_by_name_and_land_where_they_wanted(client, make_user):
    make_user("warehouse", username="gu")
    answer = enter(client, "gu", next="/accounts/profile/")
    assert answer.status_code == 302 and answer["Location"] == "/accounts/profile/"
    assert AuditEntry.objects.filter(action="account.signed_in").count() == 1


def test_staff_sign_in_by_phone_written_with_blanks(client, make_user):
    user = make_user("warehouse")
    user.set_phone("19900000017")
    user.save()
    assert enter(client, "199 0000 0017").status_code == 302


def test_an_address_outside_is_not_followed(client, make_user):
    make_user("warehouse", username="gu")
    assert enter(client, "gu", next="https://evil.example/")["Location"] == reverse("dashboard:home")


def test_unknown_and_wrong_read_the_same(client, make_user):
    make_user("warehouse", username="gu")
    wrong = enter(client, "gu", "not-it-2020").content.decode()
    unknown = enter(client, "nobody-at-all", "not-it-2020").content.decode()
    assert "用户名或密码不对" in wrong and "还可以试 4 次" in wrong
    strip = lambda page, name: page.replace(name, "NAME")  # noqa: E731
    tokens = lambda page: "".join(line for line in page.splitlines() if "csrf" not in line.lower())  # noqa: E731
    assert tokens(strip(wrong, "gu")) == tokens(strip(unknown, "nobody-at-all")).replace("NAME", "NAME")


def test_the_fifth_failure_locks_for_half_an_hour_and_the_right_password_does_not_help(client, make_user):
    make_user("warehouse", username="gu")
    answers = [enter(client, "gu", "wrong-pass").status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert enter(client, "gu").status_code == 429
    with time_machine.travel(time.time() + 31 * 60, tick=True):
        assert enter(client, "gu").status_code == 302


def test_an_unknown_name_is_locked_alike(client):
    assert [enter(client, "nobody", "x").status_code for _ in range(5)][-1] == 429


def test_a_phone_nobody_has_leaves_no_number_in_the_table_of_failures(client):
    from axes.models import AccessAttempt

    enter(client, "19900000099", "wrong")
    attempt = AccessAttempt.objects.get()
    assert "19900000099" not in f"{attempt.username}{attempt.get_data}{attempt.post_data}"


def test_demo_accounts_are_nobody_outside_the_demo(client, make_user, settings):
    settings.DEMO_MODE = False
    make_user("warehouse", username="demo", is_demo=True)
    assert enter(client, "demo").status_code == 422


def test_deactivation_ends_the_session_for_good(client, make_user):
    from parkportal.accounts import actions

    user, admin = make_user("warehouse", username="gu"), make_user("admin")
    enter(client, "gu")
    assert client.get("/accounts/profile/").status_code == 200
    actions.deactivate(user=user, by=admin, reason="离职")
    assert client.get("/accounts/profile/").status_code == 302
    actions.activate(user=user, by=admin)
    assert client.get("/accounts/profile/").status_code == 302, "the old session does not come back to life"


def test_half_an_hour_of_nothing_signs_out_and_leads_back(client, make_user, settings):
    make_user("warehouse", username="gu")
    enter(client, "gu")
    client.get("/accounts/profile/")
    with time_machine.travel(time.time() + 29 * 60, tick=True):
        assert client.get("/accounts/profile/").status_code == 200
    with time_machine.travel(time.time() + 60 * 60, tick=True):
        answer = client.get("/accounts/profile/")
        assert answer["Location"] == "/accounts/login/?next=%2Faccounts%2Fprofile%2F"


def test_a_page_that_asks_by_itself_does_not_keep_the_session(client, make_user):
    make_user("warehouse", username="gu")
    enter(client, "gu")
    client.get("/accounts/profile/")
    for minutes in (15, 29):
        with time_machine.travel(time.time() + minutes * 60, tick=True):
            assert client.get("/accounts/profile/?poll=1").status_code == 200
    with time_machine.travel(time.time() + 31 * 60, tick=True):
        assert client.get("/accounts/profile/").status_code == 302


@pytest.mark.parametrize("role", ["admin", "committee", "leader", "lab_verifier"])
def test_roles_of_weight_prove_a_second_factor_first(client, make_user, settings, role):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user(role, username="he")
    assert enter(client, "he")["Location"].startswith("/accounts/second-factor/")
    assert client.get("/accounts/profile/")["Location"] == "/accounts/second-factor/"
    device, _ = with_authenticator(user)
    assert client.post("/accounts/second-factor/", {"digits": digits_of(device)}).status_code == 302
    assert client.get("/accounts/profile/").status_code == 200


@pytest.mark.parametrize("role", ["squad", "station", "lab_tester", "warehouse", "contact", "investment"])
def test_the_others_sign_in_in_one_step(client, make_user, settings, role):
    settings.SECOND_FACTOR_REQUIRED = True
    make_user(role, username="he")
    enter(client, "he")
    assert client.get("/accounts/profile/").status_code == 200


def test_demo_mode_switches_the_second_factor_off(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    make_user("committee", username="he")
    enter(client, "he")
    assert client.get("/accounts/profile/").status_code == 200


def test_an_authenticator_is_set_up_by_its_first_digits_and_gives_recovery_codes(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user("committee", username="he")
    enter(client, "he")
    page = client.get("/accounts/second-factor/", follow=True)
    secret = second_factor.new_secret(user, client.session.session_key)
    assert second_factor.secret_for_typing(secret) in page.content.decode() and "<svg" in page.content.decode()
    assert not TOTPDevice.objects.exists(), "looking stores nothing"
    assert client.post("/accounts/second-factor/set-up/", {"digits": "000000"}).status_code == 422
    shown = client.post("/accounts/second-factor/set-up/", {"digits": f"{totp(bytes.fromhex(secret)):06d}"})
    assert shown.content.decode().count("<li><code>") == 10
    assert client.get("/accounts/profile/").status_code == 200


def test_a_recovery_code_opens_once(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user("committee", username="he")
    _, codes = with_authenticator(user)
    enter(client, "he")
    address = "/accounts/second-factor/?with=recovery"
    assert client.post(address, {"recovery": codes[3].upper()}).status_code == 302
    client.post("/accounts/logout/")
    enter(client, "he")
    assert client.post(address, {"recovery": codes[3]}).status_code == 422
    assert second_factor.recovery_codes_left(user) == 9


def test_wrong_digits_run_out_over_all_sessions_and_the_right_ones_come_too_late(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user("committee", username="he")
    device, _ = with_authenticator(user)
    seen = []
    for _ in range(5):
        enter(client, "he")
        seen.append(client.post("/accounts/second-factor/", {"digits": "000000"}).status_code)
        client.post("/accounts/logout/")
    assert seen == [422, 422, 422, 422, 429]
    enter(client, "he")
    assert client.post("/accounts/second-factor/", {"digits": digits_of(device)}).status_code == 429
    with time_machine.travel(time.time() + 31 * 60, tick=True):
        enter(client, "he")
        assert client.post("/accounts/second-factor/", {"digits": digits_of(device)}).status_code == 302


def test_the_same_digits_do_not_open_twice(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    device, _ = with_authenticator(make_user("committee", username="he"))
    digits = digits_of(device)
    enter(client, "he")
    assert client.post("/accounts/second-factor/", {"digits": digits}).status_code == 302
    client.post("/accounts/logout/")
    enter(client, "he")
    assert client.post("/accounts/second-factor/", {"digits": digits}).status_code == 422


def test_a_temporary_password_is_changed_before_anything_else(client, make_user):
    from parkportal.accounts import actions

    user = make_user("warehouse", username="gu")
    temporary = actions.reset_password(user=user, by=make_user("admin"))
    enter(client, "gu", temporary)
    assert client.get("/accounts/profile/")["Location"] == "/accounts/profile/password/"
    new = {"old": temporary, "password": "Neu-es-Wort-20", "again": "Neu-es-Wort-20"}
    assert client.post("/accounts/profile/password/", new).status_code == 302
    assert client.get("/accounts/profile/").status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short1A", "short1A", "密码"),
        ("alllowercase", "alllowercase", "至少用三种"),
        ("Different-2020", "Different-2021", "两次输入的密码不一样"),
        (PASSWORD, PASSWORD, "不能和现在的一样"),
    ],
)
def test_a_poor_new_password_is_refused_beside_its_field(client, make_user, password, again, words):
    make_user("warehouse", username="gu")
    enter(client, "gu")
    answer = client.post("/accounts/profile/password/", {"old": PASSWORD, "password": password, "again": again})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_signing_out_needs_a_post(client, make_user):
    make_user("warehouse", username="gu")
    enter(client, "gu")
    assert client.get("/accounts/logout/").status_code == 405
    client.post("/accounts/logout/")
    assert client.get("/accounts/profile/").status_code == 302
