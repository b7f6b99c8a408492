"""Dictionary words by kind, read once for each call; seeds stand with the app that owns the kind."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from parkportal.editing import changes, named
from parkportal.idempotency import once
from parkportal.records.audit import last_act, record
from parkportal.records.models import Term

SEEDS: dict[str, list[dict]] = {}
TITLES: dict[str, str] = {
    "sishang": "四上类别",
    "tag": "企业标签",
    "person_flag": "人员标记",
    "org_role": "单位职能",
    "key_post": "必检岗位",
    "exemption": "不受最早复工日限制的类别",
    "test_group": "检测人群",
    "item_kind": "物资类别",
    "tier": "开工分类",
    "key_level": "重点项目级别",
    "exclusion": "不计入应复工",
    "document_kind": "防疫制度和预案",
}


@dataclass(frozen=True)
class Rule:
    """What a dictionary's words say beyond their name: how long, by whom, whether it must be.

    `kind`: number (whole, may stay empty), text, flag, words (several, parted by blanks), or choice with `choices`.
    """

    name: str
    label: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


RULES: dict[str, tuple[Rule, ...]] = {}
FOLLOWS: dict[str, Callable[[], None]] = {}
FORMER = "former"  # names that a word had before, in its settings
COLUMNS = ("code", "label", "report_label", "position", "is_active")  # what the form of a word asks of each
_read: ContextVar[dict[str, list[Term]] | None] = ContextVar("read_words", default=None)


def declare(
    kind: str, *rows: dict, title: str = "", rules: Iterable[Rule] = (), follows: Callable[[], None] | None = None
) -> None:
    """Called in AppConfig.ready(): the words a fresh park starts with. Keys: code, label, report_label, settings.

    `rules` are what staff may say of each word, kept in its settings; `follows` brings what is derived from the words
    up to date in the transaction that changes one.
    """
    RULES[kind] = tuple(rules)
    if follows is not None:
        FOLLOWS[kind] = follows
    if title:
        TITLES[kind] = title
    SEEDS[kind] = [{"report_label": "", "settings": {}, **row, "position": n} for n, row in enumerate(rows, 1)]


def plant() -> int:
    """Write the missing words of every declared dictionary; words that staff changed stay."""
    present = set(Term.objects.values_list("kind", "code"))
    fresh = [
        Term(kind=kind, **row) for kind, rows in SEEDS.items() for row in rows if (kind, row["code"]) not in present
    ]
    Term.objects.bulk_create(fresh)
    return len(fresh)


@contextmanager
def read_once() -> Iterator[None]:
    """While a page is answered or a job runs the dictionaries are read once; a changed word shows on the next."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def rows(kind: str) -> list[Term]:
    """Every word of a dictionary in its order, retired ones included."""
    kept = _read.get()
    if kept is None:
        return list(Term.objects.filter(kind=kind))
    if "all" not in kept:
        kept["all"] = list(Term.objects.all())
    return [term for term in kept["all"] if term.kind == kind]


def in_use(kind: str) -> list[Term]:
    """The words of a dictionary that a form offers."""
    return [term for term in rows(kind) if term.is_active]


def word(kind: str, code: str | None) -> str:
    """The word of a code as staff have it; a code that no dictionary knows (any more) is shown by the seed, or as it is."""
    if not code:
        return ""
    return next((term.label for term in rows(kind) if term.code == code), "") or seed_word(kind, code)


def seed_word(kind: str, code: str) -> str:
    """The word that a fresh park starts with."""
    return next((row["label"] for row in SEEDS.get(kind, ()) if row["code"] == code), code)


def file_word(kind: str, code: str) -> str:
    """What files call a code, whatever staff call it now; a word that staff added is its own."""
    seed = seed_word(kind, code)
    return word(kind, code) if seed == code else seed


def file_words(kind: str) -> dict[str, str]:
    """Every text by which a file may name a word, retired ones and former names included, with the word it means."""
    found = {row["label"]: row["label"] for row in SEEDS.get(kind, ())}
    named = [(term, (term.label, term.report_label)) for term in rows(kind)]
    named += [(term, term.settings.get(FORMER, ())) for term in rows(kind)]
    for term, texts in named:
        for text in filter(None, texts):
            found.setdefault(text, file_word(kind, term.code))
    return found


