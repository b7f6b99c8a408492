"""What the ink bar does to many enterprises: written down with how each stood before, and undone within a day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from enterprises.actions.officers import assign_officer, set_officers
from enterprises.actions.squads import assign_squad, leave_squad
from enterprises.actions.tagging import tag_enterprises
from enterprises.models import BulkChange, Enterprise, Squad, SupervisorAssignment
from parkportal.accounts.models import User, in_force
from parkportal.clock import park_now
from parkportal.records.audit import record
from parkportal.records.models import Term
from parkportal.states import Refused

What = BulkChange.What
Before = int | list[int] | None  # a squad, officers, nothing


def change_squads(*, enterprises: Iterable[Enterprise], squad: Squad, by: Any) -> int:
    """Hand enterprises to a squad; how many changed."""
    with transaction.atomic():
        before = _squads(_held(enterprises))
        count = assign_squad(enterprises=enterprises, squad=squad, by=by)
        _note(What.SQUAD, f"{count} 家改到{squad}", before, squad.pk, by=by)
    return count


def change_officers(*, enterprises: Iterable[Enterprise], officer: User, by: Any) -> int:
    """Give enterprises their park officer; how many changed. Raises Refused `wrong_role`."""
    with transaction.atomic():
        before = _officers(_held(enterprises))
        count = assign_officer(enterprises=enterprises, user=officer, by=by)
        _note(What.OFFICER, f"{count} 家由{officer}督导", before, officer.pk, by=by)
    return count


def change_tags(*, enterprises: Iterable[Enterprise], tag: Term, is_added: bool, by: Any) -> int:
    """Add a tag or take it away; how many changed."""
    with transaction.atomic():
        keys = _held(enterprises)
        has = set(Enterprise.objects.filter(pk__in=keys, tags=tag).values_list("pk", flat=True))
        before = dict.fromkeys((key for key in keys if (key in has) != is_added), None)
        count = tag_enterprises(enterprises=enterprises, tag=tag, is_added=is_added, by=by)
        words = f"{count} 家{'加上' if is_added else '去掉'}“{tag}”"
        _note(What.TAG_ADDED if is_added else What.TAG_TAKEN, words, before, tag.pk, by=by)
    return count


def _held(enterprises: Iterable[Enterprise]) -> list[int]:
    """The enterprises' keys, their rows locked: what is written down as "before" is what the change finds."""
    rows = Enterprise.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in enterprises])
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _squads(keys: list[int]) -> dict[int, int | None]:
    return dict(Enterprise.objects.filter(pk__in=keys).values_list("pk", "squad"))


def _officers(keys: list[int]) -> dict[int, list[int]]:
    """Every officer of each; an enterprise may have several."""
    found: dict[int, list[int]] = {key: [] for key in keys}
    rows = SupervisorAssignment.objects.filter(in_force(), enterprise__in=keys).order_by("pk")
    for key, user in rows.values_list("enterprise", "user"):
        found[key].append(user)
    return found


def _note(what: str, words: str, before: Mapping[int, Before], after: int, *, by: Any) -> None:
    changed = {str(key): value for key, value in before.items() if value not in (after, [after])}
    if changed:
        BulkChange.objects.create(what=what, words=words, before=changed, after=after, made_by=by)


def undo_bulk(*, change: BulkChange, by: Any) -> int:
    """Put the enterprises back that nobody has changed since; how many. Officers from before come back as
    many as there were; where none of them is one any more it stays as it is. Raises Refused `undone_already`, `too_late`.
    """
    with transaction.atomic():
        locked = BulkChange.objects.select_for_update().get(pk=change.pk)
        if locked.undone_at is not None:
            raise Refused("undone_already", "这次批量修改已经撤销了。")
        if not BulkChange.objects.can_be_undone().filter(pk=locked.pk).exists():
            raise Refused("too_late", "批量修改超过一天，不能一下撤销了。")
        locked.undone_at = park_now()
        locked.save(update_fields=["undone_at"])
        count = UNDO[locked.what](locked, by)
        record("enterprise.bulk_undone", by=by, after={"撤销": locked.words, "退回": f"{count} 家"})
    return count


def _by_value(before: dict[str, int | None]) -> dict[int | None, list[int]]:
    groups: dict[int | None, list[int]] = defaultdict(list)
    for key, value in before.items():
        groups[value].append(int(key))
    return groups


def _by_officers(before: dict[str, list[int]]) -> dict[tuple[int, ...], list[int]]:
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for key, users in before.items():
        groups[tuple(users)].append(int(key))
    return groups


def _squads_back(change: BulkChange, by: Any) -> int:
    count = 0
    for value, keys in _by_value(change.before).items():
        rows = list(Enterprise.objects.current().filter(pk__in=keys, squad=change.after))
        squad = Squad.objects.filter(pk=value).first()
        count += assign_squad(enterprises=rows, squad=squad, by=by) if squad else leave_squad(enterprises=rows, by=by)
    return count


def _officers_back(change: BulkChange, by: Any) -> int:
    count = 0
    for users, keys in _by_officers(change.before).items():
        officers = [user for user in User.objects.filter(pk__in=users).order_by("pk") if user.has_role("supervisor")]
        if users and not officers:
            continue
        now = SupervisorAssignment.objects.filter(in_force(), user=change.after).values("enterprise")
        rows = list(Enterprise.objects.current().filter(pk__in=keys).filter(pk__in=now))
        count += set_officers(enterprises=rows, users=officers, by=by)
    return count


def _tags_back(change: BulkChange, by: Any) -> int:
    rows = Enterprise.objects.current().filter(pk__in=[int(key) for key in change.before])
    tag = Term.objects.get(pk=change.after)
    return tag_enterprises(enterprises=rows, tag=tag, is_added=change.what == What.TAG_TAKEN, by=by)


UNDO: dict[str, Callable[[BulkChange, Any], int]] = {
    What.SQUAD: _squads_back,
    What.OFFICER: _officers_back,
    What.TAG_ADDED: _tags_back,
    What.TAG_TAKEN: _tags_back,
}
