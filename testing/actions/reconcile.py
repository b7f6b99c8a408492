"""Before the team leaves: arrived = bound = packed, gaps by person, and the kits that were used leave the stock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.states import Refused
from supplies.actions import Use, consume_kits, kit_stocks
from supplies.models import KIT, KIT_KINDS, TUBE, Place, PlaceKind
from testing.models import (
    BoxStatus,
    PoolMember,
    Reconciliation,
    Session,
    SignUp,
    SignUpStatus,
    Specimen,
    SpecimenStatus,
)


@dataclass
class Balance:
    """What was counted at a session. It closes when `arrived == stopped + bound` (people) and `tubes == packed`.

    In a session without mixed tubes `bound == tubes`.
    """

    arrived: int
    stopped: int
    bound: int
    packed: int
    void: int
    tubes: int = 0
    without_tube: list[SignUp] = field(default_factory=list)
    loose: list[Specimen] = field(default_factory=list)
    open_boxes: list[Any] = field(default_factory=list)

    @property
    def closes(self) -> bool:
        return not self.without_tube and not self.loose and not self.open_boxes

    @property
    def gap_count(self) -> int:
        return len(self.without_tube) + len(self.loose) + len(self.open_boxes)

    @property
    def kits_used(self) -> int:
        """Every person who was swabbed, also into a tube that is void, is a kit less."""
        return self.bound + self.void

    @property
    def tubes_used(self) -> int:
        """Every tube that was opened, also those void."""
        return self.tubes + self.void


def balance(session: Session) -> Balance:
    """Count a session now; who came and has no tube, and which tube is in no box."""
    came = SignUp.objects.filter(attended_session=session)
    tubes = Specimen.objects.filter(session=session)
    live = tubes.filter(
        Q(status__in=[SpecimenStatus.ISSUED, SpecimenStatus.COLLECTED])
        | Q(handed_at__isnull=False)
        | Q(box__isnull=False)
    )
    kept = live.filter(signup=OuterRef("pk"))
    pooled = PoolMember.objects.live().filter(pool__session=session)
    mixed = pooled.order_by().filter(signup=OuterRef("pk"))
    without = came.exclude(status=SignUpStatus.STOPPED).exclude(Exists(kept)).exclude(Exists(mixed))
    void = tubes.filter(status=SpecimenStatus.VOID)
    return Balance(
        arrived=came.count(),
        stopped=came.filter(status=SignUpStatus.STOPPED).count(),
        bound=live.filter(is_pool=False).count() + pooled.count(),
        tubes=live.count(),
        packed=live.filter(box__isnull=False).count(),
        void=void.count(),
        without_tube=list(without.order_by("attended_at")),
        loose=list(live.filter(box__isnull=True).select_related("signup", "collected_by").order_by("collected_at")),
        open_boxes=list(session.boxes.filter(status__in=[BoxStatus.PACKING, BoxStatus.SEALED])),
    )


@dataclass(frozen=True)
class KitRow:
    """One kind of kit at the point: what the book has, what the sitting used, what should be left."""

    kind: str
    label: str
    unit: str
    book: int
    used: int

    @property
    def should_be_left(self) -> int:
        """Never below zero: where the book knew too few, somebody says how many there are and why."""
        return max(self.book - self.used, 0)

    @property
    def is_short(self) -> bool:
        return self.book < self.used


KitCount = tuple[int | None, str]


def kit_rows(session: Session, counted: Balance) -> list[KitRow]:
    """The kinds that ever lay at the session's point; none when nobody ever brought any."""
    used = {KIT: counted.kits_used, TUBE: counted.tubes_used}
    place = Place.objects.filter(kind=PlaceKind.POINT, code=session.point.code).first()
    stocks = kit_stocks(place) if place else {}
    return [
        KitRow(kind, label, stocks[kind].unit, int(stocks[kind].book), used[kind])
        for kind, label in KIT_KINDS.items()
        if kind in stocks
    ]


