"""A migrated SQLite database is kept from run to run: every migration takes a minute, a copy of the file a moment.

The copy's name carries a digest of all migrations, so that a changed one starts afresh; the first process of a run
makes it under a lock, the others wait for it.
"""

import fcntl
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def copy(source: Path, target: Path) -> None:
    """A whole copy, whatever still lies in the write-ahead log."""
    with closing(sqlite3.connect(source)) as full, closing(sqlite3.connect(target)) as empty:
        full.backup(empty)


def kept_file() -> Path:
    digest = hashlib.sha256(django.__version__.encode())
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("parkportal/*/migrations/*.py")]
    for path in [*sorted(sources), ROOT / "parkportal/records/triggers.py"]:
        digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"portal-migrated-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{digest.hexdigest()[:16]}.sqlite3"


@contextmanager
def prepared(name: str) -> Iterator[None]:
    """Inside, the test database `name` is set up: from the kept copy, or by migrating, which then leaves the copy."""
    kept = kept_file()
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = kept.exists()
        if known:
            fcntl.flock(lock, fcntl.LOCK_UN)
            copy(kept, Path(name))
        yield
        if not known:
            half = kept.with_suffix(f".{os.getpid()}")
            copy(Path(name), half)
            half.replace(kept)
