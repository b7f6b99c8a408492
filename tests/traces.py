"""Every POST of every test: what it wrote of the park has left an audit entry or a move (design §4, Audit)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.signals import request_finished, request_started
from django.db import connection
from django.urls import Resolver404, resolve

from parkportal.records.models import AuditEntry
from parkportal.states import Move

WRITE = re.compile(r'^\s*(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
# Changes that were sent as one statement (parkportal/prepared.py).
PART = re.compile(r'AS \((?:INSERT INTO|UPDATE)\s+"(\w+)"')
SAVEPOINT = re.compile(r'^\s*(SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)"?', re.IGNORECASE)


@dataclass
class Watch:
    """What the requests of one test wrote without a trace: address name → tables."""

    method: str = ""
    path: str = ""
    written: list[str] = field(default_factory=list)
    savepoints: dict[str, int] = field(default_factory=dict)
    untraced: dict[str, set[str]] = field(default_factory=dict)

    def started(self, environ: dict[str, Any], **_: Any) -> None:
        self.method, self.path, self.written = environ["REQUEST_METHOD"], environ["PATH_INFO"], []

    def finished(self, **_: Any) -> None:
        of_record = set(self.written) - NOT_OF_RECORD.keys()
        name = name_of(self.path) if of_record and self.method == "POST" else ""
        if name and not of_record & traces() and name not in NO_TRACE:
            self.untraced.setdefault(name, set()).update(of_record)
        self.method = ""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if not self.method:
            return answer
        if found := WRITE.match(sql):
            # An INSERT that returns its key tells no count before the key is fetched.
            if sql.lstrip()[:6].upper() == "INSERT" or context["cursor"].rowcount:
                self.written.append(found[1])
        elif sql.startswith("WITH s0(k)"):
            self.written.extend(PART.findall(sql))
        elif found := SAVEPOINT.match(sql):
            self._savepoint(found[1], found[2])
        return answer

    def _savepoint(self, act: str, name: str) -> None:
        """What was taken back has not been written."""
        if act.upper() == "SAVEPOINT":
            self.savepoints[name] = len(self.written)
        elif act.upper() == "ROLLBACK TO SAVEPOINT":
            del self.written[self.savepoints.get(name, 0) :]


def name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


def traces() -> set[str]:
    """The tables whose rows tell who did what."""
    models = [model for model in apps.get_models() if issubclass(model, Move)]
    return {AuditEntry._meta.db_table, *(model._meta.db_table for model in models)}


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    request_started.connect(watch.started)
    request_finished.connect(watch.finished)
    try:
        with connection.execute_wrapper(watch):
            yield watch
    finally:
        request_started.disconnect(watch.started)
        request_finished.disconnect(watch.finished)


NOT_OF_RECORD: dict[str, str] = {
    "django_session": "a browser's session",
    "records_parked": "a draft or preview that expires",
    "records_codecounter": "the number that the next code gets",
    "records_figuresnapshot": "figures are computed, not done",
    "records_term": "the words that come with the code; adding and changing one are acts of the audit",
    "records_storedfile": "a file; what it belongs to is the act",
    "records_job": "long work is a row of its own with who and when; what it does is in the audit when it does it",
    "records_intakebatch": "an upload with its owner; what it brought is in the audit when it is taken in",
    "records_columnmapping": "how the columns of one kind of file are read",
    "axes_accessattempt": "counted failures of signing in",
    "axes_accesslog": "sign-ins as the lock-out counts them; the sign-in itself is an act of the audit",
    "axes_accessfailurelog": "counted failures of signing in",
    "otp_totp_totpdevice": "counted tries of a second factor; setting it up and losing it are acts of the audit",
    "otp_static_staticdevice": "counted tries of a recovery code",
    "enterprises_savedfilter": "how one person likes to see a list",
    "enterprises_doubt": "two look-alikes found by the machine; what a person says of them is an act of the audit",
    "messaging_optout": "the provider tells that a number wants no promotion; a row of its own with when",
    "supplies_cover": "computed from the book, the requests and the daily reports",
    "supplies_place": "the place of a hand or a point in the book, made when it is first looked at",
    "supplies_signingcode": "counted tries of a code; the message that brought it has its moves",
    "testing_phonecode": "a code of an anonymous person and its counted tries",
    "testing_lookuplock": "counted look-ups of an anonymous person",
    "testing_slot": "how many places are taken is counted; who takes one has a move",
}
NO_TRACE: dict[str, str] = {
    "supplies:cover_list": "computed here when the schedule has not been there lately; the item keeps only as of when",
    "supplies:receipt_create": "the ledger is an append-only book of its own, with who, when and why",
    "supplies:movement_create": "the ledger is an append-only book of its own, with who, when and why",
    "testing:lab_box": "each tube seen is a row of its own with who and when; signing for the box is its move",
    "enterprises:filing_step": "a filing is filled in step by step; handing it in is its move",
}
