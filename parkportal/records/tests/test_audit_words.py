"""The audit page speaks the staff's language: every act and every fact that the code writes down has its words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from parkportal.records import audit_words

ROOT = Path(__file__).resolve().parents[3]


def written() -> Iterator[tuple[str, set[str]]]:
    """Every call of `record(…)` in the portal: its act, and the names of its facts as far as they are spelled out."""
    for path in ROOT.glob("[a-z]*/**/*.py"):
        if "tests" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(call, "func", None)
            if "record" not in (getattr(called, "id", ""), getattr(called, "attr", "")):
                continue
            if call.args and isinstance(call.args[0], ast.Constant):
                facts = [word.value for word in call.keywords if word.arg in {"before", "after"}]
                keys = [key for fact in facts if isinstance(fact, ast.Dict) for key in fact.keys]
                yield call.args[0].value, {key.value for key in keys if isinstance(key, ast.Constant)}


def test_every_act_and_every_fact_has_its_words():
    acts, facts = {act for act, _ in written()}, {fact for _, facts in written() for fact in facts}
    assert len(acts) > 60, "the calls are found"
    assert sorted(act for act in acts if audit_words.action_words(act) == act) == []
    assert sorted(fact for fact in facts if fact.isascii() and fact not in audit_words.NAMES) == []
