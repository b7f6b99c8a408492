"""A 慰问信 on paper: a page for each enterprise, in the manner of the park's other papers."""

from collections.abc import Iterable

from django.conf import settings

from enterprises.models import Greeting, GreetingContact
from parkportal.clock import SHANGHAI
from parkportal.printing.paper_forms import PaperForm, SignatureBox, SignatureBoxes, Statement, forms_pdf


def letters_pdf(greeting: Greeting, contacts: Iterable[GreetingContact]) -> bytes:
    """One letter a page, addressed to the enterprise by its name; the park signs and stamps below."""
    return forms_pdf(greeting.title, [_letter(greeting, contact) for contact in contacts])


def _letter(greeting: Greeting, contact: GreetingContact) -> PaperForm:
    day = greeting.created_at.astimezone(SHANGHAI)
    words = tuple(f"　　{line.strip()}" for line in greeting.body.splitlines() if line.strip())
    signer = SignatureBox(f"{settings.PARK_SHORT_NAME}管理委员会", on=f"{day.year}年{day.month}月{day.day}日")
    return PaperForm(
        title=greeting.title,
        sections=(Statement((f"{contact.enterprise.name}：", *words), size=14), SignatureBoxes((signer,), height=46)),
    )
