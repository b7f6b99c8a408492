"""Persons, where they work, and their dated flags."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.dictionaries import words_of
from enterprises.models import Employment, Enterprise, Person, PersonFlag
from enterprises.models.people import number_hash
from enterprises.pinyin import person_key
from parkportal.clock import park_today
from parkportal.records.audit import record
from parkportal.states import Refused


def employ(*, enterprise: Enterprise, data: Mapping[str, Any], by: Any, on: date | None = None) -> Employment:
    """One person of the enterprise's people: the person by document, the employment, both made or brought up to date.

    `data`: name, document_type, number, phone, sex, address, department, post, returned_on, journey. An empty value
    leaves what is known. A person another enterprise has entered keeps name and sex; the desk's check may change them.
    """
    with transaction.atomic():
        digest = number_hash(data["document_type"], data["number"])
        person = (
            Person.objects.select_for_update().filter(document_type=data["document_type"], number_hash=digest).first()
        )
        if person is None:
            person = Person(name=data["name"], pinyin_key=person_key(data["name"]), sex=data.get("sex", ""))
            person.set_document(data["document_type"], data["number"])
        if data.get("phone"):
            person.set_phone(data["phone"])
        person.address = data.get("address") or person.address
        person.save()
        employment, is_new = Employment.objects.get_or_create(
            person=person, enterprise=enterprise, ends_on=None, defaults={"starts_on": on or park_today()}
        )
        for name in ("department", "post", "returned_on"):
            if data.get(name):
                setattr(employment, name, data[name])
        employment.is_key_post = is_key_post(employment.post, key_post_words())
        employment.journey = {**employment.journey, **(data.get("journey") or {})}
        employment.save()
        record(
            "person.employed" if is_new else "person.updated", by=by, subject=enterprise, after={"person": str(person)}
        )
    return employment


def key_post_words() -> list[str]:
    """The words by which a post is known as one of the ★ posts of handbook §3; staff edit them in the dictionary."""
    rules = words_of("key_post").filter(is_active=True).values_list("settings", "label")
    return [word for rule, label in rules for word in rule.get("words", [label])]


def is_key_post(post: str, words: list[str]) -> bool:
    return any(word in post for word in words)


def flag_person(
    *,
    person: Person,
    kind: str,
    starts_on: date,
    by: Any,
    ends_on: date | None = None,
    source: str = "",
    token: UUID | None = None,
) -> PersonFlag:
    """Mark a person from a day. 医学观察 ends by itself after the dictionary's days (14).

    The same mark from the same day is the same mark. Raises Refused `unknown_flag`, `dates`.
    """
    term = words_of("person_flag").filter(code=kind, is_active=True).first()
    if term is None:
        raise Refused("unknown_flag", "没有这种标记。")
    if ends_on is None and term.settings.get("days"):
        ends_on = starts_on + timedelta(days=term.settings["days"])
    if ends_on is not None and ends_on < starts_on:
        raise Refused("dates", "结束日期早于开始日期。", field="ends_on")
    with transaction.atomic():
        flag, is_new = PersonFlag.objects.get_or_create(
            person=person,
            kind=kind,
            starts_on=starts_on,
            defaults={"ends_on": ends_on, "source": source, "recorded_by": by, "token": token},
        )
        if is_new:
            record("person.flagged", by=by, subject=person, after={"kind": term.label, "starts_on": str(starts_on)})
    return flag


def end_flag(*, flag: PersonFlag, on: date, by: Any, reason: str) -> None:
    """The mark holds until a day, with the reason why it ends. Raises Refused `reason_missing`, `dates`."""
    if not reason:
        raise Refused("reason_missing", "请写明结束的原因。")
    if on < flag.starts_on:
        raise Refused("dates", "结束日期早于开始日期。", field="ends_on")
    with transaction.atomic():
        PersonFlag.objects.filter(pk=flag.pk).update(ends_on=on, ended_reason=reason)
        record(
            "person.flag_ended",
            by=by,
            subject=flag.person,
            after={"kind": flag.kind, "ends_on": str(on)},
            reason=reason,
        )


def reveal_person(*, person: Person, enterprise: Enterprise, by: Any, reason: str) -> dict[str, str]:
    """Name, document number and phone in full, against a reason that is written down. Raises Refused `reason_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "请选一个查看的原因。")
    after = {"fields": ["name", "number", "phone"], "enterprise": enterprise.pk}
    record("person.revealed", by=by, subject=person, after=after, reason=reason.strip())
    return {"name": person.name, "number": person.number, "phone": person.phone}
