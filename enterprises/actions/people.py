"""Persons, where they work, and their dated flags."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from enterprises.dictionaries import words_of
from enterprises.journeys import flag_days, journey_flags, without_corrected
from enterprises.models import Employment, Enterprise, Person, PersonFlag
from enterprises.models.people import number_hash
from enterprises.pinyin import person_key
from parkportal.clock import park_today
from parkportal.editing import Spoken, Touched, changes, clock_words, mark_of, plainly
from parkportal.records.audit import last_act, record
from parkportal.states import Refused

# what is written down where a person's work at an enterprise changes
WORK_ACTS = ("person.employment_corrected", "person.employed", "person.updated", "roster.imported")


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
            person=person,
            enterprise=enterprise,
            ends_on=None,
            is_void=False,
            defaults={"starts_on": on or park_today(), "recorded_by": by},
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


def employ_one(*, enterprise: Enterprise, data: Mapping[str, Any], said: Mapping[str, Any], by: Any) -> Employment:
    """One person entered by hand, with the marks that the way back gives (`said`: the roster's columns)."""
    with transaction.atomic():
        job = employ(enterprise=enterprise, data=data, by=by)
        flags = journey_flags(job.person, said, lasts=flag_days(), source="逐人登记", by=by)
        PersonFlag.objects.bulk_create(without_corrected(flags), ignore_conflicts=True)
    return job


def key_post_words() -> list[str]:
    """The words by which a post is known as one of the ★ posts of handbook §3; staff edit them in the dictionary."""
    rules = words_of("key_post").filter(is_active=True).values_list("settings", "label")
    return [word for rule, label in rules for word in rule.get("words", [label])]


def recount_key_posts() -> None:
    """Who holds a ★ post, for everybody at work: called when staff change the words by which it is known."""
    named = Q(pk__in=[])
    for word in key_post_words():
        named |= Q(post__contains=word)
    rows = Employment.objects.current()
    rows.filter(named, is_key_post=False).update(is_key_post=True)
    rows.exclude(named).filter(is_key_post=True).update(is_key_post=False)


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
            is_void=False,
            defaults={"ends_on": ends_on, "source": source, "recorded_by": by, "token": token},
        )
        if is_new:
            record("person.flagged", by=by, subject=person, after={"kind": term.label, "starts_on": str(starts_on)})
    return flag


def end_flag(
    *,
    flag: PersonFlag,
    on: date | None = None,
    by: Any,
    reason: str | None = None,
    seen: str | None = None,
    spoken: Spoken = plainly,
) -> None:
    """The mark holds until a day, with the reason why it ends; what is not said stays as somebody else has written it.

    `seen` is the mark of `flag.ending()` that the form was drawn from. Raises Refused `reason_missing`, `dates`,
    `corrected_already`, EditConflict.
    """
    with transaction.atomic():
        locked = PersonFlag.objects.select_for_update().select_related("person").get(pk=flag.pk)
        if locked.is_void:
            raise _corrected(locked.void_reason, last_act(locked.person, "person.flag_corrected"))
        current, typed = locked.ending(), {"on": on, "reason": reason}
        typed = {name: value for name, value in typed.items() if value is not None}
        touched = partial(last_act, locked.person, "person.flag_ended", since=locked.recorded_at)
        mark = mark_of(current) if seen is None else seen
        if not changes(seen=mark, current=current, typed=typed, spoken=spoken, touched=touched):
            return
        final = {**current, **typed}
        if not final["reason"]:
            raise Refused("reason_missing", "请写明结束的原因。")
        if final["on"] is None or final["on"] < locked.starts_on:
            raise Refused("dates", "结束日期早于开始日期。", field="ends_on")
        PersonFlag.objects.filter(pk=flag.pk).update(ends_on=final["on"], ended_reason=final["reason"])
        after = {"kind": locked.kind, "ends_on": str(final["on"])}
        record("person.flag_ended", by=by, subject=locked.person, after=after, reason=final["reason"])


def correct_flag(
    *, flag: PersonFlag, by: Any, reason: str, seen: str | None = None, spoken: Spoken = plainly, **days: date | None
) -> PersonFlag | None:
    """The mark was written down wrong: the row stays, void and with the reason; with a day a right one takes its place.

    `days`: starts_on, ends_on; without a first day the mark should never have been. With `seen`, the mark of
    `flag.days()` that the form was drawn from, days that are not said stay, and a correction that came before is met.
    Raises Refused `reason_missing`, `dates`, `corrected_already`, `flag_known` when the right one stands there already;
    EditConflict.
    """
    if not reason.strip():
        raise Refused("reason_missing", "请写明更正的原因。", field="reason")
    with transaction.atomic():
        locked = PersonFlag.objects.select_for_update().select_related("person").get(pk=flag.pk)
        standing = locked.standing() if seen is not None else None if locked.is_void else locked
        if standing is None:
            raise _corrected(locked.void_reason, last_act(locked.person, "person.flag_corrected"))
        current = standing.days()
        typed = {"starts_on": None, "ends_on": None, **days} if seen is None else days
        touched = partial(last_act, locked.person, "person.flag_corrected", since=standing.recorded_at)
        mark = mark_of(current) if seen is None else seen
        if not changes(seen=mark, current=current, typed=typed, spoken=spoken, touched=touched) and seen is not None:
            return standing
        return _replace(standing, {**current, **typed}, by=by, reason=reason.strip())


