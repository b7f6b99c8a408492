"""Which language a public page speaks."""

from django.utils import translation


def speaks_english() -> bool:
    return (translation.get_language() or "").startswith("en")