def codes_by_file_word(kind: str) -> dict[str, str]:
    """The code behind each word of a file."""
    seeds = {row["label"]: row["code"] for row in SEEDS.get(kind, ())}
    return {file_word(kind, term.code): term.code for term in rows(kind)} | seeds


def printed(kind: str, code: str) -> str:
    """The word that reports use where it is another one; else nothing."""
    return next((term.report_label for term in rows(kind) if term.code == code), "")


def labels(kind: str) -> dict[str, str]:
    """code → label of a dictionary, in its order, retired words included."""
    return {term.code: term.label for term in rows(kind)}


def choices(kind: str) -> list[tuple[str, str]]:
    """Pairs for a form: only words in use; a park whose dictionaries were never planted gets the seed's."""
    found = [(term.code, term.label) for term in in_use(kind)]
    return found or [(row["code"], row["label"]) for row in SEEDS.get(kind, ())]


def rules_of(kind: str) -> dict[str, dict[str, Any]]:
    """code → what staff say of the word beyond its name, in the dictionary's order, retired words included."""
    return {term.code: term.settings for term in rows(kind)} or {
        row["code"]: row["settings"] for row in SEEDS.get(kind, ())
    }


def title_of(kind: str) -> str:
    """How staff call the dictionary."""
    return TITLES.get(kind, kind)


def save_word(term: Term, *, by: Any, seen: str, chosen: Callable[[dict[str, Any]], dict[str, Any]]) -> Term:
    """A word that staff added or changed, written down with what it was; `term` holds what was typed.

    `seen` is the mark of `facts_of` that the page was drawn from, `chosen` narrows to what its author chose after a
    conflict. The token of a new word, sent again, answers the first one. Raises EditConflict.
    """
    is_new = term.pk is None

    def save() -> Term:
        before = {} if is_new else facts_of(Term.objects.select_for_update().get(pk=term.pk))
        typed = facts_of(term)
        if not is_new:
            touched = partial(last_act, term)
            wanted = chosen(typed)
            changed = changes(seen=seen, current=before, typed=wanted, spoken=spoken_fact, touched=touched)
            _put_facts(term, {**before, **changed})
            _keep_the_former_name(term, before["label"])
        term.save()
        after = facts_of(term)
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        if is_new or changed:
            was = {name: before[name] for name in changed if name in before}
            record("term.added" if is_new else "term.changed", by=by, subject=term, before=was, after=changed)
            if term.kind in FOLLOWS:
                FOLLOWS[term.kind]()
        return term

    return once(Term, term.token if is_new else None, save)[0]


def spoken_fact(name: str, value: Any) -> tuple[str, str]:
    """A fact of a word as people read it."""
    label = named(Term, name).verbose_name if name in COLUMNS else name
    if isinstance(value, bool):
        return str(label), "是" if value else "否"
    return str(label), " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _put_facts(term: Term, facts: dict[str, Any]) -> None:
    for name in COLUMNS:
        setattr(term, name, facts[name])
    rules = {rule.name: facts[rule.label] for rule in RULES.get(term.kind, ())}
    others = {name: value for name, value in term.settings.items() if name not in rules}
    term.settings = others | {name: value for name, value in rules.items() if value not in (None, "", [])}


def _keep_the_former_name(term: Term, was: str) -> None:
    """Lists that were sent before a word was renamed still say the old one."""
    if was != term.label:
        former = [name for name in term.settings.get(FORMER, ()) if name not in (was, term.label)]
        term.settings = {**term.settings, FORMER: [*former, was]}


def facts_of(term: Term) -> dict[str, Any]:
    """A word as its form asks it: its columns, and its rules by their labels."""
    rules = {rule.label: term.settings.get(rule.name) for rule in RULES.get(term.kind, ())}
    return {**{name: getattr(term, name) for name in COLUMNS}, **rules}