def _replace(wrong: PersonFlag, days: Mapping[str, Any], *, by: Any, reason: str) -> PersonFlag | None:
    starts_on, ends_on = days["starts_on"], days["ends_on"]
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused("dates", "结束日期早于开始日期。", field="ends_on")
    wrong.is_void, wrong.void_reason = True, reason
    wrong.save(update_fields=["is_void", "void_reason"])
    fresh = _right_flag(wrong, starts_on, ends_on, by=by) if starts_on else None
    before = {"kind": wrong.kind, "starts_on": str(wrong.starts_on), "ends_on": str(wrong.ends_on or "")}
    after = {"starts_on": str(starts_on or ""), "ends_on": str(fresh.ends_on or "") if fresh else ""}
    record("person.flag_corrected", by=by, subject=wrong.person, before=before, after=after, reason=reason)
    return fresh


def _corrected(words: str, touched: Touched) -> Refused:
    """Somebody has taken the row away: who, when and why, beside what was typed."""
    who, when = touched
    return Refused(
        "corrected_already", f"{who} {clock_words(when)} 更正过：{words}。您填的没有写入，请先回去看现在的记录。"
    )


def _right_flag(wrong: PersonFlag, starts_on: date, ends_on: date | None, *, by: Any) -> PersonFlag:
    term = words_of("person_flag").filter(code=wrong.kind).first()
    days = term.settings.get("days") if term else None
    if ends_on is None and days:
        ends_on = starts_on + timedelta(days=days)
    try:
        with transaction.atomic():
            return PersonFlag.objects.create(
                person=wrong.person,
                kind=wrong.kind,
                starts_on=starts_on,
                ends_on=ends_on,
                source=wrong.source,
                recorded_by=by,
                corrects=wrong,
            )
    except IntegrityError as clash:
        raise Refused("flag_known", "这个人从这一天起已经有这个标记。", field="starts_on") from clash


def end_employment(*, employment: Employment, on: date, by: Any, reason: str) -> None:
    """The person no longer works there from a day. Raises Refused `reason_missing`, `dates`, `ended_already`."""
    if not reason.strip():
        raise Refused("reason_missing", "请写明离岗的原因。", field="reason")
    if on < employment.starts_on:
        raise Refused("dates", "离岗日期早于入职日期。", field="on")
    with transaction.atomic():
        standing = Employment.objects.select_for_update().get(pk=employment.pk).standing()
        if standing is None or standing.ends_on is not None:
            raise _ended(standing or employment)
        Employment.objects.filter(pk=standing.pk).update(ends_on=on, ended_reason=reason.strip())
        after = {"person": str(employment.person), "ends_on": str(on)}
        record("person.employment_ended", by=by, subject=employment.enterprise, after=after, reason=reason.strip())


def _ended(employment: Employment) -> Refused:
    """Both values: what stands there, beside what was typed in the form."""
    who, when = last_act(employment.enterprise, "person.employment_ended")
    words = (
        f"{who} {clock_words(when)} 已经登记 {employment.ends_on} 离岗（{employment.ended_reason}），您填的没有写入。"
    )
    return Refused("ended_already", words)


def correct_employment(
    *,
    employment: Employment,
    data: Mapping[str, Any],
    by: Any,
    reason: str,
    seen: str | None = None,
    spoken: Spoken = plainly,
) -> Employment:
    """What stands about the work is wrong: the row stays, void and with the reason, and a right one takes its place.

    `data`: department, post, returned_on, starts_on. With `seen`, the mark of `employment.facts()` that the form was
    drawn from, a correction that came before is met. Raises Refused `reason_missing`, `corrected_already`; EditConflict.
    """
    if not reason.strip():
        raise Refused("reason_missing", "请写明更正的原因。", field="reason")
    with transaction.atomic():
        locked = Employment.objects.select_for_update().select_related("person", "enterprise").get(pk=employment.pk)
        wrong = locked.standing() if seen is not None else None if locked.is_void else locked
        touched = partial(last_act, locked.enterprise, *WORK_ACTS)
        if wrong is None:
            raise _corrected(locked.void_reason, touched())
        current = wrong.facts()
        mark = mark_of(current) if seen is None else seen
        changed = changes(seen=mark, current=current, typed=data, spoken=spoken, touched=touched)
        if not changed and seen is not None:
            return wrong
        right = _rewritten(wrong, {**current, **data}, by=by, reason=reason.strip())
        before = {name: str(current[name] or "") for name in changed}
        after = {name: str(getattr(right, name) or "") for name in changed}
        record(
            "person.employment_corrected",
            by=by,
            subject=wrong.enterprise,
            before={"person": str(wrong.person), **before},
            after=after,
            reason=reason.strip(),
        )
    return right


def _rewritten(wrong: Employment, facts: Mapping[str, Any], *, by: Any, reason: str) -> Employment:
    Employment.objects.filter(pk=wrong.pk).update(is_void=True, void_reason=reason)
    right = Employment(
        person=wrong.person,
        enterprise=wrong.enterprise,
        department=facts["department"],
        post=facts["post"],
        returned_on=facts["returned_on"],
        journey=wrong.journey,
        starts_on=facts["starts_on"] or wrong.starts_on,
        ends_on=wrong.ends_on,
        ended_reason=wrong.ended_reason,
        corrects=wrong,
        recorded_by=by,
    )
    right.is_key_post = is_key_post(right.post, key_post_words())
    right.save()
    return right


def reveal_person(*, person: Person, enterprise: Enterprise, by: Any, reason: str) -> dict[str, str]:
    """Name, document number and phone in full, against a reason that is written down. Raises Refused `reason_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "请选一个查看的原因。")
    after = {"fields": ["name", "number", "phone"], "enterprise": enterprise.pk}
    record("person.revealed", by=by, subject=person, after=after, reason=reason.strip())
    return {"name": person.name, "number": person.number, "phone": person.phone}
