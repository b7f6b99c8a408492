"""Reading a file that somebody sent: always in a process of its own, bounded in memory and time.

Celery's workers are daemonic and cannot have `multiprocessing` children, so the process is an ordinary one.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from parkportal.workbooks.limits import MOST_BYTES, WALL_SECONDS
from parkportal.workbooks.sheets import Workbook, WorkbookRefused, workbook_from_json

_ROOT = Path(__file__).resolve().parents[2]


def read_workbook(path: str | Path, *, header_words: Collection[str] = ()) -> Workbook:
    """What the file holds: every visible sheet's rows as stored. Raises WorkbookRefused within 20 s and 512 MiB.

    `header_words` are the headers that the caller knows, in the form of `header_key`; they help to tell the
    delimiter of a text file.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError:
        raise WorkbookRefused("missing") from None
    if size > MOST_BYTES:
        raise WorkbookRefused("too_large")
    return workbook_from_json(_read_apart(path, sorted(header_words)))


def _read_apart(path: Path, header_words: list[str]) -> dict[str, Any]:
    environment = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if key in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "parkportal.workbooks", str(path.resolve())],
            input=json.dumps(header_words).encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            cwd=_ROOT,
            env=environment | {"PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise WorkbookRefused("too_slow") from None
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise WorkbookRefused("too_slow")
    if done.returncode == -signal.SIGABRT or b"memory allocation" in done.stderr or b"MemoryError" in done.stderr:
        raise WorkbookRefused("too_big")
    if done.returncode != 0:
        raise WorkbookRefused("damaged")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise WorkbookRefused(answer["refused"])
    return answer["read"]
