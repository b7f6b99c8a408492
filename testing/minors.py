"""Who is under age: signed up by somebody who answers for them."""

from datetime import date

from enterprises.models import DocumentType
from parkportal.clock import park_today

ADULT = 18


def is_minor(document_type: str, number: str) -> bool:
    """Whether a document that carries the birthday says under eighteen; others say nothing."""
    if document_type not in {DocumentType.ID_CARD, DocumentType.HMT_RESIDENCE}:
        return False
    born, today = date(int(number[6:10]), int(number[10:12]), int(number[12:14])), park_today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < ADULT
