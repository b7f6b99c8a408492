"""Look-up of a result by the person: the same answer and the same work for unknown and forbidden, and a lock."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from enterprises.models.people import number_hash
from parkportal.privacy import lookup_hash
from testing.models import LookupLock, Result, SignUp, Specimen

TRIES = 5
LOCK_FOR = timedelta(minutes=30)


class Locked(Exception):
    """Too many failed look-ups from this address or for this document."""


@dataclass(frozen=True)
class Claim:
    """What somebody says who wants to see a result: a code (RY or tube), the document, the phone signed up with."""

    code: str
    document_type: str
    number: str
    phone: str

    @property
    def document_hash(self) -> str:
        return number_hash(self.document_type, self.number)


def look_up(claim: Claim, *, address: str) -> SignUp | None:
    """The sign-up whose code, document and phone all agree, else None. Raises Locked, also for what would agree."""
    keys = [lookup_hash(address, kind="lookup-address"), lookup_hash(claim.document_hash, kind="lookup-document")]
    locks = {lock.key: lock for lock in LookupLock.objects.filter(key__in=keys)}
    now = timezone.now()
    by_code = "specimens__barcode" if claim.code[:2] != "RY" else "code"
    found = (
        SignUp.objects.filter(
            document_hash=claim.document_hash,
            phone_hash=lookup_hash(claim.phone, kind="phone"),
            **{by_code: claim.code},
        )
        .order_by("-id")
        .first()
    )
    if any(lock.locked_until and lock.locked_until > now for lock in locks.values()):
        raise Locked
    _count(keys, locks, failed=found is None, now=now)
    return found


def _count(keys: list[str], locks: dict[str, LookupLock], *, failed: bool, now: Any) -> None:
    """One write for each key whether it went well or not, so that the time tells nothing."""
    rows = []
    for key in keys:
        lock = locks.get(key)
        fresh = lock is None or now - lock.changed_at > LOCK_FOR
        failures = (0 if fresh or lock is None else lock.failures) + 1 if failed else 0
        until = now + LOCK_FOR if failures >= TRIES else None
        rows.append(LookupLock(key=key, failures=failures, locked_until=until, changed_at=now))
    LookupLock.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=["failures", "locked_until", "changed_at"]
    )


@dataclass(frozen=True)
class Shown:
    """What the person is told about one specimen. `word` is negative, wait_for_staff, again, or pending."""

    specimen: Specimen
    word: str
    result: Result | None = None


def shown_to_person(signup: SignUp) -> list[Shown]:
    """The person's specimens of this document in all campaigns, the newest first; withheld results stay withheld."""
    specimens = (
        Specimen.objects.filter(signup__document_hash=signup.document_hash, collected_at__isnull=False)
        .exclude(status="void")
        .select_related("session__point", "lab", "signup")
        .prefetch_related(Prefetch("results", Result.objects.select_related("verifier").order_by("-version")))
        .order_by("-collected_at")
    )
    return [_shown(specimen) for specimen in specimens]


def _shown(specimen: Specimen) -> Shown:
    result = next(iter(specimen.results.all()), None)
    if specimen.status == "recollect":
        return Shown(specimen, "again")
    if result is None:
        return Shown(specimen, "pending")
    if result.is_withheld:
        return Shown(specimen, "wait_for_staff")
    return Shown(specimen, "negative" if result.value == "negative" else "again", result)
