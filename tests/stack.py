"""The whole portal as a park runs it: web server, worker and schedule as processes, on a free port."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent


def environment(folder: Path, port: int, database_url: str = "", redis_url: str = "", **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "DEMO_MODE": "1",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url or f"sqlite:///{folder}/portal.sqlite3",
        "REDIS_URL": redis_url,
        "OUTBOX_SWEEP_SECONDS": "1",
        "REMIND_SECONDS": "5",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def manage(env: dict[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=check
    )


@contextmanager
def portal(database_url: str = "", redis_url: str = "", keep: Path | None = None):
    """Starts `manage.py start` on a fresh database with the demo park; yields (address, environment).

    `keep` is a folder that stays, so that the same portal can be started again; what it says is in start.log there.
    """
    folder, port = keep or Path(tempfile.mkdtemp(prefix="portal-stack-")), free_port()
    env = environment(folder, port, database_url, redis_url)
    log = (folder / "start.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "start", "--port", str(port)],
        cwd=ROOT,
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, folder / "start.log")
        yield address, env
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()
        if not keep and not os.environ.get("KEEP_STACK"):
            shutil.rmtree(folder, ignore_errors=True)


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 420  # a loaded machine plants the demo park slowly
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the portal did not start:\n{log.read_text(errors='replace')[-4000:]}")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"the portal was not ready in time:\n{log.read_text(errors='replace')[-4000:]}")
