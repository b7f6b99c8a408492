"""What a merge of two rows of the register would move and take: read before, done by actions.merging."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, ForeignKey, IntegerField, Model, OuterRef, Q, Subquery, UniqueConstraint

from enterprises.actions.registering import spoken
from enterprises.models import Enterprise, ResumptionStatus
from parkportal.editing import named
from parkportal.privacy import mask_name, mask_phone
from parkportal.states import Move

# History and custody stay with the row they were written for, and are read together with the kept one.
STAYS = frozenset(
    {
        "enterprises.UnitDay", "enterprises.SishangListing", "enterprises.Doubt", "enterprises.Merge", "supplies.Place", "supplies.AllocationLine", "supplies.Cover", "supplies.Delivery", "testing.Box",
        "testing.Specimen", "testing.TubeRange",
    }
)  # fmt: skip
NOT_SHOWN = frozenset({"enterprises.Doubt", "enterprises.Merge", "enterprises.Enterprise", "supplies.Cover"})
FIELDS = (
    "name", "short_name", "credit_code", "address", "building", "floor", "industry", "sishang_kind", "key_level",
    "exemption", "legal_name", "principal_name", "principal_phone", "liaison_name", "liaison_phone", "manager_name",
    "manager_phone", "workers", "headcount", "builder", "developer", "has_canteen", "has_dormitory", "squad",
)  # fmt: skip
MASKS = {name: mask_phone if name.endswith("_phone") else mask_name for name in FIELDS if name.endswith(("_phone",))}


# How far back at work, the furthest last; a stop after resumption says more than never having resumed.
WAY = tuple(ResumptionStatus(one) for one in ("not_resumed", "planned", "filed", "stopped", "resumed"))


@dataclass(frozen=True)
class Relation:
    """One table that points to the register: its model and its column."""

    model: type[Model]
    column: ForeignKey

    @property
    def key(self) -> str:
        return f"{self.model._meta.label}.{self.column.name}"

    @property
    def stays(self) -> bool:
        return self.model._meta.label in STAYS or issubclass(self.model, Move)

    def count(self) -> Subquery:
        """How many rows point to the outer enterprise."""
        name = self.column.name
        rows = self.model._default_manager.order_by().filter(**{name: OuterRef("pk")}).values(name)
        return Subquery(rows.annotate(count=Count("pk")).values("count"), output_field=IntegerField())

    def clashes(self, kept: Enterprise, gone: Enterprise) -> int:
        """How many rows of `gone` a constraint keeps from standing under `kept`, which has the like of them already."""
        name, found = self.column.name, set()
        if self.column.unique:
            has = self.model._default_manager.filter(**{name: kept.pk}).exists()
            return self.model._default_manager.filter(**{name: gone.pk}).count() if has else 0
        for constraint in self.model._meta.constraints:
            if not isinstance(constraint, UniqueConstraint) or name not in constraint.fields:
                continue
            rows = self.model._default_manager.filter(constraint.condition or Q())
            others = [other for other in constraint.fields if other != name]
            taken = set(rows.filter(**{name: kept.pk}).values_list(*others)) if others else set()
            for pk, *values in rows.filter(**{name: gone.pk}).values_list("pk", *others):
                if tuple(values) in taken or (not others and rows.filter(**{name: kept.pk}).exists()):
                    found.add(pk)
        return len(found)


@dataclass(frozen=True)
class Going:
    """A line of the preview: what, how many, and whether it goes over or stays in the old file.

    `clashing` of those that go over stay, because the kept unit has the like of them already (a report of the same day).
    """

    words: str
    count: int
    stays: bool
    clashing: int = 0


@dataclass(frozen=True)
class Choice:
    """A field in which the two rows differ; `take` says whose value is proposed."""

    name: str
    label: str
    kept: str
    gone: str
    take: str


def relations() -> Iterator[Relation]:
    """Every table, of this app and of those above, that points to an enterprise."""
    for field in Enterprise._meta.get_fields(include_hidden=True):
        if not field.auto_created or field.concrete or not (field.one_to_many or field.one_to_one):
            continue
        model = field.related_model
        if model._meta.auto_created or not model._meta.managed:  # type: ignore[union-attr]
            continue
        yield Relation(model, field.field)  # type: ignore[arg-type, union-attr]


def goings(kept: Enterprise, gone: Enterprise) -> list[Going]:
    """What stands under the row that goes: counted by table in one statement, the empty ones left out."""
    shown = [relation for relation in relations() if relation.model._meta.label not in NOT_SHOWN]
    columns = {f"n{n}": relation.count() for n, relation in enumerate(shown)}
    counts: Any = Enterprise.objects.filter(pk=gone.pk).values(**columns)[0]
    found = [
        Going(
            str(relation.model._meta.verbose_name_plural),
            count,
            relation.stays,
            0 if relation.stays else relation.clashes(kept, gone),
        )
        for n, relation in enumerate(shown)
        if (count := counts[f"n{n}"])
    ]
    return sorted(found, key=lambda going: going.stays)


def choices(kept: Enterprise, gone: Enterprise) -> list[Choice]:
    """The fields in which they differ; the kept row's value is proposed unless it has none."""
    rows = []
    for name in FIELDS:
        ours, theirs = value_of(kept, name), value_of(gone, name)
        if ours == theirs or theirs in (None, ""):
            continue
        label = str(named(Enterprise, name).verbose_name)
        take = "gone" if ours in (None, "") else "kept"
        rows.append(Choice(name, label, _shown(kept, name, ours), _shown(gone, name, theirs), take))
    return rows


def brings_status(kept: Enterprise, gone: Enterprise) -> bool:
    """Whether the row that goes is further on its way back to work."""
    return WAY.index(gone.status) > WAY.index(kept.status)


def value_of(enterprise: Enterprise, name: str) -> Any:
    """The bare value of a column: keys for relations."""
    return getattr(enterprise, Enterprise._meta.get_field(name).attname)  # type: ignore[union-attr]


def proposed(kept: Enterprise, gone: Enterprise, answers: Mapping[str, str]) -> list[str]:
    """The fields whose value is taken from the row that goes; what nobody answered follows the proposal."""
    return [row.name for row in choices(kept, gone) if answers.get(f"take_{row.name}", row.take) == "gone"]


def _shown(enterprise: Enterprise, name: str, value: Any) -> str:
    words = spoken(enterprise, name, value)
    return MASKS[name](words) if name in MASKS and words else words
