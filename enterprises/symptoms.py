"""Complaints (handbook §3): files, rosters and sign-ups keep the word of the file; people read the dictionary's of today."""

from collections.abc import Iterable

from django.utils.translation import get_language

from parkportal.records import terms

KIND = "symptom"


def symptom_choices() -> list[tuple[str, str]]:
    """Pairs for a form: the word that is kept, and how a page in the present language says it."""
    spoken = _spoken()
    return [(terms.file_word(KIND, code), spoken.get(code, label)) for code, label in terms.choices(KIND)]


def symptom_words(kept: Iterable[str]) -> list[str]:
    """Kept words as people read them today; a word that no dictionary has is shown as it was written."""
    meant, codes, spoken = terms.file_words(KIND), terms.codes_by_file_word(KIND), _spoken()
    return [spoken.get(codes.get(meant.get(word, word), ""), word) for word in kept]


def _spoken() -> dict[str, str]:
    labels = dict(terms.choices(KIND)) | terms.labels(KIND)
    if not (get_language() or "").startswith("en"):
        return labels
    english = {code: rules.get("english") for code, rules in terms.rules_of(KIND).items()}
    return {code: english.get(code) or label for code, label in labels.items()}
