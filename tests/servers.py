"""Real servers for the tests: PostgreSQL and Redis on free loopback ports in a temporary folder, stopped by id."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parent.parent
HOW = "install it with: apt-get install -y postgresql redis-server chromium poppler-utils"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _binary(name: str, *folders: str) -> str:
    for folder in folders:
        for found in sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}"), reverse=True):
            return str(found)
    if found := shutil.which(name):
        return found
    raise SystemExit(f"{name} is missing: {HOW}")


def _as_postgres(command: list[str], home: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands over to the postgres user."""
    if os.geteuid() != 0:
        return command
    return ["runuser", "-u", "postgres", "--", *command]


@contextmanager
def postgres():
    """A fresh cluster; yields its URL `postgres://…/portal`. The guards of durability stay on, as in production."""
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    port, data = free_port(), folder / "data"
    initdb = _binary("initdb", "/usr/lib/postgresql/*/bin")
    server = _binary("postgres", "/usr/lib/postgresql/*/bin")
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(
        _as_postgres(
            [initdb, "-D", str(data), "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], folder
        ),
        check=True,
        **quiet,
    )
    command = [server, "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
    command += ["-c", "max_connections=200", "-c", "log_min_messages=fatal"]
    process = subprocess.Popen(_as_postgres(command, folder), stderr=subprocess.DEVNULL, **quiet)
    try:
        url = f"postgres://portal@127.0.0.1:{port}/portal"
        createdb = _binary("createdb", "/usr/lib/postgresql/*/bin")
        for _ in range(100):
            made = subprocess.run(
                [createdb, "-h", "127.0.0.1", "-p", str(port), "-U", "portal", "portal"], capture_output=True
            )
            if made.returncode == 0:
                break
            time.sleep(0.2)
        else:
            raise SystemExit("the PostgreSQL that the tests started does not answer")
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server_url: str):
    """A database of its own on a server that runs; yields its URL, and drops it at the end.

    Empty, or with the portal's tables where the run has made a template of them (`migrated_template`).
    """
    name, template = f"portal_{uuid4().hex[:12]}", os.environ.get("TEST_DATABASE_TEMPLATE")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        yield f"{server_url.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrated_template(server_url: str) -> str:
    """A database with the portal's tables, from which the others of a run are copied; its name."""
    name = "portal_template"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    with tempfile.TemporaryDirectory(prefix="portal-template-") as folder:
        env = {**os.environ, "DEMO_MODE": "1", "VAR_DIR": folder, "REDIS_URL": "", "BROKER_URL": "memory://"}
        env["DATABASE_URL"] = f"{server_url.rpartition('/')[0]}/{name}"
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    return name


@contextmanager
def redis():
    """A Redis without persistence; yields its URL."""
    port = free_port()
    folder = tempfile.mkdtemp(prefix="portal-redis-")
    command = [_binary("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
