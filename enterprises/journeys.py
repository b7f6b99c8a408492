"""What the way back says about a person: the dated flags that follow from it (handbook §1, §3)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from enterprises.dictionaries import OBSERVATION, OUT_OF_PROVINCE, THREE_CLASSES
from enterprises.models import Person, PersonFlag
from parkportal.clock import park_today
from parkportal.records import terms

INCUBATION = 14  # days (handbook §1)
HOME = (
    "湖南", "省内", "本省", "本市", "本地", "长沙", "株洲", "湘潭", "衡阳", "邵阳", "岳阳", "常德", "张家界", "益阳", "郴州",
    "永州", "怀化", "娄底", "湘西",
)  # fmt: skip


def comes_from_outside(origin: str) -> bool:
    """省外: a place is named, and it is not in Hunan."""
    return bool(origin) and not origin.startswith(HOME)


def flag_days() -> dict[str, int]:
    """After how many days a mark ends by itself, by its code: what staff say in the dictionary, 14 for the way back."""
    said = {code: rules["days"] for code, rules in terms.rules_of("person_flag").items() if rules.get("days")}
    return {OBSERVATION: INCUBATION, OUT_OF_PROVINCE: INCUBATION, **said}


def journey_flags(
    person: Person, values: Mapping[str, Any], *, lasts: Mapping[str, int], source: str, by: Any
) -> list[PersonFlag]:
    """省外返长 by where from; 医学观察 after a stay in Hubei; 三类人员 by contact with a case (handbook §1, §3).

    `lasts` are `flag_days()`, read once for many rows.
    """
    came = values.get("返长日期") or park_today()
    kinds = {
        OUT_OF_PROVINCE: comes_from_outside(values.get("出发地") or ""),
        OBSERVATION: values.get("14日内湖北旅居史"),
        THREE_CLASSES: values.get("接触史"),
    }
    return [
        PersonFlag(
            person=person,
            kind=kind,
            starts_on=came,
            ends_on=came + timedelta(days=lasts[kind]) if kind in lasts else None,
            source=source,
            recorded_by=by,
        )
        for kind, is_so in kinds.items()
        if is_so
    ]


def without_corrected(flags: Iterable[PersonFlag]) -> list[PersonFlag]:
    """A mark that somebody has corrected is not written again because an old list still says so."""
    flags = list(flags)
    people = {flag.person_id for flag in flags if flag.person_id}
    void = set()
    keys = sorted(people)
    for start in range(0, len(keys), 500):
        rows = PersonFlag.objects.filter(is_void=True, person__in=keys[start : start + 500])
        void |= set(rows.values_list("person", "kind", "starts_on"))
    return [flag for flag in flags if (flag.person_id, flag.kind, flag.starts_on) not in void]
