"""What laboratories write for a result beyond the words that always hold: a dictionary that staff edit (decision 97)."""

from parkportal.records import terms
from parkportal.records.terms import Rule
from parkportal.workbooks.cells import word_key
from testing.intake import RESULT_CODES
from testing.models import ResultValue

KIND = "result_word"
LABEL_OF = dict(ResultValue.choices)
RULES = (Rule("value", "是什么结果", "choice", tuple(ResultValue.choices)),)
TERMS = (
    {"code": "hs_negative", "label": "核酸阴性", "settings": {"value": ResultValue.NEGATIVE.value}},
    {"code": "hs_positive", "label": "核酸阳性", "settings": {"value": ResultValue.POSITIVE.value}},
)


def meanings() -> dict[str, str]:
    """Text → 阴性, 阳性, 可疑 or 无效; a word that nobody has given a meaning, or that is retired, means nothing."""
    values = {term.label: term.settings.get("value") for term in terms.in_use(KIND)}
    return {text: LABEL_OF[value] for text, value in values.items() if value in LABEL_OF}


def codes() -> dict[str, str]:
    """The same with the words that always hold, which win: the key of a word → ResultValue."""
    value_of = {label: value for value, label in ResultValue.choices}
    return {word_key(text): value_of[label] for text, label in meanings().items()} | RESULT_CODES
