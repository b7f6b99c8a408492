"""Two rows that are one unit become one: what can go over goes, what is history stays and is read with it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from enterprises.actions.boards import outdate_board
from enterprises.actions.registering import set_search_keys
from enterprises.merging import Relation, brings_status, relations, value_of
from enterprises.models import Doubt, Enterprise, Merge, ResumptionMove
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.privacy import lookup_hash
from parkportal.records.audit import record
from parkportal.states import Refused

STATUS = ("status", "planned_on", "resumed_on")
ON_THE_BOARD = ("principal_name", "liaison_name")
HASHED = {"principal_phone": "principal_phone_hash", "liaison_phone": "liaison_phone_hash"}


def merge_enterprises(
    *, kept: Enterprise, gone: Enterprise, take: Collection[str] = (), by: Any, token: UUID | None = None
) -> Merge:
    """`gone` becomes part of `kept`, with what was merged into it: its rows go over where no constraint and no history forbids it, `take` names the
    fields whose value is taken from it, its tags are added, and so is its resumption status when it is further on. A
    board that names a principal or liaison who is replaced is outdated.

    The same token again gives the first merge. Raises Refused `same_row`, `merged_already`, `two_kinds`, and
    ValidationError where the result would break a constraint.
    """

    def create() -> Merge:
        ours, theirs = _locked(kept.pk, gone.pk)
        if ours.merged_into_id or theirs.merged_into_id:
            raise Refused("merged_already", "其中一家刚刚已经并入别的企业，请回到列表再看。")
        if ours.kind != theirs.kind:
            raise Refused("two_kinds", "企业和工地不能合并，请先把类型改对。")
        moved = {relation.key: keys for relation in relations() if (keys := _move(relation, theirs.pk, ours.pk))}
        theirs.merged_into = ours
        theirs.save(update_fields=["merged_into"])
        gone_names = [value_of(ours, name) for name in take if name in ON_THE_BOARD]
        values = _take(ours, theirs, list(take), by=by)
        values |= _take_status(ours, theirs, by=by)
        outdate_board(enterprise=ours, gone=gone_names, by=by)
        merge = Merge.objects.create(kept=ours, gone=theirs, moved=moved, values=values, made_by=by, token=token)
        now = park_now()
        pair = Doubt.objects.filter(Q(first=ours, second=theirs) | Q(first=theirs, second=ours))
        pair.update(status=Doubt.Status.MERGED, decided_at=now, decided_by=by)
        counts = {key: len(keys) for key, keys in moved.items()}
        record("enterprise.merged", by=by, subject=ours, after={"并入": theirs.name, "移过去": counts})
        return merge

    if kept.pk == gone.pk:
        raise Refused("same_row", "请选两家不同的企业。")
    with transaction.atomic():
        return once(Merge, token, create)[0]


def _locked(*keys: int) -> list[Enterprise]:
    """Both rows, locked in the order of their keys, given back in the order asked for."""
    rows = {row.pk: row for row in Enterprise.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [rows[key] for key in keys]


def _move(relation: Relation, source: int, target: int) -> list[int]:
    """Point the rows to the kept unit, all at once or, where one clashes with what it has already, one by one."""
    if relation.stays:
        return []
    column = f"{relation.column.name}_id"
    rows = relation.model._default_manager.filter(**{column: source})
    keys = list(rows.values_list("pk", flat=True))
    if keys and _point(relation, keys, target):
        return keys
    return [key for key in keys if _point(relation, [key], target)]


def _point(relation: Relation, keys: list[int], target: int) -> bool:
    try:
        with transaction.atomic():
            rows = relation.model._default_manager.filter(pk__in=keys)
            rows.update(**{f"{relation.column.name}_id": target})
    except IntegrityError:
        return False
    return True


def _take(kept: Enterprise, gone: Enterprise, names: list[str], *, by: Any) -> dict[str, list[Any]]:
    """Write the chosen values; what stood there before is kept for the undoing."""
    values = {name: [value_of(kept, name), value_of(gone, name)] for name in names}
    added = [tag.pk for tag in gone.tags.all() if tag not in kept.tags.all()]
    kept.tags.add(*added)
    if added:
        values["tags"] = [[], added]
    _write(kept, {name: after for name, (_, after) in values.items() if name != "tags"}, by=by)
    return values


def _take_status(kept: Enterprise, gone: Enterprise, *, by: Any) -> dict[str, list[Any]]:
    """The status of the row that goes, where it is further on: a move from the day on which it held, not before the last one."""
    if not brings_status(kept, gone):
        return {}
    since = gone.moves.order_by("-effective_at", "-id").values_list("effective_at", flat=True).first()
    last = kept.moves.order_by("-effective_at", "-id").values_list("effective_at", flat=True).first()
    effective_at = max(filter(None, (since, last)), default=park_now())
    before = {name: value_of(kept, name) for name in STATUS}
    after = {name: value_of(gone, name) or before[name] for name in STATUS}
    _set_status(kept, after, by=by, effective_at=effective_at, reason="并入的单位带来")
    return {"status": [_plain(before), _plain(after)]}


def _set_status(enterprise: Enterprise, values: Mapping[str, Any], *, by: Any, effective_at: Any, reason: str) -> None:
    ResumptionMove.objects.create(
        subject=enterprise,
        from_status=enterprise.status,
        to_status=values["status"],
        effective_at=effective_at,
        by=by,
        reason=reason,
    )
    for name, value in values.items():
        setattr(enterprise, name, value)
    enterprise.save(update_fields=list(values))


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in values.items()}


def _write(enterprise: Enterprise, values: dict[str, Any], *, by: Any) -> None:
    for name, value in values.items():
        setattr(enterprise, Enterprise._meta.get_field(name).attname, value)  # type: ignore[union-attr]
        if name in HASHED:
            setattr(enterprise, HASHED[name], lookup_hash(value, kind="phone") if value else "")
    set_search_keys(enterprise)
    enterprise.version += 1
    enterprise.changed_at, enterprise.changed_by = park_now(), by
    enterprise.validate_constraints()
    enterprise.save()


def undo_merge(*, merge: Merge, by: Any) -> Merge:
    """Within a day: the rows that went over go back, and so do values that nobody has changed since.

    Raises Refused `too_late`, `undone_already`, `merged_since`, `cannot_undo` when the two can no longer stand side by side.
    """
    with transaction.atomic():
        locked = Merge.objects.select_for_update().get(pk=merge.pk)
        if locked.undone_at is not None:
            raise Refused("undone_already", "这次合并已经撤销了。")
        if not locked.can_undo:
            raise Refused("too_late", "合并超过一天，不能撤销了；请逐项改资料。")
        kept, gone = _locked(locked.kept_id, locked.gone_id)
        if gone.merged_into_id != kept.pk:
            raise Refused("merged_since", f"{kept.name}后来又并入了别的单位，请先撤销那一次。")
        _give_back(locked, kept, by=by)
        gone.merged_into = None
        try:
            gone.validate_constraints()
        except ValidationError as clash:
            raise Refused("cannot_undo", f"撤销不了：{''.join(clash.messages)}") from clash
        gone.save(update_fields=["merged_into"])
        Enterprise.objects.filter(pk=gone.pk).update(version=F("version") + 1)
        _move_back(locked, kept.pk, gone.pk)
        locked.undone_at, locked.undone_by = park_now(), by
        locked.save(update_fields=["undone_at", "undone_by"])
        pair = Doubt.objects.filter(Q(first=kept, second=gone) | Q(first=gone, second=kept))
        pair.update(status=Doubt.Status.OPEN, decided_at=None, decided_by=None)
        record("enterprise.merge_undone", by=by, subject=kept, after={"分出": gone.name})
    return locked


def _give_back(merge: Merge, kept: Enterprise, *, by: Any) -> None:
    values = dict(merge.values)
    if tags := values.pop("tags", None):
        kept.tags.remove(*tags[1])
    if status := values.pop("status", None):
        _give_status_back(kept, *status, by=by)
    untouched = {name: before for name, (before, after) in values.items() if value_of(kept, name) == after}
    _write(kept, untouched, by=by)


def _give_status_back(kept: Enterprise, before: dict[str, str], after: dict[str, str], *, by: Any) -> None:
    """By a move of its own, unless somebody has moved the status since."""
    if _plain({name: value_of(kept, name) for name in STATUS}) != after:
        return
    days = {name: date.fromisoformat(before[name]) if before[name] else None for name in STATUS[1:]}
    _set_status(kept, {"status": before["status"], **days}, by=by, effective_at=park_now(), reason="撤销合并")


def _move_back(merge: Merge, kept: int, gone: int) -> None:
    """Only rows that still stand with the kept unit; what was handed on since stays where it is."""
    for relation in relations():
        column = f"{relation.column.name}_id"
        keys = merge.moved.get(relation.key, [])
        still = relation.model._default_manager.filter(pk__in=keys, **{column: kept})
        for key in list(still.values_list("pk", flat=True)):
            _point(relation, [key], gone)
