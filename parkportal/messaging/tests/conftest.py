"""A provider on loopback for the tests of the outbox."""

import pytest

from parkportal.messaging import purposes
from parkportal.messaging.purposes import Kind, Purpose
from parkportal.messaging.tests.loopback_gateway import Provider, running

DECLARED = [
    Purpose("demo_notice", "采样提醒", "{name}您好，您预约了{time}的采样，请按时到场。", why="预约前一晚提醒。"),
    Purpose("demo_urgent", "急事", "{name}您好，请马上与采样点联系。", urgent=True),
    Purpose("demo_code", "验证码", "验证码{code}，5分钟内有效，请勿告诉他人。", kind=Kind.CODE),
    Purpose("demo_promotion", "活动", "{name}您好，园区周三有讲座，拒收请回复R", kind=Kind.PROMOTION),
    Purpose("demo_link", "登记页", "{name}您好，请打开 {link} 查看您的登记。"),
]


@pytest.fixture(autouse=True)
def declared():
    """The purposes of these tests; gone afterwards."""
    purposes.register(DECLARED)
    yield
    for purpose in DECLARED:
        purposes._purposes.pop(purpose.code)


@pytest.fixture
def provider(settings):
    """A provider that checks signatures; the portal sends through it."""
    provider = Provider()
    with running(provider) as address:
        settings.SMS_GATEWAY = "http"
        settings.SMS_GATEWAY_URL = address
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = provider.key, provider.secret
        settings.SMS_TIMEOUT_SECONDS, settings.SMS_SETTLE_SECONDS, settings.OUTBOX_LEASE_SECONDS = 1.0, 0.0, 5.0
        yield provider
