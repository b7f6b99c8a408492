"""Look-up of a result by the person: code and document first, then the digits sent to the phone of the sign-up.

Known and unknown get one answer and the same work: the same statements, a code of the same kind, and a task that only
then finds out whether there is anybody to send it to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from enterprises.models.people import number_hash
from parkportal.privacy import lookup_hash
from testing.models import LeftWhy, LookupLock, PhoneCode, PoolMember, Result, ResultValue, SignUp, Specimen
from testing.phone_codes import check_code, send_code

LOCK_FOR = timedelta(minutes=30)
# Tries without a success: many people of a firm share one address, nobody shares a document.
TRIES_DOCUMENT, TRIES_ADDRESS = 5, 30


class Locked(Exception):
    """Too many look-ups without success from this address or for this document."""


@dataclass(frozen=True)
class Claim:
    """What somebody says who wants to see a result: a code (RY or tube) and the document; the phone proves it later."""

    code: str
    document_type: str
    number: str

    @property
    def document_hash(self) -> str:
        return number_hash(self.document_type, self.number)


def ask_for_code(claim: Claim, *, address: str, language: str = "zh-hans") -> PhoneCode:
    """A code for the phone of the sign-up that agrees, or the same for nobody. Raises Locked."""
    with transaction.atomic():
        _count_try(claim.document_hash, address)
        by_code = "specimens__barcode" if claim.code[:2] != "RY" else "code"
        found = (
            SignUp.objects.filter(document_hash=claim.document_hash, erased_at__isnull=True, **{by_code: claim.code})
            .order_by("-id")
            .first()
        )
        return send_code(PhoneCode.Purpose.RESULT, signup=found, subject_hash=claim.document_hash, language=language)


def open_with_code(token: object, digits: str, *, address: str) -> SignUp | None:
    """The sign-up that the code opens, once, else None. Raises Locked after too many wrong ones."""
    code = check_code(PhoneCode.Purpose.RESULT, token, digits)
    keys = _keys(code.subject_hash if code else "", address)
    if code is None or code.signup_id is None:
        return None
    LookupLock.objects.filter(key__in=keys).update(failures=0, locked_until=None, changed_at=timezone.now())
    return SignUp.objects.filter(pk=code.signup_id, erased_at__isnull=True).first()


def find_lost(document_hash: str, phone: str, *, address: str) -> None:
    """Send the link of the latest open sign-up to the phone it was made with, if document and phone agree.

    The answer to whoever asks is the same in every case. Raises Locked.
    """
    with transaction.atomic():
        _count_try(document_hash, address)
        found = (
            SignUp.objects.open()
            .filter(document_hash=document_hash, phone_hash=lookup_hash(phone, kind="phone"), erased_at__isnull=True)
            .order_by("-id")
            .first()
        )
        send_code(PhoneCode.Purpose.LOST, signup=found, subject_hash=document_hash)


def _keys(document_hash: str, address: str) -> list[str]:
    return [lookup_hash(document_hash, kind="lookup-document"), lookup_hash(address, kind="lookup-address")]


def _count_try(document_hash: str, address: str) -> None:
    """One write for both keys, whatever comes of it, so that the time tells nothing."""
    keys, now = _keys(document_hash, address), timezone.now()
    locks = {lock.key: lock for lock in LookupLock.objects.filter(key__in=keys)}
    if any(lock.locked_until and lock.locked_until > now for lock in locks.values()):
        raise Locked
    rows = [
        _next(key, locks.get(key), most, now) for key, most in zip(keys, (TRIES_DOCUMENT, TRIES_ADDRESS), strict=True)
    ]
    LookupLock.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=["failures", "locked_until", "changed_at"]
    )


def _next(key: str, lock: LookupLock | None, most: int, now: datetime) -> LookupLock:
    fresh = lock is None or now - lock.changed_at > LOCK_FOR
    tries = (0 if fresh or lock is None else lock.failures) + 1
    until = now + LOCK_FOR if tries >= most else None
    return LookupLock(key=key, failures=tries, locked_until=until, changed_at=now)


@dataclass(frozen=True)
class Shown:
    """What the person is told about one specimen. `word` is negative, wait_for_staff, again, or pending."""

    specimen: Specimen
    word: str
    result: Result | None = None


def shown_to_person(signup: SignUp) -> list[Shown]:
    """The person's specimens of this document in all campaigns, the newest first; withheld results stay withheld."""
    own = Q(signup__document_hash=signup.document_hash)
    shared = PoolMember.objects.filter(signup__document_hash=signup.document_hash).exclude(left_why=LeftWhy.UNDONE)
    let_go = set(shared.filter(left_at__isnull=False).values_list("pool__specimen", flat=True))
    specimens = (
        Specimen.objects.filter(own | Q(pk__in=shared.values("pool__specimen")), collected_at__isnull=False)
        .exclude(status="void")
        .select_related("session__point", "lab", "signup")
        .prefetch_related(Prefetch("results", Result.objects.select_related("verifier").order_by("-version")))
        .order_by("-collected_at")
    )
    return [Shown(tube, "again") if tube.pk in let_go else _shown(tube) for tube in specimens]


def negative_since(signups: Iterable[SignUp]) -> dict[int, datetime]:
    """sign-up id → when the negative result in force of its swab came out; two statements, whatever the number.

    Who is not in it is not said to be anything: pending, withheld and invalid look alike to a firm.
    """
    ids = [signup.pk for signup in signups]
    negative = Result.objects.in_force().filter(value=ResultValue.NEGATIVE)
    alone = negative.filter(specimen__signup__in=ids).values_list("specimen__signup", "released_at")
    mixed = PoolMember.objects.live().filter(signup__in=ids, pool__specimen__results__in=negative)
    found = dict(mixed.values_list("signup", "pool__specimen__results__released_at"))
    return found | dict(alone)


def _shown(specimen: Specimen) -> Shown:
    result = next(iter(specimen.results.all()), None)
    if specimen.status == "recollect":
        return Shown(specimen, "again")
    if result is None:
        return Shown(specimen, "pending")
    if result.is_withheld:
        return Shown(specimen, "wait_for_staff")
    return Shown(specimen, "negative" if result.value == "negative" else "again", result)
