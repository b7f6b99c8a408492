"""The way out: one gateway for each channel, chosen by the settings."""

from django.conf import settings

from parkportal.messaging.gateways.aliyun import AliyunGateway
from parkportal.messaging.gateways.base import Answer, Gateway, NotHeard, NotReached, Receipt, RefusedByGateway
from parkportal.messaging.gateways.email import EmailGateway
from parkportal.messaging.gateways.mailbox import MailboxGateway
from parkportal.messaging.models import Message

__all__ = ["Answer", "Gateway", "NotHeard", "NotReached", "Receipt", "RefusedByGateway", "gateway_for"]


def gateway_for(message: Message) -> Gateway:
    """The gateway that carries this message now."""
    if settings.SMS_GATEWAY == "mailbox":
        return MailboxGateway(message.channel)
    if message.channel == Message.Channel.EMAIL:
        return EmailGateway(subject=message.purpose_title)
    return AliyunGateway()
