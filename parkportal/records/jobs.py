"""Long work: started by a person, done by a worker, watched on a page that survives the browser.

An app writes `@handler("kind")` over a function `(job, progress) -> Finished` in a module that its
AppConfig.ready() imports. The row in the database is the truth; the task that runs it carries its id
and may come twice or never: a claim lets one worker in, and a sweep calls again for what was lost.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from parkportal.celery import app
from parkportal.records import terms
from parkportal.records.models import Job, StoredFile
from parkportal.records.models.files import JOB_LIFE
from parkportal.states import Refused

logger = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 1.0
ATTEMPTS = 3


class Stopped(Exception):
    """Somebody pressed stop, or another worker has taken the job over. Handlers let it pass."""


@dataclass(frozen=True)
class Finished:
    """What a handler hands back: a sentence, figures for the page, and the file it made."""

    message: str = ""
    outcome: Any = None
    result: StoredFile | None = None


Handler = Callable[[Job, "Progress"], Finished]


@dataclass(frozen=True)
class Kind:
    run: Handler
    unit: str
    page: Callable[[Job], str] | None


_kinds: dict[str, Kind] = {}


def handler(kind: str, *, unit: str = "条", page: Callable[[Job], str] | None = None) -> Callable[[Handler], Handler]:
    """Declares what does a kind of job. `unit` counts its items; `page(job)` is the address of its outcome, if any."""

    def declare(run: Handler) -> Handler:
        _kinds[kind] = Kind(run, unit, page)
        return run

    return declare


def kind_of(job: Job) -> Kind | None:
    return _kinds.get(job.kind)


class Progress:
    """Says how far it is, at most once a second, and hears whether to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._said = timezone.now()

    def tick(self, done: int, total: int, *, at_once: bool = False) -> None:
        """Raises Stopped when somebody asked for it or the job is in other hands. Call it between items."""
        now = timezone.now()
        if not at_once and done < total and (now - self._said).total_seconds() < HEARTBEAT_SECONDS:
            return
        self._said = now
        mine = Job.objects.filter(pk=self.job.pk, claim=self.job.claim, status=Job.Status.RUNNING)
        if not mine.filter(stop_asked=False).update(done=done, total=total, heard_at=now):
            raise Stopped


def wish_key(kind: str, by: Any, params: dict[str, Any]) -> str:
    """The lock of an export: a button that is pressed twice makes one file, while the first one is not over."""
    wish = json.dumps([kind, by.pk, params], sort_keys=True).encode()
    return f"wish-{hashlib.sha256(wish).hexdigest()[:40]}"


def start(
    kind: str,
    *,
    title: str,
    by: Any,
    params: dict[str, Any] | None = None,
    source: StoredFile | None = None,
    lock_key: str | None = None,
    token: uuid.UUID | None = None,
    total: int = 0,
) -> Job:
    """Write the job and queue it on commit.

    The same token again, or a `lock_key` that a job not yet over holds, gives back that job (which may be
    somebody else's: compare its owner). Raises KeyError for a kind that nobody declared.
    """
    _kinds[kind]
    found = _same(token, lock_key)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                title=title[:120],
                owner=by,
                params=params or {},
                source=source,
                lock_key=lock_key,
                form_token=token,
                total=total,
                expires_at=timezone.now() + JOB_LIFE,
            )
    except IntegrityError:
        found = _same(token, lock_key)
        if found is None:
            raise
        return found
    _queue(job.pk)
    return job


def _same(token: uuid.UUID | None, lock_key: str | None) -> Job | None:
    found = Job.objects.filter(form_token=token).first() if token else None
    return found or (Job.objects.filter(lock_key=lock_key).first() if lock_key else None)


def _queue(job_id: int) -> None:
    """After commit; a broker that is down is no error here, the sweep calls again."""
    transaction.on_commit(lambda: app.send_task("parkportal.records.tasks.run_job", [job_id], retry=False), robust=True)


def ask_to_stop(job: Job) -> bool:
    """A waiting job stops now, a running one at its next item. False when it is over already."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING)
    if waiting.update(status=Job.Status.STOPPED, message="还没有开始就停下了。", lock_key=None, finished_at=now):
        return True
    return bool(Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(stop_asked=True))


def run(job_id: int) -> None:
    """Claim the job and do it. A second call while it runs, or after, does nothing."""
    claim = uuid.uuid4()
    waiting = Job.objects.filter(pk=job_id, status=Job.Status.WAITING)
    if not waiting.update(status=Job.Status.RUNNING, claim=claim, heard_at=timezone.now(), attempts=F("attempts") + 1):
        return
    job = Job.objects.select_related("source", "owner").get(pk=job_id)
    kind = kind_of(job)
    try:
        if kind is None:
            raise LookupError(f"no handler for jobs of kind {job.kind}")
        with terms.read_once():
            finished = kind.run(job, Progress(job))
    except Stopped:
        _close(job, Job.Status.STOPPED, Finished("按要求停下了，已做完的部分保留。"))
    except Refused as refusal:
        _close(job, Job.Status.FAILED, Finished(refusal.text))
    except Exception as fault:
        # The text of a fault may carry a person's data, so the log gets its kind and place only.
        logger.error("job %s of kind %s failed: %s at %s", job.pk, job.kind, type(fault).__name__, _place(fault))
        _close(job, Job.Status.FAILED, Finished("系统出错，没有做完，请再试一次；还不行请告诉管理员。"))
    else:
        _close(job, Job.Status.DONE, finished)


def _place(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


def _close(job: Job, status: str, finished: Finished) -> None:
    changes: dict[str, Any] = {
        "status": status,
        "message": finished.message[:300],
        "outcome": finished.outcome,
        "result": finished.result,
        "lock_key": None,
        "finished_at": timezone.now(),
    }
    if status == Job.Status.DONE:
        changes["done"] = F("total")
    Job.objects.filter(pk=job.pk, claim=job.claim, status=Job.Status.RUNNING).update(**changes)


def call_again_for_lost() -> int:
    """Jobs nobody has been heard of from for two minutes go back to the queue, or fail after three attempts."""
    count = 0
    for job in Job.objects.lost():
        mine = Job.objects.filter(pk=job.pk, status=job.status, heard_at=job.heard_at)
        if job.attempts >= ATTEMPTS:
            words = f"试了 {ATTEMPTS} 次都中断了，没有做完。请把文件拆小，或告诉管理员。"
            mine.update(status=Job.Status.FAILED, message=words, lock_key=None, finished_at=timezone.now())
        elif job.stop_asked:
            mine.update(status=Job.Status.STOPPED, message="已停下。", lock_key=None, finished_at=timezone.now())
        elif mine.update(status=Job.Status.WAITING, heard_at=timezone.now(), claim=None):
            _queue(job.pk)
            count += 1
    return count


def try_again(job: Job) -> bool:
    """A job that failed goes back to the queue as it was asked for. False when it has not failed."""
    failed = Job.objects.filter(pk=job.pk, status=Job.Status.FAILED)
    if not failed.update(
        status=Job.Status.WAITING, attempts=0, done=0, message="", finished_at=None, heard_at=timezone.now(), claim=None
    ):
        return False
    _queue(job.pk)
    return True
