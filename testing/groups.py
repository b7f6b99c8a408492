"""Who is tested by which rule (handbook §3). A notice can change the words: they stand in the dictionary `test_group`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from parkportal.records.models import Term
from parkportal.records.terms import Rule
from testing.models import Group, Mode

DOOR_GROUPS = frozenset({Group.A1, Group.A2, Group.A3})
# Diluting several swabs into one tube is for screening, not for key groups or patients (handbook §3).
POOL_EXCLUDED = frozenset({*DOOR_GROUPS, Group.B2})
# One person may fit several; the first that fits counts: any A before B, and ★ before the firm's kind.
STRENGTH = (Group.A1, Group.A2, Group.A3, Group.B2, Group.B1, Group.B5, Group.B3, Group.B4, Group.C)
REQUIRED = tuple(group for group in STRENGTH if group != Group.C)

TERMS: tuple[dict[str, Any], ...] = tuple(
    {
        "code": group.value,
        "label": group.label,
        "settings": {
            "mode": "door" if group in DOOR_GROUPS else "point",
            "duty": "must" if group in DOOR_GROUPS else "may" if group == Group.C else "should",
        },
    }
    for group in Group
)


DUTIES = {"must": "必须检", "should": "原则上检", "may": "自愿"}
RULES = (Rule("duty", "要不要检", "choice", tuple(DUTIES.items())),)


def group_rules() -> dict[str, dict[str, str]]:
    """code → label, mode and duty as the dictionary has them now, the strongest group first.

    A notice can change label and duty; that A is sampled at the door is no word of a dictionary (handbook §3).
    """
    seeds = {term["code"]: term for term in TERMS}
    kept = {term.code: term for term in Term.objects.filter(kind="test_group", is_active=True)}
    rules = {}
    for group in STRENGTH:
        seed, term = seeds[group.value], kept.get(group.value)
        duty = (term.settings.get("duty") if term else None) or seed["settings"]["duty"]
        label = term.label if term else seed["label"]
        rules[group.value] = {"label": label, "mode": seed["settings"]["mode"], "duty": duty}
    return rules


def group_choices() -> list[tuple[str, str]]:
    """Pairs for the campaign's form: the group with what is asked of it."""
    return [(code, f"{rule['label']}：{DUTIES[rule['duty']]}") for code, rule in group_rules().items()]


@dataclass(frozen=True)
class Facts:
    """What decides the group: flags in force on the person, what was declared, and what the employer is.

    `flags` are codes of the dictionary person_flag: three_classes, wuhan_contact, observation, out_of_province.
    """

    flags: frozenset[str] = field(default_factory=frozenset)
    symptoms: tuple[str, ...] = ()
    had_contact: bool = False
    from_hubei: bool = False
    from_outside: bool = False
    is_key_post: bool = False
    is_key_project: bool = False
    is_sishang: bool = False


def groups_of(facts: Facts) -> list[Group]:
    """Every group that fits, the strongest first; never empty."""
    fits = {
        Group.A1: "three_classes" in facts.flags,
        Group.A2: "wuhan_contact" in facts.flags or facts.had_contact,
        Group.A3: bool(facts.symptoms),
        Group.B2: "observation" in facts.flags or facts.from_hubei,
        Group.B1: "out_of_province" in facts.flags or facts.from_outside,
        Group.B5: facts.is_key_post,
        Group.B3: facts.is_key_project,
        Group.B4: facts.is_sishang,
        Group.C: True,
    }
    return [group for group in STRENGTH if fits[group]]


def group_of(facts: Facts) -> Group:
    """The group that counts."""
    return groups_of(facts)[0]


def mode_of(group: str) -> Mode:
    """A is sampled at the door, never at the walk-in point."""
    return Mode.DOOR if group in DOOR_GROUPS else Mode.POINT


def may_be_pooled(group: str) -> bool:
    """Whether a person of this group may share a tube; A and B2 never do."""
    return group not in POOL_EXCLUDED


def facts_of_employment(employment: Any, flags: Iterable[str]) -> Facts:
    """The facts that a roster holds on a person at work (enterprises.Employment with its enterprise)."""
    journey = employment.journey or {}
    enterprise = employment.enterprise
    return Facts(
        flags=frozenset(flags),
        symptoms=tuple(journey.get("symptoms") or journey.get("症状") or ()),
        had_contact=bool(journey.get("contact") or journey.get("接触史")),
        from_hubei=bool(journey.get("hubei") or journey.get("14日内湖北旅居史")),
        is_key_post=employment.is_key_post,
        is_key_project=enterprise.is_key_project,
        is_sishang=bool(enterprise.sishang_kind),
    )
