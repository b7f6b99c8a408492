"""One time and place for many deliveries, written down with how each stood before, and taken back within a day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from parkportal.clock import local, park_now
from parkportal.records.audit import record
from parkportal.states import Refused
from supplies.actions.notices import OPEN, Agreed, agree, held_for_agreeing, schedule_deliveries
from supplies.models import Appointment, Delivery


@transaction.atomic
def arrange_deliveries(
    *, deliveries: Sequence[Delivery], planned_at: datetime, meeting_point: str = "", by: Any
) -> Appointment | None:
    """Agree on one time and place with many, as `schedule_deliveries` does; None when all of them stood so already."""
    before = schedule_deliveries(deliveries=deliveries, planned_at=planned_at, meeting_point=meeting_point, by=by)
    if not before:
        return None
    where = f"，{meeting_point}" if meeting_point else ""
    stood = {str(pk): [at.isoformat() if at else "", place] for pk, (at, place) in before.items()}
    return Appointment.objects.create(
        words=f"{len(before)} 张约在 {local(planned_at):%m-%d %H:%M}{where}",
        planned_at=planned_at,
        meeting_point=meeting_point,
        before=stood,
        made_by=by,
    )


@transaction.atomic
def undo_arrangement(*, appointment: Appointment, by: Any) -> int:
    """Put the deliveries back that still stand as they were agreed on together; how many.

    Raises Refused `undone_already`, `too_late`.
    """
    held = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if held.undone_at:
        raise Refused("undone_already", f"“{held}”已经撤销过了。")
    if not Appointment.objects.can_be_undone().filter(pk=held.pk).exists():
        raise Refused("too_late", "超过一天了，不能撤销，请逐张改约。")
    count = 0
    visible = Delivery.objects.visible_to(by).filter(pk__in=held.before)
    for one in held_for_agreeing(visible):
        if one.status in OPEN and (one.planned_at, one.meeting_point) == (held.planned_at, held.meeting_point):
            agree(one, _stood(held, one), by)
            count += 1
    held.undone_at = park_now()
    held.save(update_fields=["undone_at"])
    record("supplies.arrangement_undone", by=by, after={"撤销": held.words, "退回": f"{count} 张"})
    return count


def _stood(held: Appointment, one: Delivery) -> Agreed:
    at, place = held.before[str(one.pk)]
    return (datetime.fromisoformat(at) if at else None, place)
