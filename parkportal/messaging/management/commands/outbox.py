"""What stands in the outbox, for whoever looks from outside."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from parkportal.clock import park_now
from parkportal.messaging.models import Message
from parkportal.messaging.purposes import title_of

EXPLAINED = """Counts of messages by state and purpose, and the oldest that waits. Changes nothing, shows nobody's number.

  manage.py outbox          a table to read
  manage.py outbox --json   one object:
    as_of            park time
    total            all messages
    states           {state: count}, every state present
    purposes         {purpose: {state: count}}, only what occurs
    due              waiting, and their time has come
    needs_a_person   failed and unverified
    oldest_waiting   null, or {id, purpose, send_after, waited_seconds}: the waiting message whose time came first
States: waiting 待发送, sending 发送中, sent 已发送, delivered 已送达, failed 失败, withdrawn 已撤回, expired 已过期,
unverified 待核实."""


def overview() -> dict[str, Any]:
    """The object that `--json` prints."""
    now = park_now()
    states: dict[str, int] = dict.fromkeys(Message.Status.values, 0)
    purposes: dict[str, dict[str, int]] = {}
    for row in Message.objects.order_by("purpose", "status").values("purpose", "status").annotate(count=Count("pk")):
        states[row["status"]] += row["count"]
        purposes.setdefault(row["purpose"], {})[row["status"]] = row["count"]
    waiting = Message.objects.filter(status=Message.Status.WAITING).exclude(channel__in=Message.BY_PERSON)
    oldest = waiting.order_by("send_after", "id").values("id", "purpose", "send_after").first()
    if oldest:
        oldest["waited_seconds"] = max(0, int((now - oldest["send_after"]).total_seconds()))
        oldest["send_after"] = oldest["send_after"].astimezone(now.tzinfo).isoformat()  # type: ignore[typeddict-item]
    return {
        "as_of": now.isoformat(),
        "total": sum(states.values()),
        "states": states,
        "purposes": purposes,
        "due": waiting.filter(send_after__lte=now, expires_at__gt=now).count(),
        "needs_a_person": sum(states[state] for state in Message.NEEDS_A_PERSON),
        "oldest_waiting": oldest,
    }


class Command(BaseCommand):
    help = EXPLAINED

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> ArgumentParser:  # type: ignore[override]
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        found = overview()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{found['total']} messages as of {found['as_of']}")
        for state, count in found["states"].items():
            self.stdout.write(f"  {Message.Status(state).label}  {count}")
        for purpose, counts in found["purposes"].items():
            words = ", ".join(f"{Message.Status(state).label} {count}" for state, count in counts.items())
            self.stdout.write(f"{title_of(purpose)}: {words}")
        oldest = found["oldest_waiting"]
        if oldest:
            self.stdout.write(f"oldest waiting: {title_of(oldest['purpose'])}, since {oldest['send_after']}")
