"""What every answer carries, and what no request may bring."""

import pytest

from enterprises.tests.factories import make_account


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/enterprises/?q=a%00b", "/supplies/deliveries/?q=%00", "/?lang=%00"])
def test_a_zero_byte_is_no_error_page(client, address):
    client.raise_request_exception = False
    client.force_login(make_account("warehouse"), backend="parkportal.accounts.backends.PortalBackend")
    assert client.get(address).status_code in {200, 400}
