"""`manage.py start`: the whole portal by one command: database, demo data, web server, worker with its schedule."""

import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from honcho.manager import Manager

from parkportal.accounts.models import User
from parkportal.demo import CAST, DEMO_PASSWORD
from parkportal.records import terms


class Command(BaseCommand):
    help = (
        "Prepare the database (and in DEMO_MODE the demo park), then run web server, worker and schedule until Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="web port (8000)")
        parser.add_argument("--workers", type=int, default=2, help="web processes (2)")

    def handle(self, *, port: int, workers: int, **options: Any) -> None:
        self.check_port(port)
        Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        terms.plant()
        if settings.DEMO_MODE and not User.objects.exists():
            self.stdout.write("正在建立演示园区 …")
            call_command("demo")
        if not settings.DEMO_MODE:
            call_command("collectstatic", verbosity=0, interactive=False)
        self.announce(port)
        raise SystemExit(run_processes(port, workers))

    def check_port(self, port: int) -> None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise CommandError(f"端口 {port} 已经有程序在用。换一个：PORT=8001 make run")

    def announce(self, port: int) -> None:
        self.stdout.write(f"打开 http://127.0.0.1:{port}/ ，Ctrl-C 停止。")
        if settings.DEMO_MODE:
            names = "、".join(f"{username}（{name}）" for username, name, _, _ in CAST)
            self.stdout.write(f"演示账号，密码都是 {DEMO_PASSWORD}：{names}")
        self.stdout.flush()


def run_processes(port: int, workers: int) -> int:
    """Web server and worker side by side; when one ends, both end. Returns the exit code."""
    manager = Manager()
    python = sys.executable
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    host = os.environ.get("HOST", "127.0.0.1")
    manager.add_process(
        "web",
        f"{python} -m gunicorn parkportal.wsgi --bind {host}:{port} --workers {workers} --threads 8 "
        "--worker-class gthread --graceful-timeout 10 --log-level warning",
        env=environment,
        quiet=True,
    )
    schedule = Path(settings.VAR_DIR) / "celerybeat-schedule"
    manager.add_process(
        "worker",
        f"{python} -m celery -A parkportal worker --beat --schedule {schedule} --concurrency 2 --loglevel warning "
        "--without-gossip --without-mingle",
        env=environment,
        quiet=True,
    )
    manager.loop()
    return manager.returncode or 0
