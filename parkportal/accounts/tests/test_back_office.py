"""/admin/ opens only by the portal's own door; demo accounts and their sessions end with the demo."""

import pytest
from django.core import checks

pytestmark = pytest.mark.django_db
PASSWORD = "Right-2020-pass"


def test_strangers_are_led_to_the_portals_own_sign_in(client):
    answer = client.get("/admin/", follow=False)
    while answer.status_code == 302 and answer["Location"].startswith("/admin/"):
        answer = client.get(answer["Location"])
    assert answer["Location"].startswith("/accounts/login/?next=/admin/")


def test_the_admins_own_password_form_takes_no_password(client, make_user):
    make_user("admin", username="qiao", is_staff=True)
    client.post("/admin/login/", {"username": "qiao", "password": PASSWORD, "next": "/admin/"})
    assert "_auth_user_id" not in client.session


def test_an_administrator_without_the_second_step_is_led_to_it(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(make_user("admin", is_staff=True), backend="parkportal.accounts.backends.PortalBackend")
    answer = client.get("/admin/", follow=True)
    assert "/accounts/second-factor/" in "".join(address for address, _ in answer.redirect_chain)


def test_an_administrator_with_both_steps_is_in(client, make_user, sign_in):
    sign_in(make_user("admin", is_staff=True, is_superuser=True))
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", ["committee", "leader", "contact", "station"])
def test_other_roles_find_nothing_there(client, make_user, sign_in, role):
    sign_in(make_user(role))
    assert client.get("/admin/", follow=True).status_code == 404


def test_staff_whose_administration_has_ended_find_nothing_there(client, make_user, sign_in):
    user = make_user("admin", is_staff=True, is_superuser=True)
    user.grants.update(ends_on="2019-06-01")
    sign_in(user)
    assert client.get("/admin/", follow=True).status_code == 404


class TestDemoAccounts:
    @pytest.fixture
    def demo_user(self, make_user):
        return make_user("warehouse", username="cangguan1", is_demo=True)

    def sign_in(self, client):
        return client.post("/accounts/login/", {"username": "cangguan1", "password": PASSWORD})

    def test_they_sign_in_where_the_demo_runs(self, client, demo_user, settings):
        settings.DEMO_MODE = True
        assert self.sign_in(client).status_code == 302

    def test_outside_the_demo_they_are_told_what_strangers_are_told(self, client, demo_user, settings):
        settings.DEMO_MODE = False
        answer = self.sign_in(client)
        assert answer.status_code == 422 and "用户名或密码不对" in answer.content.decode()
        assert "_auth_user_id" not in client.session

    def test_a_session_left_over_from_the_demo_is_nobodys(self, client, demo_user, settings):
        settings.DEMO_MODE = True
        self.sign_in(client)
        assert client.get("/accounts/profile/").status_code == 200
        settings.DEMO_MODE = False
        assert client.get("/accounts/profile/").status_code == 302

    def test_the_deploy_check_finds_them_in_a_parks_database(self, demo_user, settings):
        settings.DEMO_MODE = False
        found = checks.run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
        assert [message.id for message in found] == ["accounts.E001"]

    def test_the_demo_itself_may_have_them(self, demo_user, settings):
        settings.DEMO_MODE = True
        assert not checks.run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
