"""Mixed samples at the desk: who joins which tube, when it is closed, and how a last step is taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, FilteredRelation, Max, OuterRef, Q, Subquery

from parkportal.clock import park_now
from parkportal.records.codes import take_code
from parkportal.states import Refused
from testing.actions.tubes import ScannedTube, refuse_unusable
from testing.groups import may_be_pooled
from testing.models import (
    InvalidReason,
    LeftWhy,
    Pool,
    PoolMember,
    SignUp,
    Specimen,
    SpecimenMove,
    SpecimenStatus,
)


def pool_facts(tube: ScannedTube, *, session_id: int, lane: int) -> dict[str, Any]:
    """Annotations of the person at the desk: how many share a tube, the scanned tube's pool, the one open here."""
    retests = PoolMember.objects.filter(signup=OuterRef("pk"), left_why=LeftWhy.RETEST, retest__isnull=True)
    return {
        "pool_size": F("campaign__pool_size"),
        "tube_pool": Subquery(Pool.objects.filter(specimen__barcode=tube.barcode).values("pk")[:1]),
        "desk_pool": Subquery(Pool.objects.at_desk(session_id, lane).values("specimen__barcode")[:1]),
        "to_retest": Subquery(retests.order_by("-id").values("pk")[:1]),
    }


def shares_a_tube(signup: Any) -> bool:
    """Whether this person's swab goes into a mixed tube. Groups A and B2 and re-tests never do (handbook §3)."""
    return signup.pool_size > 1 and may_be_pooled(signup.group) and not signup.held and not signup.to_retest


def join_pool(signup: Any, tube: ScannedTube, *, session_id: int, lane: int, by: Any, at: datetime) -> Pool:
    """Put the person's swab into the scanned tube, opening or closing it as needed; `pool.count` says how many it holds.

    The caller holds the transaction and the lock on the person. Raises Refused `tube_void`, `tube_used`,
    `tube_unknown`, `tube_foreign`, `other_pool`, `pool_full`, `pool_closed`.
    """
    pool = _the_open_one(signup, session_id) if signup.tube_pool else None
    if pool is None:
        refuse_unusable(signup, signup_id=signup.pk, lab_id=signup.lab)
        if signup.desk_pool:
            raise Refused("other_pool", f"{signup.desk_pool} 还没有装满也没有封", said="不是这支管")
        pool = open_pool(signup, tube, session_id=session_id, lane=lane, by=by, at=at)
        pool.taken = frozenset()
    place = next(n for n in range(1, pool.size + 1) if n not in pool.taken)
    PoolMember.objects.create(pool=pool, signup=signup, position=place, collected_at=at, collected_by=by)
    pool.count = len(pool.taken) + 1
    if pool.count == pool.size:
        _close(pool, by=by, at=at, reason="装满")
    return pool


def is_place_gone(fault: IntegrityError) -> bool:
    """Whether the place in a mixed tube went to somebody else while this one waited: to be tried again, then it shows."""
    return "pool_member_position" in str(fault)


def _the_open_one(signup: Any, session_id: int) -> Pool:
    """The scanned tube's pool, locked, with its places that are `taken`, in one statement. Who waited for the lock sees
    the pool as it is now, but its places as they were before the wait; see `is_place_gone`."""
    live = FilteredRelation("members", condition=Q(members__left_at__isnull=True))
    pools = Pool.objects.select_for_update(of=("self",)).select_related("specimen").filter(pk=signup.tube_pool)
    rows = list(pools.annotate(live=live, place=F("live__position")).order_by())
    pool = rows[0]
    pool.taken = frozenset(row.place for row in rows if row.place)
    if pool.specimen.status == SpecimenStatus.VOID:
        raise Refused("tube_void", "这支管已经作废", said="这支管不能用")
    if pool.session_id != session_id:
        raise Refused("tube_foreign", "这支混采管是别的场次的", said="这支管不能用")
    if not pool.is_open:
        count = pool.members.live().count()
        if count >= pool.size:
            raise Refused("pool_full", f"这支管已经装满 {pool.size} 人", said="这支管满了")
        raise Refused("pool_closed", f"这支管已经封了，{count} 人", said="这支管已封")
    return pool


