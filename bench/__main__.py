"""Run the benchmarks that are named, or all; each prints lines and says whether it reached its figure."""

import importlib
import os
import sys
import tempfile
from pathlib import Path

NAMES = ("lists", "allocation", "desk", "results", "roster", "workbook", "labels")


def main(names: list[str]) -> int:
    """The database of DATABASE_URL is copied in shape, never touched: a test database is made and thrown away."""
    unknown = set(names) - set(NAMES)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
    os.environ.setdefault("VAR_DIR", str(folder))
    os.environ.setdefault("DEMO_MODE", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkportal.settings")
    reached = [importlib.import_module(f"bench.{name}").run() for name in (names or NAMES)]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
