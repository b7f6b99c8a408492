"""What the search box finds: an enterprise by name, initials or credit code; a person by code or full number only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from enterprises.models import Enterprise, Person
from enterprises.models.people import number_hash
from parkportal.identifiers import CodeProblem, normalise_scan, parse_code
from parkportal.privacy import lookup_hash, mask_id
from supplies.models import Delivery
from testing.models import Box, SignUp, Specimen

LIMIT = 12
SHORTEST_NUMBER = 7


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is, its title, one line about it, where it opens."""

    kind: str
    title: str
    detail: str
    href: str


def find(words: str, user: Any) -> list[Hit]:
    """Hits within the person's scope. Parts of a number or a person's name find nobody."""
    if not words.strip():
        return []
    return _by_code(words, user) or [*_enterprises(words, user), *_people(words, user)]


def shown(words: str) -> str:
    """The words as the page may repeat them: long numbers masked."""
    digits = sum(letter.isdigit() for letter in words)
    return mask_id(words) if digits >= SHORTEST_NUMBER else words


def _by_code(words: str, user: Any) -> list[Hit]:
    scan = normalise_scan(words)
    try:
        prefix = parse_code(scan).prefix
    except CodeProblem:
        return _specimens(scan, user)
    finder = FINDERS.get(prefix)
    return finder(scan, user) if finder else []


def _signups(scan: str, user: Any) -> list[Hit]:
    rows = SignUp.objects.visible_to(user).filter(code=scan).select_related("campaign")
    return [
        Hit(
            "检测登记",
            row.masked_name,
            f"{row.campaign}，{row.get_status_display()}",
            _testing("signup_detail", row.pk),
        )
        for row in rows[:LIMIT]
    ]


def _specimens(scan: str, user: Any) -> list[Hit]:
    if len(scan) < 6:
        return []
    rows = Specimen.objects.visible_to(user).filter(barcode=scan)
    return [
        Hit("试管", row.barcode, row.get_status_display(), _testing("specimen_detail", row.pk)) for row in rows[:LIMIT]
    ]


def _boxes(scan: str, user: Any) -> list[Hit]:
    rows = Box.objects.visible_to(user).filter(code=scan)
    return [Hit("标本箱", row.code, row.get_status_display(), _testing("box_detail", row.pk)) for row in rows[:LIMIT]]


def _deliveries(scan: str, user: Any) -> list[Hit]:
    rows = Delivery.objects.visible_to(user).filter(code=scan).select_related("enterprise")
    return [
        Hit(
            "配送单",
            row.code,
            f"{row.enterprise}，{row.get_status_display()}",
            reverse("supplies:delivery_detail", args=[row.pk]),
        )
        for row in rows[:LIMIT]
    ]


def _testing(name: str, pk: int) -> str:
    return reverse(f"testing:{name}", args=[pk])


FINDERS: dict[str, Callable[[str, Any], list[Hit]]] = {
    "RY": _signups,
    "YL": _specimens,
    "YX": _boxes,
    "PS": _deliveries,
}


def _enterprises(words: str, user: Any) -> list[Hit]:
    rows = Enterprise.objects.visible_to(user).current().search(words).select_related("squad")
    return [
        Hit(
            row.get_kind_display(),
            row.name,
            "，".join(filter(None, (row.get_status_display(), str(row.squad or ""), row.place))),
            reverse("dashboard:enterprise_file", args=[row.pk]),
        )
        for row in rows[:LIMIT]
    ]


def _people(words: str, user: Any) -> list[Hit]:
    """By the full number of any document, never by a part of it or by the name."""
    number = normalise_scan(words)
    if sum(letter.isdigit() for letter in number) < SHORTEST_NUMBER:
        return []
    hashes = [number_hash(kind, number) for kind, _ in Person._meta.get_field("document_type").choices or ()]
    people = Person.objects.visible_to(user).filter(
        Q(number_hash__in=hashes) | Q(phone_hash=lookup_hash(number, kind="phone"))
    )
    found = [
        Hit("人员", row.masked_name, f"{row.get_document_type_display()} {row.masked_number}", _person_href(row))
        for row in people.prefetch_related("employments")[:LIMIT]
    ]
    signups = SignUp.objects.visible_to(user).filter(document_hash__in=hashes).select_related("campaign")
    return found + [
        Hit(
            "检测登记",
            row.masked_name,
            f"{row.campaign}，{row.get_status_display()}",
            _testing("signup_detail", row.pk),
        )
        for row in signups[:LIMIT]
    ]


def _person_href(person: Person) -> str:
    """A person opens in the roster of an enterprise."""
    employment = next(iter(person.employments.all()), None)
    if employment is None:
        return reverse("dashboard:search")
    return reverse("enterprises:people_list", args=[employment.enterprise_id]) + f"?person={person.pk}"
