"""`make test`: every part in turn on its own servers; prints each runner's summary and their sum at the end."""

import os
import re
import subprocess
import sys
import time

from tests import servers

PARTS = (
    ("SQLite", "sqlite", ["-n", "2", "-m", "not journey and not drill"]),
    (
        "PostgreSQL: races, triggers, statement counts",
        "postgres",
        ["-m", "(postgres or both) and not journey and not drill"],
    ),
    ("Journeys in a browser", "sqlite", ["tests/journeys", "-m", "journey", "-n", "3", "--dist", "loadfile"]),
    ("Drills in short form", "sqlite", ["tests/drills", "-m", "drill", "-n", "2"]),
)


def run_part(title: str, database: str, arguments: list[str], urls: dict[str, str]) -> tuple[int, dict[str, int]]:
    print(f"\n== {title}", flush=True)
    env = {**os.environ, "POSTGRES_TEST_URL": urls["postgres"], "REDIS_TEST_URL": urls["redis"]}
    if database == "postgres":
        env["DATABASE_URL"] = urls["postgres"]
    started, lines = time.monotonic(), []
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout or ():
        lines.append(line)
        print(line, end="", flush=True)
    code = process.wait()
    summary = next((line for line in reversed(lines) if re.search(r"\d+ (passed|failed|error)", line)), "")
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error|skipped)", summary)}
    print(f"-- {title}: {time.monotonic() - started:.0f} s", flush=True)
    return code, counts


def main() -> int:
    wanted = sys.argv[1:]
    total = {"passed": 0, "failed": 0, "error": 0, "skipped": 0}
    worst, started = 0, time.monotonic()
    with servers.postgres() as postgres, servers.redis() as redis:
        os.environ["TEST_DATABASE_TEMPLATE"] = servers.migrated_template(postgres)
        for title, database, arguments in PARTS:
            if wanted and not any(word in title for word in wanted):
                continue
            code, counts = run_part(title, database, arguments, {"postgres": postgres, "redis": redis})
            worst = worst or code
            for word, count in counts.items():
                total[word] += count
    print(f"\nall parts: {time.monotonic() - started:.0f} s")
    print(f"{total['passed']} passed, {total['failed'] + total['error']} failed, {total['skipped']} skipped")
    return 1 if worst or total["failed"] or total["error"] or total["skipped"] else 0


if __name__ == "__main__":
    sys.exit(main())
