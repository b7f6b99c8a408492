"""Who stands on the responsibility board: the duties of handbook §6, what each does, and whom the register knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from enterprises.dictionaries import words_of
from enterprises.models import Enterprise
from parkportal.accounts.models import in_force

LEADER, DAILY, OFFICER, CANTEEN = "leader", "daily", "officer", "canteen"
EXTRA_ROWS = 3
Holder = Mapping[str, str]


@dataclass(frozen=True)
class Duty:
    """One line of the board: its word, what the person does, and whether the board may go without."""

    code: str
    label: str
    content: str
    is_mandatory: bool


def duties_of(enterprise: Enterprise) -> list[Duty]:
    """The lines of this enterprise's board in their order; without a canteen nobody is asked for one."""
    return [
        Duty(term.code, term.label, term.settings.get("content", ""), bool(term.settings.get("must")))
        for term in words_of("board_duty")
        if term.is_active and not (term.code == CANTEEN and enterprise.has_canteen is False)
    ]


def gaps(enterprise: Enterprise, holders: Iterable[Holder], *, mandatory: bool = False) -> list[str]:
    """The duties that nobody holds: all of them, or only those without which no board is made."""
    held = {key for holder in holders if holder.get("name") for key in (holder.get("code"), holder.get("duty"))}
    return [
        duty.label
        for duty in duties_of(enterprise)
        if not {duty.code, duty.label} & held and (duty.is_mandatory or not mandatory)
    ]


def known_names(enterprise: Enterprise) -> dict[str, str]:
    """Whom the register names already: the principal, the liaison, the park officer (else the squad's leader)."""
    assigned = enterprise.supervisors.filter(in_force()).select_related("user").first()
    leader = enterprise.squad.leader if enterprise.squad_id else None  # type: ignore[union-attr]
    officer = assigned.user if assigned else leader
    names = {LEADER: enterprise.principal_name, DAILY: enterprise.liaison_name, OFFICER: str(officer or "")}
    return {code: name for code, name in names.items() if name}


def contents(enterprise: Enterprise) -> dict[str, str]:
    """What each duty does, by its word: for versions that were made before the words were kept with them."""
    return {duty.label: duty.content for duty in duties_of(enterprise)}


def changed_names(holders: Sequence[Holder], gone: Iterable[str]) -> list[str]:
    """The names that stand on a board though their people have gone."""
    left = {name for name in gone if name}
    return sorted({holder["name"] for holder in holders if holder.get("name") in left})
