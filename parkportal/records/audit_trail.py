"""The audit as one trail: what `record()` wrote and the moves of every thing with a life, the latest first.

The trail is one statement for a page and one for the count, whatever number of tables has moves: each table gives the
latest rows of its own that could stand on the page, and the union of these is put in order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from parkportal.clock import at, end_of
from parkportal.records.audit_words import action_words, all_acts, facts_of
from parkportal.records.models import AuditEntry
from parkportal.states import Move

MOST = 5000  # rows of one search; whoever needs older ones names the days
NOTHING_WANTED = {"who": "", "action": "", "what": "", "since": None, "until": None}
Fact = tuple[str, str, str]


def move_tables(user: Any) -> dict[str, type[Move]]:
    """The tables of moves that this person may search, by label."""
    may_health = user.has_role("committee")
    models = [model for model in apps.get_models() if issubclass(model, Move)]
    return {model._meta.label_lower: model for model in models if may_health or not model.IS_HEALTH}


def act_choices(user: Any) -> list[tuple[str, str]]:
    """Every act that has words and every kind of move; which of them occur is not looked up in the whole trail."""
    moves = [(label, str(model._meta.verbose_name)) for label, model in move_tables(user).items()]
    return sorted([*all_acts(), *moves], key=lambda pair: pair[1])


@dataclass(frozen=True)
class TrailRow:
    """One act as the page shows it. `effective_at` only where that is another minute than `at`."""

    at: datetime
    by_name: str
    words: str
    label: str
    facts: list[Fact]
    reason: str
    address: str
    effective_at: datetime | None = None


class Trail:
    """What a search finds; can be counted and sliced, so that a paginator takes it."""

    def __init__(self, user: Any, wanted: dict[str, Any]) -> None:
        """`wanted`: who, what and action (texts), since and until (days or None)."""
        self.moves = move_tables(user)
        action = wanted["action"]
        self.branches: list[QuerySet] = []
        if action not in self.moves:
            entries = AuditEntry.objects.visible_to(user)
            entries = entries.filter(action=action) if action else entries
            self.branches.append(_found(entries, wanted, "at", "subject_label"))
        for label, model in self.moves.items():
            if action in ("", label):
                self.branches.append(_found(model._default_manager.all(), wanted, "recorded_at", model.LABEL))

    def count(self) -> int:
        """How many rows there are, MOST at most."""
        first, *others = (_latest(branch, MOST).values("pk") for branch in self.branches)
        return min(MOST, first.union(*others, all=True).count())

    def __getitem__(self, part: slice) -> list[TrailRow]:
        first, *others = (_columns(_latest(branch, part.stop)) for branch in self.branches)
        found = list(first.union(*others, all=True).order_by("-moment", "-key")[part])
        entries = AuditEntry.objects.in_bulk([row["key"] for row in found if row["source"] == ENTRY])
        return [self._row(row, entries) for row in found]

    def _row(self, row: dict[str, Any], entries: dict[int, AuditEntry]) -> TrailRow:
        if row["source"] == ENTRY:
            words, facts, effective_at = action_words(row["new"]), facts_of(entries[row["key"]]), None
        else:
            model = self.moves[row["source"]]
            labels = dict(model._meta.get_field("subject").related_model.Status.choices)  # type: ignore[union-attr]
            words = f"{model._meta.verbose_name}{'（更正）' if row['corrected'] else ''}"
            facts = [("状态", str(labels.get(row["old"], row["old"])), str(labels.get(row["new"], row["new"])))]
            effective_at = row["since"] if abs((row["since"] - row["moment"]).total_seconds()) >= 60 else None
        return TrailRow(
            row["moment"], row["who"], words, row["what"], facts, row["why"], row["from_where"], effective_at
        )


ENTRY = AuditEntry._meta.label_lower


def _found(rows: QuerySet, wanted: dict[str, Any], moment: str, label: str) -> QuerySet:
    if wanted["who"]:
        rows = rows.filter(Q(by__name__icontains=wanted["who"]) | Q(by__username__icontains=wanted["who"]))
    if wanted["what"]:
        rows = rows.filter(Q(**{f"{label}__icontains": wanted["what"]}) | Q(reason__icontains=wanted["what"]))
    if wanted["since"]:
        rows = rows.filter(**{f"{moment}__gte": at(wanted["since"])})
    if wanted["until"]:
        rows = rows.filter(**{f"{moment}__lt": end_of(wanted["until"])})
    return rows


def _latest(rows: QuerySet, most: int) -> QuerySet:
    """The latest of one table. They are appended, so the key tells the order; a part of a union takes no LIMIT."""
    return rows.model._default_manager.filter(pk__in=rows.order_by("-pk").values("pk")[:most]).order_by()


def _columns(rows: QuerySet) -> QuerySet:
    is_entry = rows.model is AuditEntry
    return rows.values(
        source=_text(rows.model._meta.label_lower),
        key=F("pk"),
        moment=F("at" if is_entry else "recorded_at"),
        since=F("at" if is_entry else "effective_at"),
        who=Coalesce("by__name", _text("")),
        what=F("subject_label" if is_entry else rows.model.LABEL),
        old=_text("") if is_entry else F("from_status"),
        new=F("action" if is_entry else "to_status"),
        why=F("reason"),
        from_where=Coalesce("address", _text("")),
        corrected=Value(False) if is_entry else F("is_correction"),
    )


def _text(words: str) -> Value:
    return Value(words, output_field=CharField())
