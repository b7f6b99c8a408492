"""Which rows of the register may be one unit: the same code, a name that sounds the same, the same phone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Q

from enterprises.models import Enterprise
from enterprises.pinyin import name_core
from parkportal.privacy import lookup_hash

REASONS = {"code": "信用代码相同", "name": "名称很像", "phone": "手机相同"}
# One letter more, less or other counts as alike (an/ang, a slip) only where the name is long enough to tell.
LONG_ENOUGH = 12
# A phone that stands with more units than this is an agent's: it says nothing about the units.
SHARED_BY_AN_AGENT = 4


@dataclass(frozen=True)
class LookAlike:
    """A row of the register, and why it may be the same unit."""

    unit: Enterprise
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        return "、".join(REASONS[reason] for reason in self.reasons)


def look_alikes(
    *, name: str, phones: Iterable[str] = (), code: str = "", besides: int | None = None, limit: int = 10
) -> list[LookAlike]:
    """Rows that look like a unit that is being entered; `besides` is its own key when it stands there already."""
    core = name_core(name)
    hashes = {lookup_hash(phone, kind="phone") for phone in phones if phone}
    rows = Enterprise.objects.current().exclude(pk=besides)
    cores = rows.order_by().values_list("pk", "name_core")
    near = {pk for pk, other in cores if are_alike(core, other)}
    found = rows.filter(
        Q(pk__in=near)
        | Q(liaison_phone_hash__in=hashes)
        | Q(principal_phone_hash__in=hashes)
        | Q(credit_code=code or None, credit_code__isnull=False)
    )
    alike = []
    for unit in found.select_related("squad")[:limit]:
        same_phone = hashes & {unit.liaison_phone_hash, unit.principal_phone_hash}
        said = (("code", bool(code) and unit.credit_code == code), ("name", unit.pk in near), ("phone", same_phone))
        alike.append(LookAlike(unit, tuple(reason for reason, holds in said if holds)))
    return alike


def are_alike(core: str, other: str) -> bool:
    """The same sound, or one letter apart in a long name."""
    if not core or not other:
        return False
    if core == other:
        return True
    if min(len(core), len(other)) < LONG_ENOUGH or abs(len(core) - len(other)) > 1:
        return False
    shorter, longer = sorted((core, other), key=len)
    at = next((n for n, letter in enumerate(shorter) if letter != longer[n]), len(shorter))
    return shorter[at + (len(shorter) == len(longer)) :] == longer[at + 1 :]


def pairs_in(rows: Iterable[Sequence]) -> dict[tuple[int, int], set[str]]:
    """All pairs among rows of (pk, core, phone hash, phone hash), the older first, with their reasons.

    Names are compared through the forms that they have with one letter left out, so the work grows with the rows and
    not with their square.
    """
    by_core: dict[str, set[int]] = defaultdict(set)
    by_phone: dict[str, set[int]] = defaultdict(set)
    for pk, core, *hashes in rows:
        if core:
            by_core[core].add(pk)
        for digest in hashes:
            if digest:
                by_phone[digest].add(pk)
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for one, other in _near_cores(by_core):
        for first in by_core[one]:
            for second in by_core[other]:
                found[(min(first, second), max(first, second))].add("name")
    for keys in by_core.values():
        for pair in combinations(sorted(keys), 2):
            found[pair].add("name")
    for keys in by_phone.values():
        if len(keys) <= SHARED_BY_AN_AGENT:
            for pair in combinations(sorted(keys), 2):
                found[pair].add("phone")
    return found


def _near_cores(cores: Iterable[str]) -> Iterator[tuple[str, str]]:
    buckets: dict[str, set[str]] = defaultdict(set)
    for core in cores:
        if len(core) >= LONG_ENOUGH:
            for form in {core, *(core[:n] + core[n + 1 :] for n in range(len(core)))}:
                buckets[form].add(core)
    seen = set()
    for bucket in buckets.values():
        for pair in combinations(sorted(bucket), 2):
            if pair not in seen and are_alike(*pair):
                seen.add(pair)
                yield pair
