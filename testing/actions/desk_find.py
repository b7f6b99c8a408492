"""What the desk asks without changing anything: who stands there, what was done before, how far the sitting is."""

from statistics import median
from typing import Any

from django.db.models import F, Q, QuerySet

from enterprises.models import DocumentType
from enterprises.models.people import number_hash
from parkportal.clock import park_today
from parkportal.identifiers import IdentifierProblem, normal_id_number
from parkportal.states import Refused
from testing.actions.tubes import read_tube
from testing.models import PoolMember, Session, SignUp, SignUpMove, SignUpStatus, Specimen

LAST = 20  # people whose pace is shown


def counts(session_id: int) -> dict[str, int]:
    """How many were swabbed at a session, are signed up for it, are still to come, and the median `seconds` of the last
    twenty from the scanned code to the labelled tube; 0 before the first."""
    alone = Specimen.objects.live().filter(session=session_id, collected_at__isnull=False, is_pool=False).count()
    done = alone + PoolMember.objects.live().filter(pool__session=session_id).count()
    expected = (
        SignUp.objects.open().filter(Q(slot__session=session_id) | Q(attended_session=session_id)).distinct().count()
    )
    expected = max(done, expected)
    return {"done": done, "expected": expected, "waiting": expected - done, "seconds": _seconds_each(session_id)}


def _seconds_each(session_id: int) -> int:
    swabs = SignUpMove.objects.filter(
        session=session_id,
        to_status=SignUpStatus.COLLECTED,
        is_correction=False,
        subject__attended_at__lte=F("effective_at"),
    ).order_by("-id")
    times = swabs.values_list("effective_at", "subject__attended_at")[:LAST]
    spans = [(done - found).total_seconds() for done, found in times if found]
    return round(median(spans)) if spans else 0


def find_person(*, session_id: int, code: str, by: Any) -> SignUp:
    """Who a person code is, within the desk's campaign. Nothing is written. Raises Refused `unknown_person`."""
    return _found(SignUp.objects.at_desk(by, session_id).filter(code=code))


def find_by_document(*, session_id: int, number: str, by: Any) -> SignUp:
    """Who an ID number is signed up as. Raises Refused `bad_document`, `unknown_person`."""
    try:
        normal = normal_id_number(number, today=park_today())
    except IdentifierProblem as problem:
        raise Refused("bad_document", f"{problem}", said="号码不对") from problem
    people = SignUp.objects.at_desk(by, session_id).open()
    return _found(people.of_document(number_hash(DocumentType.ID_CARD, normal)))


def _found(people: QuerySet[SignUp]) -> SignUp:
    signup = people.select_related("slot__session__point").first()
    if signup is None:
        raise Refused("unknown_person", "这次检测没有这个人的登记", said="没有登记")
    return signup


def find_tube(*, session_id: int, text: str, by: Any) -> tuple[Specimen, list[SignUp]] | None:
    """A tube of the desk's campaign and whose swabs it holds, in order; None when nothing was put into it yet."""
    try:
        barcode = read_tube(text).barcode
    except Refused:
        return None
    here = Session.objects.workable_by(by).filter(pk=session_id)
    tubes = Specimen.objects.filter(barcode=barcode, session__campaign__in=here.values("campaign"))
    specimen = tubes.select_related("signup", "session__point", "pool").first()
    if specimen is None:
        return None
    return specimen, [specimen.signup] if specimen.signup else list(SignUp.objects.in_pool(specimen))


def where_done(signup_id: int | None, *, code: str = "") -> tuple[SignUp, Specimen]:
    """The tube that a person gave already, with the place and the hand that took it."""
    whose = Q(signup=signup_id) if signup_id else Q(signup__code=code)
    tubes = Specimen.objects.live().filter(whose, collected_at__isnull=False)
    specimen = tubes.select_related("signup", "session__point", "collected_by").order_by("-collected_at").first()
    if specimen is not None:
        return specimen.signup, specimen  # type: ignore[return-value]
    members = PoolMember.objects.live().filter(whose)
    member = members.select_related("signup", "collected_by", "pool__specimen__session__point").get()
    specimen = member.pool.specimen
    specimen.collected_at, specimen.collected_by = member.collected_at, member.collected_by
    return member.signup, specimen
