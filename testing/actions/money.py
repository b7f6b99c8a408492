"""What is agreed with laboratories and set aside by payers; earlier rows stay as they were."""

from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.models import Enterprise
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.records.audit import record
from parkportal.states import Refused
from testing.models import Budget, LabDay, LabTerms


def agree_terms(
    *,
    lab: Enterprise,
    valid_from: date,
    price_fen: int,
    due_from: str,
    due_clock: time,
    cut_off: time | None,
    works_every_day: bool,
    by: Any,
    token: UUID | None = None,
) -> LabTerms:
    """What holds for a laboratory from a day on. Raises Refused `terms_exist` for a second agreement of one day."""

    def create() -> LabTerms:
        if LabTerms.objects.filter(lab=lab, valid_from=valid_from).exists():
            raise Refused("terms_exist", "这个实验室在这一天已经有约定，换一天。")
        terms = LabTerms.objects.create(
            lab=lab, valid_from=valid_from, price_fen=price_fen, due_from=due_from, due_clock=due_clock,
            cut_off=cut_off, works_every_day=works_every_day, made_by=by, token=token,
        )  # fmt: skip
        record("lab_terms.agreed", by=by, subject=terms, after={"从": str(valid_from), "每管（分）": price_fen})
        return terms

    with transaction.atomic():
        return once(LabTerms, token, create)[0]


def set_lab_day(*, lab: Enterprise, day: date, is_working: bool, note: str = "", by: Any) -> LabDay:
    """The laboratory works or rests on a day, whatever the calendar says; said again, the last word holds."""
    with transaction.atomic():
        row, _ = LabDay.objects.update_or_create(lab=lab, day=day, defaults={"is_working": is_working, "note": note})
        record("lab_day.set", by=by, subject=row, after={"日期": str(day), "上班": is_working})
    return row


def set_budget(
    *, payer: str, amount_fen: int, starts_on: date, ends_on: date, note: str = "", by: Any, token: UUID | None = None
) -> Budget:
    """Money for tests in a period."""

    def create() -> Budget:
        budget = Budget.objects.create(
            payer=payer, amount_fen=amount_fen, starts_on=starts_on, ends_on=ends_on, note=note, made_by=by, token=token
        )
        record("budget.set", by=by, subject=budget, after={"从": str(starts_on), "到": str(ends_on), "分": amount_fen})
        return budget

    with transaction.atomic():
        return once(Budget, token, create)[0]


def void_budget(*, budget: Budget, by: Any) -> Budget:
    """A budget that was entered wrongly counts no more; the row stays. Raises Refused `void`."""
    with transaction.atomic():
        if not Budget.objects.filter(pk=budget.pk, voided_at__isnull=True).update(voided_at=park_now()):
            raise Refused("void", "这笔预算已经作废。")
        record("budget.voided", by=by, subject=budget)
    budget.refresh_from_db()
    return budget
