"""What the way back says about a person: the dated flags that follow from it (handbook §1, §3)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from enterprises.dictionaries import OBSERVATION, OUT_OF_PROVINCE, THREE_CLASSES
from enterprises.models import Person, PersonFlag
from parkportal.clock import park_today

HOME = (
    "湖南", "省内", "本省", "本市", "本地", "长沙", "株洲", "湘潭", "衡阳", "邵阳", "岳阳", "常德", "张家界", "益阳", "郴州",
    "永州", "怀化", "娄底", "湘西",
)  # fmt: skip


def comes_from_outside(origin: str) -> bool:
    """省外: a place is named, and it is not in Hunan."""
    return bool(origin) and not origin.startswith(HOME)


def journey_flags(person: Person, values: Mapping[str, Any], *, source: str, by: Any) -> list[PersonFlag]:
    """省外返长 by where from; 医学观察 after a stay in Hubei; 三类人员 by contact with a case (handbook §1, §3)."""
    came = values.get("返长日期") or park_today()
    flags: list[tuple[str, date, date | None]] = []
    if comes_from_outside(values.get("出发地") or ""):
        flags.append((OUT_OF_PROVINCE, came, came + timedelta(days=14)))
    if values.get("14日内湖北旅居史"):
        flags.append((OBSERVATION, came, came + timedelta(days=14)))
    if values.get("接触史"):
        flags.append((THREE_CLASSES, came, None))
    return [
        PersonFlag(person=person, kind=kind, starts_on=since, ends_on=until, source=source, recorded_by=by)
        for kind, since, until in flags
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
