"""Rules of the house that no linter knows: which time is asked, no signals, and a floor that is whole."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("parkportal", "enterprises", "supplies", "testing", "investment")
KNOWS_THE_APPS = {"records", "messaging", "accounts", "dashboard", "urls", "tests"}

REAL_TIME = {
    "parkportal/clock.py": "makes park time of it",
    "parkportal/dashboard/demo.py": "the instant at which the demo's clock starts",
    "parkportal/accounts/": "sessions, passwords, second factor, invitations",
    "parkportal/records/jobs.py": "leases of workers",
    "parkportal/records/job_cards.py": "how long a job has been running",
    "parkportal/records/models/jobs.py": "leases of workers",
    "parkportal/records/files.py": "how long a file is kept",
    "parkportal/records/models/files.py": "how long a file or draft is kept",
    "parkportal/records/parked.py": "how long a draft is kept",
    "parkportal/records/tasks.py": "what has expired",
    "parkportal/records/intake_batches.py": "how long an upload is kept",
    "parkportal/records/models/intake.py": "when a column was last mapped by hand",
    "parkportal/messaging/": "leases, tries, and what the provider counts in a day",
    "parkportal/dashboard/views/health.py": "a sender's lease",
    "parkportal/dashboard/tasks.py": "digits that have run out",
    "supplies/actions/deliveries.py": "digits sent to a phone",
    "supplies/actions/signing.py": "digits sent to a phone",
    "supplies/models/delivery.py": "digits sent to a phone",
    "testing/phone_codes.py": "digits sent to a phone",
    "testing/results.py": "lock-out of look-ups",
    "testing/views/lookup.py": "a permission in the session",
    "testing/views/reports.py": "a permission in the session",
}
ASKS = {"timezone.now", "timezone.localdate", "timezone.localtime()", "datetime.now", "datetime.utcnow", "date.today"}
ASKS |= {"time.time", "datetime.datetime.now", "datetime.date.today"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/tests/" not in name and "/migrations/" not in name:
                yield name, ast.parse(path.read_text())


def real_time_asked(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ASKS:
            return True
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            return True
        if isinstance(node, ast.Call) and not node.args and f"{ast.unparse(node.func)}()" in ASKS:
            return True
    return False


def test_rules_of_the_park_ask_park_time():
    asking = [name for name, tree in sources() if real_time_asked(tree)]
    assert [name for name in asking if not any(name.startswith(place) for place in REAL_TIME)] == []
    assert [place for place in REAL_TIME if not any(name.startswith(place) for name in asking)] == []


def test_there_are_no_signals():
    imports = {
        name: {f"{node.module}.{alias.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
               for alias in node.names}
        | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        for name, tree in sources()
    }  # fmt: skip
    assert {
        name for name, found in imports.items() if any("signals" in one or "dispatch" in one for one in found)
    } == set()


def test_a_task_takes_ids_and_nothing_else():
    """What a task is given lies in the broker, readable for whoever has it."""
    tasks = {
        f"{name}:{node.name}": [ast.unparse(one.annotation) if one.annotation else "" for one in node.args.args]
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("shared_task" in ast.unparse(one) for one in node.decorator_list)
    }
    assert len(tasks) > 10 and {name for name, given in tasks.items() if set(given) - {"int"}} == set()


def test_the_floor_is_whole():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (floor,) = [contract["source_modules"] for contract in contracts if contract["type"] == "forbidden"]
    present = {
        path.stem for path in (ROOT / "parkportal").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert set(floor) == {f"parkportal.{name}" for name in present - KNOWS_THE_APPS - {"__init__"}}
