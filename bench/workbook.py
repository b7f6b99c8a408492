"""A workbook of 100,000 rows: the portal's writer against the bare one with the same cells, and the memory at its peak."""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROWS, ROUNDS = 100_000, 5
MOST_TIMES, MOST_MB = 1.3, 150
HEADS = ("企业名称", "信用代码", "职工总数", "到岗人数", "复工日期", "报送时间", "已复工", "面积", "备注", "小分队")


def run() -> bool:
    """Print both times, their ratio and the peak; True when both reach their figures. Each writer has a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        found = {how: [_apart(how, Path(folder) / f"{how}.xlsx") for _ in range(ROUNDS)] for how in ("bare", "portal")}
    bare, portal = (statistics.median(seconds for seconds, _ in found[how]) for how in ("bare", "portal"))
    peak = max(megabytes for _, megabytes in found["portal"])
    print(
        f"workbook: {ROWS} rows in {portal:.2f} s, bare writer {bare:.2f} s, ratio {portal / bare:.2f} "
        f"(aim ≤ {MOST_TIMES}), peak {peak:.0f} MB (aim ≤ {MOST_MB})"
    )
    return portal / bare <= MOST_TIMES and peak <= MOST_MB


def _apart(how: str, path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of a fresh process that writes the file."""
    done = subprocess.run([sys.executable, __file__, how, str(path)], capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _rows() -> Iterator[tuple[Any, ...]]:
    """What an export has: text, codes, whole numbers, days, instants with a zone, booleans, Decimals, gaps."""
    day, moment = date(2020, 2, 18), datetime(2020, 2, 18, 4, 30, tzinfo=UTC)
    for number in range(ROWS):
        name, code = f"湖南第{number}号科技有限公司", f"91430104MA4L{number:06d}"
        note = None if number % 3 else "电话确认过，周五再去一次"
        yield name, code, number % 900, number % 700, day, moment, True, Decimal("1150.5"), note, f"第{number % 10}队"


def _cells() -> Iterator[dict[str, Any]]:
    """The same as the bare writer takes them."""
    for row in _rows():
        values = dict(zip(HEADS, row, strict=True))
        values["报送时间"] = values["报送时间"].replace(tzinfo=None)
        values["面积"] = float(values["面积"])
        yield values


def _write(how: str, path: str) -> float:
    """Seconds of writing; both have loaded their libraries before."""
    import rustpy_xlsxwriter

    from parkportal.workbooks.writing import write_table

    began = time.perf_counter()
    if how == "bare":
        rustpy_xlsxwriter.write_worksheet(_cells(), path, "数据")
    else:
        write_table(path, HEADS, _rows(), title="企业名录", text_columns=("信用代码",))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    print(_write(*sys.argv[1:]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
