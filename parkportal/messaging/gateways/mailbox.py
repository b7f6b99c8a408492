"""The gateway of a portal without a provider: messages are rows that staff read on the page 短信箱."""

from datetime import datetime

from parkportal.messaging.gateways.base import Answer, Receipt
from parkportal.messaging.models import MailboxMessage
from parkportal.privacy import lookup_hash


class MailboxGateway:
    """Takes each reference once."""

    def __init__(self, channel: str = "sms") -> None:
        self.channel = channel

    def send(self, out_id: str, phone: str, text: str, template: str, params: dict[str, str]) -> Receipt:
        kind = "email" if self.channel == "email" else "phone"
        mail, _ = MailboxMessage.objects.get_or_create(
            out_id=out_id,
            defaults={
                "channel": self.channel,
                "address": phone,
                "recipient_hash": lookup_hash(phone, kind=kind),
                "text": text,
            },
        )
        return Receipt(provider_id=f"mailbox-{mail.pk}", delivered=True)

    def find(self, out_id: str, *, phone: str, tried_at: datetime) -> Answer:
        mail = MailboxMessage.objects.filter(out_id=out_id).first()
        return Answer(Receipt(provider_id=f"mailbox-{mail.pk}", delivered=True) if mail else None, sure=True)
