"""A 慰问信 on paper: a page for each enterprise, in the manner of the park's other papers."""

from collections.abc import Callable, Iterable, Iterator

from django.conf import settings

from enterprises.models import Greeting, GreetingContact
from parkportal.clock import SHANGHAI
from parkportal.printing.paper_forms import PaperForm, SignatureBox, SignatureBoxes, Statement, forms_pdf


def letters_pdf(
    greeting: Greeting, contacts: Iterable[GreetingContact], *, tick: Callable[[int], None] = lambda number: None
) -> bytes:
    """One letter a page, addressed to the enterprise by its name; the park signs and stamps below.

    `tick` hears the number of each letter before it is laid out.
    """

    def letters() -> Iterator[PaperForm]:
        for number, contact in enumerate(contacts):
            tick(number)
            yield _letter(greeting, contact)

    return forms_pdf(greeting.title, letters())


def _letter(greeting: Greeting, contact: GreetingContact) -> PaperForm:
    day = greeting.created_at.astimezone(SHANGHAI)
    words = tuple(f"　　{line.strip()}" for line in greeting.body.splitlines() if line.strip())
    signer = SignatureBox(f"{settings.PARK_SHORT_NAME}管理委员会", on=f"{day.year}年{day.month}月{day.day}日")
    return PaperForm(
        title=greeting.title,
        sections=(Statement((f"{contact.enterprise.name}：", *words), size=14), SignatureBoxes((signer,), height=46)),
    )
