"""`manage.py rekey`: everything encrypted is encrypted anew with the first of FIELD_KEYS."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from parkportal.records import rekeying

DESCRIPTION = """Encrypts every encrypted column and stored file anew with the first key of FIELD_KEYS.

To turn the keys over:
  1. make a key:    python -c 'import base64, os; print("k2:" + base64.b64encode(os.urandom(32)).decode())'
  2. put it first:  FIELD_KEYS=k2:…,k1:…   and restart web and worker (new values take k2, old ones are read with k1)
  3. run            manage.py rekey        while the portal runs; it may be interrupted and run again
  4. when it says that nothing is left under an old key, take k1 out of FIELD_KEYS and restart; whoever has been
     signed in since before step 2 signs in again (a session lasts twelve hours at most).

Values that were changed meanwhile are left as they are: they have the new key already. INDEX_KEY stays: the look-up
hashes are made with it. Prints counts only, no content. --check counts what is left and changes nothing (exit code 1
if anything is).
"""


class Command(BaseCommand):
    help = DESCRIPTION

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="count only")

    def handle(self, *args: Any, **options: Any) -> None:
        left = 0
        for column in rekeying.columns():
            count = rekeying.count_old(column) if options["check"] else rekeying.turn_over(column)
            left += count
            if count:
                self.stdout.write(f"{column.label}: {count}")
        count = rekeying.turn_over_files(only_count=options["check"])
        left += count
        if count:
            self.stdout.write(f"files: {count}")
        if options["check"]:
            self.stdout.write(f"left under an old key: {left}")
            raise SystemExit(1 if left else 0)
        self.stdout.write(f"encrypted anew: {left}; nothing is left under an old key")
