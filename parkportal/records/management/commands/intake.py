"""`manage.py intake KIND FILE`: the same door as the pages, from outside."""

import hashlib
import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from parkportal.clock import park_today
from parkportal.records import files, intake, intake_batches
from parkportal.records.intake import IntakeDoor, Params
from parkportal.records.intake_preview import counts_of
from parkportal.records.models import IntakeBatch
from parkportal.states import Refused
from parkportal.workbooks.judgement import Judgement

DESCRIPTION = """What an import of FILE would do against the present database, or, without --dry-run, does it.

KIND is register (企业名录), roster (返岗人员花名册), results (检测结果) or receipts (物资入库).
--json prints one object in the shape of a file in intake/expected.json; otherwise a summary and the refused rows.
In a dry run --enterprise, --warehouse and --by may all be left out. Without --dry-run --by says whose act it is, a
roster needs --enterprise and receipts need --warehouse where there are several.
Exit code 1 when the whole file is refused, 0 otherwise: refused rows do not hold up the others.

  manage.py intake register intake/01-企业名录.xlsx --as-of 2020-02-18 --dry-run --json
  manage.py intake roster 花名册.xlsx --enterprise 91439900MA4E457C5F --by guanwei1
"""


class Command(BaseCommand):
    help = DESCRIPTION

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", choices=intake.codes(), help="、".join(intake.codes()))
        parser.add_argument("file", metavar="FILE", type=Path, help="an .xlsx, .xls or .csv file")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, default=None, help="day of the import, by default today"
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="one object, one row of the file each")
        parser.add_argument("--enterprise", default="", metavar="CODE", help="credit code; for a roster")
        parser.add_argument("--warehouse", default="", metavar="NAME", help="for receipts")
        parser.add_argument("--by", default="", metavar="USER", help="user name of who brings the file in")

    def handle(self, *args: Any, **options: Any) -> None:
        door, path = intake.get(options["kind"]), options["file"]
        as_of = options["as_of"] or park_today()
        try:
            user = self._user(options["by"])
            params = door.command_params({name: options[name] for name in ("enterprise", "warehouse")}, user)
            holdings = door.holdings(user, params)
            judgement = intake_batches.judge_file(
                door, path, as_of=as_of, holdings=holdings, mapping=intake_batches.remembered(door), name=path.name
            )
            if not options["dry_run"] and not judgement.is_refused:
                self._take_in(door, path, judgement, params=params, user=user)
        except Refused as refusal:
            self._say_refused(refusal, door, path, as_of, as_json=options["json"])
            raise SystemExit(1) from refusal
        self._say(judgement, as_json=options["json"])
        if judgement.is_refused:
            raise SystemExit(1)

    def _user(self, username: str) -> Any:
        if not username:
            return None
        user = get_user_model().objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        return user

    def _take_in(self, door: IntakeDoor, path: Path, judgement: Judgement, *, params: Params, user: Any) -> None:
        """Writes as the page's job does, with the same batch, counts and audit entry."""
        if user is None:
            raise CommandError("Say with --by USER whose act the import is, or add --dry-run.")
        intake.check_params(door, user, params)
        raw = path.read_bytes()
        expires_at = intake_batches.kept_until()
        source = files.keep(
            raw, name=path.name, purpose="intake", owner=user, expires_at=expires_at, allow=intake_batches.SHEETS
        )
        batch = IntakeBatch.objects.create(
            kind=door.code,
            scope=intake.scope_of(params),
            params=params,
            owner=user,
            source=source,
            name=source.name,
            sha256=hashlib.sha256(raw).hexdigest(),
            as_of=judgement.as_of,
            status=IntakeBatch.Status.TAKING_IN,
        )
        intake_batches.write(door, batch, judgement, by=user)
        intake_batches.finish(door, batch, judgement, by=user)

    def _say(self, judgement: Judgement, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(judgement.as_json(), ensure_ascii=False, indent=1))
            return
        words = {"created": "新增", "updated": "更新", "unchanged": "无变化", "refused": "退回", "skipped": "跳过"}
        counts = counts_of(judgement)
        self.stdout.write(f"{judgement.file}: " + "，".join(f"{words[name]} {counts[name]}" for name in words))
        for line in judgement.file_sentences():
            self.stdout.write(line)
        for row in judgement.rows:
            for line in row.sentences(with_sheet=len(judgement.sheets) > 1) if row.errors else ():
                self.stdout.write(line)

    def _say_refused(self, refusal: Refused, door: IntakeDoor, path: Path, as_of: date, *, as_json: bool) -> None:
        if not as_json:
            self.stderr.write(refusal.text)
            return
        empty = Judgement(file=path.name, kind=door.code, as_of=as_of).as_json()
        errors = [{"column": None, "code": refusal.code}]
        self.stdout.write(
            json.dumps({**empty, "errors": errors, "message": refusal.text}, ensure_ascii=False, indent=1)
        )
