"""Entering an enterprise or a site into the register, and correcting what stands there."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.actions.boards import outdate_board
from enterprises.models import Enterprise, ResumptionMove, ResumptionStatus, SishangListing
from enterprises.pinyin import name_core, search_text, unit_key
from enterprises.tiers import derived_tier
from parkportal.clock import at, park_now, park_today
from parkportal.editing import EditConflict, conflict_rows, named
from parkportal.idempotency import once
from parkportal.privacy import mask_name, mask_phone
from parkportal.records import terms
from parkportal.records.audit import record
from parkportal.records.models import Term

PLAIN_FIELDS = (
    "kind", "name", "short_name", "credit_code", "credit_code_reason", "address", "building", "floor", "industry",
    "sishang_kind", "exemption", "tier_reason", "key_level", "headcount", "builder", "developer", "has_canteen",
    "has_dormitory", "squad", "planned_on", "exclusion", "legal_name", "manager_name", "manager_phone", "workers",
)  # fmt: skip
PERSON_FIELDS = ("principal_name", "principal_phone", "liaison_name", "liaison_phone")
HIDDEN_FIELDS = (*PERSON_FIELDS, "legal_name", "manager_name", "manager_phone")
TERM_FIELDS = ("tags", "org_roles")
DICTIONARIES = {
    "sishang_kind": "sishang",
    "tier": "tier",
    "key_level": "key_level",
    "exclusion": "exclusion",
    "exemption": "exemption",
}


def register_enterprise(
    *,
    data: Mapping[str, Any],
    by: Any,
    token: UUID | None = None,
    on: date | None = None,
    sishang_from: date | None = None,
) -> tuple[Enterprise, bool]:
    """A new row of the register, and whether it is new: the same token again gives the first row.

    `data` holds cleaned fields by their names, `tags` and `org_roles` as terms, `tier` only when set by hand;
    a status other than 未复工 is written as a move of that day; `sishang_from` is the day from which the 四上 kind holds
    (the first of the year when nobody says). Raises ValidationError for what the constraints refuse.
    """

    def create() -> Enterprise:
        enterprise = Enterprise(token=token, changed_by=by)
        _apply(enterprise, data)
        status, day = data.get("status") or ResumptionStatus.NOT_RESUMED, data.get("resumed_on")
        enterprise.status = status
        enterprise.resumed_on = day if status == ResumptionStatus.RESUMED else None
        enterprise.validate_constraints()
        enterprise.save()
        _set_terms(enterprise, data)
        _list_sishang(enterprise, since=sishang_from or date((on or park_today()).year, 1, 1))
        if status != ResumptionStatus.NOT_RESUMED:
            effective_at = at(day or on or park_today())
            ResumptionMove.objects.create(subject=enterprise, to_status=status, effective_at=effective_at, by=by)
        record("enterprise.registered", by=by, subject=enterprise, after=masked_values(enterprise, data))
        return enterprise

    with transaction.atomic():
        return once(Enterprise, token, create)


def correct_enterprise(
    *,
    enterprise: Enterprise,
    data: Mapping[str, Any],
    version: int,
    by: Any,
    reason: str = "",
    sishang_from: date | None = None,
) -> Enterprise:
    """Change the fields in `data`; `version` is the one the form was drawn from, `sishang_from` the day of the 四上 kind.

    Raises EditConflict when somebody saved in between and a value differs, ValidationError for the constraints.
    """
    with transaction.atomic():
        current = Enterprise.objects.select_for_update().get(pk=enterprise.pk)
        current = (
            Enterprise.objects.select_related("changed_by", "squad")
            .prefetch_related("tags", "org_roles")
            .get(pk=current.pk)
        )
        changed = {name: value for name, value in data.items() if _present(current, name) != _comparable(value)}
        if current.version != version and changed:
            raise _conflict(current, data)
        redated = sishang_from is not None and sishang_from != current.sishang_since()
        if not changed and not redated:
            return current
        before = masked_values(current, changed)
        sishang_before = current.sishang_kind
        _write(current, changed, by=by)
        if current.sishang_kind != sishang_before or redated:
            _list_sishang(current, since=sishang_from or park_today())
        after = masked_values(current, changed)
        record("enterprise.corrected", by=by, subject=current, before=before, after=after, reason=reason)
    return current


def _write(current: Enterprise, changed: Mapping[str, Any], *, by: Any) -> None:
    """The changed fields and what hangs on them: tier, dictionary terms, and the board that names who has left."""
    gone = [getattr(current, name) for name in ("principal_name", "liaison_name") if name in changed]
    _apply(current, changed)
    current.version += 1
    current.changed_at, current.changed_by = park_now(), by
    _set_terms(current, changed)
    _retier(current, changed)
    current.validate_constraints()
    current.save()
    outdate_board(enterprise=current, gone=gone, by=by)


def _conflict(current: Enterprise, data: Mapping[str, Any]) -> EditConflict:
    def speak(name: str, value: Any) -> tuple[str, str]:
        return str(named(Enterprise, name).verbose_name), spoken(current, name, value)

    there = {name: _present(current, name) for name in data}
    rows = conflict_rows(there, {name: _comparable(value) for name, value in data.items()}, speak)
    touched = str(current.changed_by or "系统"), current.changed_at
    return EditConflict(rows, touched=touched, again={"version": str(current.version)})


def spoken(enterprise: Enterprise, name: str, value: Any) -> str:
    """A value of a field in the words of the page."""
    if value in (None, "", ()):
        return ""
    field = named(Enterprise, name)
    if name in TERM_FIELDS:
        return "、".join(Term.objects.filter(pk__in=value).values_list("label", flat=True))
    if field.related_model is not None:
        return str(field.related_model._default_manager.filter(pk=value).first() or "")
    if isinstance(value, bool):
        return "有" if value else "没有"
    if name in DICTIONARIES:
        return terms.word(DICTIONARIES[name], value)
    return str(dict(field.flatchoices).get(value, value))


def masked_values(enterprise: Enterprise, names: Iterable[str]) -> dict[str, Any]:
    """What the audit keeps of the named fields: names and phones masked."""
    values: dict[str, Any] = {}
    for name in names:
        if not hasattr(enterprise, name):
            continue
        value = spoken(enterprise, name, _present(enterprise, name))
        if name.endswith("_phone"):
            value = mask_phone(value)
        elif name in HIDDEN_FIELDS:
            value = mask_name(value)
        values[name] = value
    return values


def _comparable(value: Any) -> Any:
    if hasattr(value, "pk"):
        return value.pk
    if isinstance(value, list | tuple | set) or hasattr(value, "values_list"):
        return tuple(sorted(term.pk for term in value))
    return "" if value is None else value


def _present(enterprise: Enterprise, name: str) -> Any:
    if name in TERM_FIELDS:
        return _comparable(getattr(enterprise, name).all()) if enterprise.pk else ()
    return _comparable(getattr(enterprise, name))


def _apply(enterprise: Enterprise, data: Mapping[str, Any]) -> None:
    """Write plain fields, the two persons with their look-up hashes, and what the search needs."""
    for name in PLAIN_FIELDS:
        if name in data:
            setattr(enterprise, name, data[name])
    people = {name: data.get(name, getattr(enterprise, name)) or "" for name in PERSON_FIELDS}
    enterprise.set_principal(people["principal_name"], people["principal_phone"])
    enterprise.set_liaison(people["liaison_name"], people["liaison_phone"])
    enterprise.credit_code = enterprise.credit_code or None
    enterprise.sishang_kind = enterprise.sishang_kind or None
    if not enterprise.pk:
        tag_codes = [term.code for term in data.get("tags") or ()]
        derived = derived_tier(tag_codes=tag_codes, key_level=enterprise.key_level, exemption=enterprise.exemption)
        enterprise.tier = data.get("tier") or derived
    elif data.get("tier"):
        enterprise.tier = data["tier"]
    set_search_keys(enterprise)


def set_search_keys(enterprise: Enterprise) -> None:
    """`pinyin_key` for the order, `search_text` for the search (name, short name, initials, credit code), `name_core` for doubles."""
    enterprise.pinyin_key = unit_key(enterprise.name)
    enterprise.name_core = name_core(enterprise.name)
    enterprise.search_text = search_text(
        name=enterprise.name, short_name=enterprise.short_name, code=enterprise.credit_code or ""
    )


def _set_terms(enterprise: Enterprise, data: Mapping[str, Any]) -> None:
    for name in TERM_FIELDS:
        if name in data:
            getattr(enterprise, name).set(data[name])


def _retier(enterprise: Enterprise, changed: Mapping[str, Any]) -> None:
    """A tier that no hand has set follows its tags; one set by hand keeps its reason."""
    if "tier" in changed or enterprise.tier_reason:
        return
    tag_codes = enterprise.tags.values_list("code", flat=True)
    enterprise.tier = derived_tier(tag_codes=tag_codes, key_level=enterprise.key_level, exemption=enterprise.exemption)


def _list_sishang(enterprise: Enterprise, *, since: date) -> None:
    if enterprise.sishang_kind or enterprise.sishang_listings.exists():
        SishangListing.objects.create(enterprise=enterprise, kind=enterprise.sishang_kind, valid_from=since)