def reconcile(
    *,
    session: Session,
    gaps: dict[str, str],
    by: Any,
    kits: Mapping[str, KitCount] | None = None,
    token: UUID | None = None,
) -> Reconciliation:
    """Write the count down, end the session, mark who did not come, and book the kits out of the point's stock.

    `gaps` says for each person or tube that does not fit (its code) what became of it; `kits` for each kind of kit how
    many are left and why that is not what should be left. Raises Refused `gaps` while one is unexplained,
    `reason_missing` while a difference of kits is, `boxes_open` while a box is not handed over, `pool_open` while a mixed
    tube with swabs in it is not closed.
    """

    def create() -> Reconciliation:
        locked = Session.objects.select_for_update(of=("self",)).select_related("point").get(pk=session.pk)
        counted = balance(locked)
        _refuse_open_ends(counted, gaps)
        row = Reconciliation.objects.create(
            session=locked, arrived=counted.arrived, bound=counted.bound, packed=counted.packed, void=counted.void,
            kits_used=counted.kits_used, gaps=gaps, done_by=by, token=token,
        )  # fmt: skip
        row.movement_id, words = _use_kits(locked, counted, kits or {}, by=by)
        row.gaps = {**gaps, **words}
        row.save(update_fields=["movement_id", "gaps"])
        locked.status = Session.Status.CLOSED
        locked.save(update_fields=["status"])
        record("session.reconciled", by=by, subject=locked, after={"arrived": row.arrived, "packed": row.packed})
        return row

    with transaction.atomic():
        if token is None and Reconciliation.objects.filter(session=session).exists():
            raise Refused("reconciled", "这一场已经核对过了。")
        row, is_new = once(Reconciliation, token, create)
        if is_new:
            _mark_missed(session, by=by)
    return row


def _refuse_open_ends(counted: Balance, gaps: dict[str, str]) -> None:
    if counted.open_boxes:
        raise Refused("boxes_open", f"{counted.open_boxes[0].code} 还没有交出，先交接再收工。")
    filling = next((tube for tube in counted.loose if tube.is_pool and _holds_somebody(tube)), None)
    if filling is not None:
        raise Refused("pool_open", f"混采管 {filling.barcode} 还没有封：先在采样台按 F6 封管，装箱交出再收工。")
    unexplained = [s.code for s in counted.without_tube if not gaps.get(s.code)]
    unexplained += [t.barcode for t in counted.loose if not gaps.get(t.barcode)]
    if unexplained:
        raise Refused("gaps", f"还有 {len(unexplained)} 处没有说明：{unexplained[0]}")


def _holds_somebody(tube: Specimen) -> bool:
    """Whether a mixed tube that was never closed has swabs in it, which no words on a gap bring to the laboratory."""
    return tube.status == SpecimenStatus.ISSUED and PoolMember.objects.live().filter(pool__specimen=tube).exists()


def _place(session: Session) -> Place:
    return Place.objects.point(session.point.code, session.point.name)


def _use_kits(
    session: Session, counted: Balance, kits: Mapping[str, KitCount], *, by: Any
) -> tuple[int | None, dict[str, str]]:
    """One movement out of the point's stock, and the words on each difference by kind.

    A book that holds too few, with nobody who counted, does not keep the team from going home.
    """
    rows = kit_rows(session, counted) or [KitRow(KIT, KIT_KINDS[KIT], "份", 0, counted.kits_used)]
    uses = [Use(row.kind, row.used, *kits.get(row.kind, (None, ""))) for row in rows]
    differs = [use.left is not None and use.left != row.book - row.used for row, use in zip(rows, uses, strict=True)]
    if not any(differs) and not any(use.used for use in uses):
        return None, {}
    try:
        with transaction.atomic():
            movement = consume_kits(point=_place(session), occasion=f"session:{session.pk}", uses=uses, by=by)
    except Refused as refusal:
        if refusal.code in {"reason_missing", "out_of_range"}:
            raise
        return refusal.facts.get("movement"), {KIT: refusal.text}
    return movement.pk, {
        row.kind: f"账上 {row.book} {row.unit}，用去 {row.used}，实有 {use.left}：{use.reason}"
        for row, use, is_other in zip(rows, uses, differs, strict=True)
        if is_other
    }


def _mark_missed(session: Session, *, by: Any) -> None:
    """Who had a place and did not come. They may still come to another sitting."""
    absent = SignUp.objects.filter(
        slot__session=session, status=SignUpStatus.REGISTERED, attended_at__isnull=True
    ).select_for_update(of=("self",))
    for signup in absent:
        signup.move_to(SignUpStatus.MISSED, by=by, reason="场次结束时没有到")
