"""Accounts and roles: administrators change them, the committee looks, nobody else knows the pages."""

import pytest

from parkportal.accounts.models import RoleGrant, User
from parkportal.records.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(make_user, sign_in):
    user = make_user("admin", name="乔知远")
    sign_in(user)
    return user


def test_the_list_finds_by_name_and_role_with_the_same_number_of_statements(
    client, admin, make_user, django_assert_max_num_queries
):
    for number in range(40):
        make_user("squad", name=f"沈{number}")
    make_user("station", name="易安")
    with django_assert_max_num_queries(12):
        page = client.get("/accounts/users/?role=squad").content.decode()
    assert page.count("小分队联络员</td>") == 40 and "易安" not in page
    assert "易安" in client.get("/accounts/users/?q=易").content.decode()


def test_the_committee_looks_but_does_not_touch(client, make_user, sign_in):
    other = make_user("squad")
    sign_in(make_user("committee"))
    page = client.get(f"/accounts/users/{other.pk}/")
    assert page.status_code == 200 and "授予角色" not in page.content.decode()
    assert client.post(f"/accounts/users/{other.pk}/roles/", {"role": "admin"}).status_code == 404


@pytest.mark.parametrize("role", ["squad", "contact", "leader", "lab_tester"])
def test_others_get_the_page_of_what_does_not_exist(client, make_user, sign_in, role):
    other = make_user("station")
    sign_in(make_user(role))
    for address in ("/accounts/users/", f"/accounts/users/{other.pk}/", "/accounts/users/invite/"):
        assert client.get(address).status_code == 404


def test_a_role_is_granted_once_and_ended_today(client, admin, make_user):
    other = make_user()
    for _ in range(2):
        client.post(f"/accounts/users/{other.pk}/roles/", {"role": "squad"})
    grant = RoleGrant.objects.get(user=other)
    assert User.objects.get(pk=other.pk).has_role("squad")
    client.post(f"/accounts/roles/{grant.pk}/end/")
    assert not User.objects.get(pk=other.pk).has_role("squad")
    assert list(AuditEntry.objects.filter(action__startswith="role.").values_list("action", "by")) == [
        ("role.ended", admin.pk),
        ("role.granted", admin.pk),
    ]


def test_nobody_changes_the_own_account(client, admin):
    answer = client.post(f"/accounts/users/{admin.pk}/roles/", {"role": "committee"}, follow=True)
    assert "另一位管理员" in answer.content.decode()
    assert User.objects.get(pk=admin.pk).role_codes == {"admin"}


def test_deactivation_needs_a_reason_and_is_written_down(client, admin, make_user):
    other = make_user("squad")
    client.post(f"/accounts/users/{other.pk}/deactivate/", {"reason": ""})
    assert User.objects.get(pk=other.pk).is_active
    client.post(f"/accounts/users/{other.pk}/deactivate/", {"reason": "离职"})
    assert not User.objects.get(pk=other.pk).is_active
    assert AuditEntry.objects.get(action="account.deactivated").reason == "离职"
    client.post(f"/accounts/users/{other.pk}/activate/")
    assert User.objects.get(pk=other.pk).is_active


def test_a_temporary_password_is_shown_once_and_works(client, admin, make_user):
    other = make_user("squad")
    page = client.post(f"/accounts/users/{other.pk}/password/").content.decode()
    temporary = page.split('id="temporary">')[1].split("<")[0]
    other.refresh_from_db()
    assert other.check_password(temporary) and other.must_change_password
    assert temporary not in str(list(AuditEntry.objects.values()))


def test_a_lost_authenticator_is_reset_with_a_reason(client, admin, make_user):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    other = make_user("committee")
    TOTPDevice.objects.create(user=other, name="验证器", confirmed=True)
    client.post(f"/accounts/users/{other.pk}/second-factor/", {"reason": "手机丢了"})
    assert not TOTPDevice.objects.filter(user=other).exists()


def test_the_menu_holds_the_doors_of_the_role_and_no_other(client, admin, make_user, sign_in):
    from django.test import Client

    assert 'href="/accounts/users/"' in client.get("/accounts/profile/").content.decode()
    browser = Client()
    sign_in(make_user("warehouse"), browser)
    assert 'href="/accounts/users/"' not in browser.get("/accounts/profile/").content.decode()


def test_names_typed_by_people_are_text_on_every_page(client, admin, make_user):
    make_user("squad", name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in client.get("/accounts/users/").content.decode()


def test_a_role_that_does_not_exist_is_told_beside_the_list(client, admin, make_user):
    other = make_user("squad")
    for data in ({}, {"role": "emperor"}):
        answer = client.post(f"/accounts/users/{other.pk}/roles/", data)
        assert answer.status_code == 422 and '<p class="field-error">请选一个角色。</p>' in answer.content.decode()
    assert other.grants.count() == 1
