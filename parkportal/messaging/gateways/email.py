"""E-mail through Django's mail backend. A mail server cannot be asked later: an answer not heard waits for a person."""

import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMessage

from parkportal.messaging.gateways.base import Answer, NotHeard, NotReached, Receipt, RefusedByGateway


class EmailGateway:
    def __init__(self, subject: str) -> None:
        self.subject = subject

    def send(self, out_id: str, phone: str, text: str, template: str, params: dict[str, str]) -> Receipt:
        mail = EmailMessage(self.subject, text, to=[phone], headers={"Message-ID": f"<{out_id}@portal>"})
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as exc:
            raise RefusedByGateway("邮箱地址被拒收") from exc
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as exc:
            raise RefusedByGateway("邮件服务器拒收", again_after=timedelta(minutes=10)) from exc
        except (ConnectionRefusedError, smtplib.SMTPConnectError) as exc:
            raise NotReached from exc
        except (OSError, smtplib.SMTPException) as exc:
            raise NotHeard from exc
        return Receipt(provider_id=out_id)

    def find(self, out_id: str, *, phone: str, tried_at: datetime) -> Answer:
        return Answer(None, sure=False)