def open_pool(
    signup: Any,
    tube: ScannedTube,
    *,
    session_id: int,
    lane: int,
    by: Any,
    at: datetime,
    token: UUID | None = None,
    prints: int = 0,
) -> Pool:
    """A registered, unused tube becomes the mixed tube of this desk; `prints` is how often its labels were printed here."""
    specimen = Specimen.objects.create(
        barcode=tube.barcode, is_pool=True, session_id=session_id, lab_id=signup.lab, lane=lane, issued_at=at,
        label_prints=prints,
    )  # fmt: skip
    SpecimenMove.objects.create(subject=specimen, to_status=SpecimenStatus.ISSUED, effective_at=at, by=by, token=token)
    return Pool.objects.create(
        specimen=specimen, session_id=session_id, lane=lane, size=signup.pool_size, opened_at=at, opened_by=by
    )


def issue_pool(signup: Any, *, session_id: int, lane: int, by: Any, at: datetime, token: UUID) -> str:
    """A new code of the portal's own for the next mixed tube of a desk, to be printed; the same token gives it again.

    Raises Refused `other_pool` while one is being filled.
    """
    repeated = Specimen.objects.filter(moves__token=token).values_list("barcode", flat=True).first()
    if repeated:
        return repeated
    if signup.desk_pool:
        raise Refused("other_pool", f"{signup.desk_pool} 还没有装满也没有封", said="先装这一支")
    code = take_code("YL")
    open_pool(signup, ScannedTube(code, "YL"), session_id=session_id, lane=lane, by=by, at=at, token=token, prints=1)
    return code


def _close(pool: Pool, *, by: Any, at: datetime, reason: str, token: UUID | None = None) -> None:
    """The tube is 已采样 from its last swab on."""
    tube = pool.specimen
    last = pool.members.live().order_by().aggregate(last=Max("collected_at"))["last"]
    pool.closed_at, pool.closed_by = at, by
    pool.save(update_fields=["closed_at", "closed_by"])
    tube.collected_at, tube.collected_by, tube.recorded_at = last or at, by, park_now()
    if last is None:
        tube.voided_at, tube.invalid_reason = at, InvalidReason.EMPTY
        tube.move_to(
            SpecimenStatus.VOID, by=by, at=at, reason="没有人", token=token, save=("voided_at", "invalid_reason")
        )
        return
    save = ("collected_at", "collected_by", "recorded_at")
    tube.move_to(SpecimenStatus.COLLECTED, by=by, at=at, reason=reason, token=token, save=save)


def close_pool(*, session_id: int, lane: int, by: Any, token: UUID) -> Pool:
    """Close the mixed tube of a desk before it is full; `count` says with how many. One without anybody becomes void.

    Raises Refused `no_pool`. The same token gives the same pool again.
    """
    with transaction.atomic():
        repeated = Pool.objects.filter(specimen__moves__token=token).select_related("specimen").first()
        pool = repeated or (
            Pool.objects.at_desk(session_id, lane).select_for_update(of=("self",)).select_related("specimen").first()
        )
        if pool is None:
            raise Refused("no_pool", "这个台没有开着的混采管", said="没有要封的管")
        pool.count = pool.members.live().count()
        if repeated is None:
            _close(pool, by=by, at=park_now(), reason=f"人工封管，{pool.count} 人", token=token)
    return pool


def leave_pool(signup: SignUp, *, by: Any, at: datetime, reason: str) -> str:
    """Take the person out of the mixed tube again, whose barcode is answered; nothing when they are in none.

    A tube that this person had filled is open again, unless the desk has begun another one. Raises Refused `packed`.
    """
    member = PoolMember.objects.live().filter(signup=signup).first()
    if member is None:
        return ""
    pool = Pool.objects.select_for_update(of=("self",)).select_related("specimen").get(pk=member.pool_id)
    tube = pool.specimen
    if tube.status not in {SpecimenStatus.ISSUED, SpecimenStatus.COLLECTED}:
        raise Refused("packed", "这支管已经装箱，先从箱里拿出来", said="不能撤销")
    member.left_at, member.left_why = at, LeftWhy.UNDONE
    member.save(update_fields=["left_at", "left_why"])
    if not pool.is_open and not Pool.objects.at_desk(pool.session_id, pool.lane).exists():
        pool.closed_at = pool.closed_by = None
        pool.save(update_fields=["closed_at", "closed_by"])
        tube.collected_at = tube.collected_by = None
        save = ("collected_at", "collected_by")
        tube.move_to(SpecimenStatus.ISSUED, by=by, at=at, reason=reason, save=save, correction=True)
    return tube.barcode


def pool_at(session_id: int, lane: int) -> Pool | None:
    """What is being filled at a desk, with its `count`."""
    pool = Pool.objects.at_desk(session_id, lane).select_related("specimen").first()
    if pool is not None:
        pool.count = pool.members.live().count()
    return pool
