"""Who passes a guard, who is sent where, and whose address is believed."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from parkportal.guards import client_address, public, roles


@pytest.fixture
def ask(rf: RequestFactory):
    """ask(guarded view, user, **headers) → its answer, as when the user opens the page."""

    def ask(view, user, **extra):
        request = rf.get("/somewhere/?page=2", **extra)
        request.user, request.htmx = user, "HTTP_HX_REQUEST" in extra
        return view(request)

    return ask


@roles("squad", "committee")
def squad_page(request):
    return HttpResponse("squad")


@roles()
def staff_page(request):
    return HttpResponse("staff")


@roles(on_the_way_in=True)
def step_page(request):
    return HttpResponse("step")


def proven(user):
    user.is_verified = lambda: True
    return user


pytestmark = pytest.mark.django_db


def test_strangers_are_led_to_sign_in_and_back(ask):
    answer = ask(squad_page, AnonymousUser())
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/somewhere/%3Fpage%3D2"


def test_a_fragment_tells_the_whole_page_to_go_to_sign_in(ask):
    answer = ask(squad_page, AnonymousUser(), HTTP_HX_REQUEST="true")
    assert answer.status_code == 204 and answer["HX-Redirect"].startswith("/accounts/login/")


def test_one_of_the_roles_is_enough(ask, make_user):
    assert ask(squad_page, make_user("squad", "contact")).content == b"squad"


@pytest.mark.parametrize("role", ["contact", "warehouse", "station", "investment"])
def test_another_role_sees_the_page_of_what_does_not_exist(ask, make_user, role):
    with pytest.raises(Http404):
        ask(squad_page, make_user(role))


def test_without_codes_everybody_who_signed_in_passes(ask, make_user):
    assert ask(staff_page, make_user()).content == b"staff"


def test_a_role_that_has_ended_or_not_begun_opens_nothing(ask, make_user):
    former, coming = make_user("squad"), make_user("squad")
    former.grants.update(ends_on="2019-06-01")
    coming.grants.update(starts_on="2099-01-01")
    for user in (former, coming):
        with pytest.raises(Http404):
            ask(squad_page, user)


def test_a_deactivated_account_has_no_role(ask, make_user):
    with pytest.raises(Http404):
        ask(squad_page, make_user("squad", is_active=False))


@pytest.mark.parametrize("role", ["admin", "committee", "leader", "lab_verifier"])
def test_roles_of_weight_prove_the_second_factor_first(ask, make_user, settings, role):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user(role)
    user.is_verified = lambda: False
    assert ask(staff_page, user)["Location"] == "/accounts/second-factor/"
    assert ask(step_page, user).content == b"step"
    assert ask(staff_page, proven(user)).content == b"staff"


def test_a_temporary_password_is_changed_first(ask, make_user):
    user = make_user("squad", must_change_password=True)
    assert ask(squad_page, user)["Location"] == "/accounts/profile/password/"
    assert ask(step_page, user).content == b"step"


def test_the_guard_says_whom_it_lets_in():
    assert squad_page.required_roles == ("squad", "committee")
    assert staff_page.required_roles == ()
    assert public(lambda request: HttpResponse()).required_roles is None


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (0, "", "10.0.0.9"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (1, "203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, " , ,", "10.0.0.9"),
    ],
)
def test_only_so_many_hops_of_the_header_are_believed(rf, settings, proxies, forwarded, believed):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == believed
