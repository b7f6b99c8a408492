"""Who walks from door to door finds the rounds in the menu; who does not, does not."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "finds"), [("squad", True), ("station", True), ("warehouse", False), ("contact", False)]
)
def test_the_rounds_are_in_the_menu_of_who_walks_them(client, make_user, sign_in, role, finds):
    sign_in(make_user(role))
    page = client.get("/accounts/profile/").content.decode()
    assert ('href="/testing/door/"' in page) == finds
