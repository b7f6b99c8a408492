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


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/results/", "/nowhere/", "/share/nothing/"])
def test_no_page_may_run_what_stands_inside_it_or_ask_another_host(client, address):
    policy = client.get(address)["Content-Security-Policy"]
    sources = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert sources["script-src"] == "'self'" and sources["style-src"] == "'self'"
    assert sources["default-src"] == "'none'" and sources["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy and "http" not in policy.replace("http://testserver", "")
