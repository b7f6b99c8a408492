"""`manage.py start`: the whole portal by one command: database, demo data, web server, worker with its schedule."""

import errno
import os
import socket
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from honcho.manager import Manager
from kombu.exceptions import OperationalError as BrokerFault

from parkportal.accounts.models import User
from parkportal.celery import app
from parkportal.demo import CAST, DEMO_PASSWORD
from parkportal.records import terms

HOST = os.environ.get("HOST", "127.0.0.1")


def first_line(fault: Exception) -> str:
    """What a driver says, without what it advises."""
    return next(iter(str(fault).strip().splitlines()), type(fault).__name__)


class Command(BaseCommand):
    help = (
        "Prepare the database (and in DEMO_MODE the demo park), then run web server, worker and schedule until Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"), help="web port (8000)")
        parser.add_argument("--workers", type=int, default=2, help="web processes (2)")

    def handle(self, *, port: str, workers: int, **options: Any) -> None:
        number = self.check_port(port)
        self.check_folder(Path(settings.VAR_DIR))
        self.check_database()
        self.check_broker()
        call_command("migrate", verbosity=0)
        self.check_accounts()
        terms.plant()
        if settings.DEMO_MODE and not User.objects.exists():
            self.stdout.write("正在建立演示园区 …")
            call_command("demo")
        if not settings.DEMO_MODE:
            call_command("collectstatic", verbosity=0, interactive=False)
        self.announce(number)
        raise SystemExit(run_processes(number, workers))

    def check_port(self, port: str) -> int:
        """The port as a number, once it is certain that the web server may listen on it."""
        number = int(port) if port.isascii() and port.isdigit() else 0
        if not 0 < number < 65536:
            raise CommandError(f"端口 {port} 不是 1 到 65535 之间的数。换一个：PORT=8001 make run")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server asks for it
            try:
                probe.bind((HOST, number))
            except PermissionError as fault:
                raise CommandError(f"端口 {number} 没有权限使用。换一个：PORT=8001 make run") from fault
            except OSError as fault:
                said = "已经有程序在用" if fault.errno == errno.EADDRINUSE else f"用不了（HOST={HOST}）"
                raise CommandError(f"端口 {number} {said}。换一个：PORT=8001 make run") from fault
        return number

    def check_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as fault:
            raise CommandError(f"文件夹 {folder} 写不进去（{fault.strerror}）。用 VAR_DIR 换一个。") from fault

    def check_database(self) -> None:
        """Asked without the pool, which would go on knocking for twenty seconds."""
        given = connection.get_connection_params()
        waiting = {"connect_timeout": 5} if connection.vendor == "postgresql" else {}
        try:
            connection.Database.connect(**{name: given[name] for name in given if name != "pool"}, **waiting).close()
        except connection.Database.Error as fault:
            raise CommandError(f"数据库连不上，请核对 DATABASE_URL：{first_line(fault)}") from fault

    def check_broker(self) -> None:
        try:
            with app.connection_for_write() as broker:
                broker.ensure_connection(max_retries=1, timeout=2)
        except (BrokerFault, OSError) as fault:
            raise CommandError(f"Redis 连不上，请核对 REDIS_URL：{first_line(fault)}") from fault

    def check_accounts(self) -> None:
        """A park does not start on what a demo has left behind, however the demo's accounts are kept from signing in."""
        if not settings.DEMO_MODE and (count := User.objects.filter(is_demo=True).count()):
            raise CommandError(f"这个数据库里有 {count} 个演示账号，是演示园区的。给园区另用一个 DATABASE_URL。")

    def announce(self, port: int) -> None:
        self.stdout.write(f"打开 http://127.0.0.1:{port}/ ，Ctrl-C 停止。")
        if settings.DEMO_MODE:
            names = "、".join(f"{username}（{name}）" for username, name, _, _ in CAST)
            self.stdout.write(f"演示账号，密码都是 {DEMO_PASSWORD}：{names}")
        self.stdout.flush()


def run_processes(port: int, workers: int) -> int:
    """Web server and worker side by side, their log lines on the screen; when one ends, both end. Returns the exit code."""
    manager = Manager()
    python = sys.executable
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if settings.DEMO_MODE:  # nobody minds there that no static files are collected and that root tries the portal
        environment.setdefault("PYTHONWARNINGS", "ignore")
    manager.add_process(
        "web",
        f"{python} -m gunicorn parkportal.wsgi --bind {HOST}:{port} --workers {workers} --threads 8 "
        "--worker-class gthread --graceful-timeout 10 --log-level warning",
        env=environment,
    )
    schedule = Path(settings.VAR_DIR) / "celerybeat-schedule"
    manager.add_process(
        "worker",
        f"{python} -m celery --quiet -A parkportal worker --beat --schedule {schedule} --concurrency 2 --loglevel warning "
        "--without-gossip --without-mingle",
        env=environment,
    )
    manager.loop()
    return manager.returncode or 0
