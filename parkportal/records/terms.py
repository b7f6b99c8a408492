"""Dictionary words by kind, read once for each call; seeds stand with the app that owns the kind."""

from parkportal.records.models import Term

SEEDS: dict[str, list[dict]] = {}


def declare(kind: str, *rows: dict) -> None:
    """Called in AppConfig.ready(): the words a fresh park starts with. Keys: code, label, report_label, settings."""
    SEEDS[kind] = [{"report_label": "", "settings": {}, **row, "position": n} for n, row in enumerate(rows, 1)]


def plant() -> int:
    """Write the missing words of every declared dictionary; words that staff changed stay."""
    present = set(Term.objects.values_list("kind", "code"))
    fresh = [
        Term(kind=kind, **row) for kind, rows in SEEDS.items() for row in rows if (kind, row["code"]) not in present
    ]
    Term.objects.bulk_create(fresh)
    return len(fresh)


def labels(kind: str) -> dict[str, str]:
    """code → label of a dictionary, in its order, retired words included."""
    return dict(Term.objects.filter(kind=kind).values_list("code", "label"))


def choices(kind: str) -> list[tuple[str, str]]:
    """Pairs for a form: only words in use."""
    return list(Term.objects.of(kind).values_list("code", "label"))
