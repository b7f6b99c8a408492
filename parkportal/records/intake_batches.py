"""A file from its upload to its rows in the register: begin, look at, map columns, take in.

Nothing is written before the person says so; then every good row is, once, also when the worker is killed half way.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from parkportal.clock import at, park_now, park_today
from parkportal.idempotency import once
from parkportal.records import files, intake, jobs
from parkportal.records.audit import record
from parkportal.records.intake import IntakeDoor, Params
from parkportal.records.intake_preview import counts_of, plan_of, preview_of
from parkportal.records.jobs import Finished, Progress
from parkportal.records.models import ColumnMapping, IntakeBatch, Job, StoredFile
from parkportal.records.models.files import DRAFT_LIFE, JOB_LIFE
from parkportal.states import Refused
from parkportal.workbooks.headers import header_key
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import JudgedRow, Judgement
from parkportal.workbooks.sheets import WorkbookRefused
from parkportal.workbooks.writing import annotated_copy

SHEETS = ("xlsx", "xls", "text")
INLINE_BYTES = 150_000  # larger files are judged by the worker
Status = IntakeBatch.Status


def begin(
    door: IntakeDoor, upload: UploadedFile | bytes, *, name: str, params: Params, by: Any, token: UUID | None
) -> IntakeBatch:
    """Keep the file and judge it, here or in the worker. The same token again gives the first batch.

    Raises Refused for what is no table, and for params outside what the person reaches.
    """
    intake.check_params(door, by, params)

    def create() -> IntakeBatch:
        expires_at = timezone.now() + DRAFT_LIFE
        source = files.keep(upload, name=name, purpose="intake", owner=by, expires_at=expires_at, allow=SHEETS)
        return IntakeBatch.objects.create(
            kind=door.code,
            scope=intake.scope_of(params),
            params=params,
            owner=by,
            source=source,
            name=source.name,
            sha256=source.sha256,
            as_of=park_today(),
            mapping=remembered(door),
            token=token,
        )

    batch, is_new = once(IntakeBatch, token, create)
    if is_new:
        _judge_soon(door, batch)
    return batch


def _judge_soon(door: IntakeDoor, batch: IntakeBatch) -> None:
    if batch.source is not None and batch.source.size <= INLINE_BYTES:
        look_at(batch)
        return
    title = f"检查{door.title}：第 {batch.pk} 份"  # the file's own name may be a person's, and stands encrypted
    job = jobs.start("intake_judge", title=title, by=batch.owner, params={"batch": batch.pk})
    IntakeBatch.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job


def remembered(door: IntakeDoor) -> dict[str, str]:
    """Headers that were mapped by hand in earlier files of the kind."""
    return dict(ColumnMapping.objects.filter(kind=door.code).values_list("header", "field"))


def judged(batch: IntakeBatch) -> tuple[Judgement, bytes | None]:
    """The judgement of the batch's file as the portal stands now, and the annotated copy if there is anything to say.

    Raises Refused when the file cannot be read or has gone.
    """
    if batch.source is None:
        raise Refused("source_gone", "文件已经过期删除，请重新上传。")
    door = intake.get(batch.kind)
    holdings = door.holdings(batch.owner, batch.params)
    with on_disk(batch.source) as path:
        judgement = judge_file(door, path, as_of=batch.as_of, holdings=holdings, mapping=batch.mapping, name=batch.name)
        told = any(row.errors or row.warnings for row in judgement.rows)
        return judgement, annotated_copy(path, judgement) if told else None


def _keep_annotated(batch: IntakeBatch, raw: bytes | None, *, life: timedelta) -> StoredFile | None:
    if raw is None:
        return None
    name = f"{os.path.splitext(batch.name)[0]}-标注"
    return files.keep_made(raw, "xlsx", name=name, purpose="intake-annotated", owner=batch.owner, life=life)


def judge_file(
    door: IntakeDoor, path: Path, *, as_of: date, holdings: Any, mapping: dict[str, str] | None = None, name: str
) -> Judgement:
    """The same for a file on disk. Raises Refused with the reader's own sentence."""
    try:
        return judge(door.kind_now(), path, as_of=as_of, holdings=holdings, mapping=mapping, name=name)
    except WorkbookRefused as refusal:
        raise Refused(refusal.code, refusal.message_zh) from refusal


@contextmanager
def on_disk(stored: StoredFile) -> Iterator[Path]:
    """The decrypted file for the reader's process, readable by nobody else and gone afterwards."""
    ending = os.path.splitext(stored.name)[1]
    with tempfile.TemporaryDirectory(prefix="intake-") as folder:
        path = Path(folder) / f"file{ending}"
        path.write_bytes(files.content(stored))
        yield path


def look_at(batch: IntakeBatch) -> None:
    """Judge the file and keep what the preview shows."""
    door = intake.get(batch.kind)
    try:
        judgement, annotated = judged(batch)
    except Refused as refusal:
        _close_refused(batch, [refusal.text])
        return
    if judgement.is_refused:
        _close_refused(batch, judgement.file_sentences(), preview_of(door, judgement))
        return
    batch.preview = preview_of(door, judgement)
    if door.plan is not None:
        batch.preview["plan"] = plan_of(door.plan(judgement, batch.owner, batch.params))
    batch.status = Status.PREVIEW
    for name, count in counts_of(judgement).items():
        setattr(batch, name, count)
    batch.annotated = _keep_annotated(batch, annotated, life=DRAFT_LIFE)
    batch.save()


def _close_refused(batch: IntakeBatch, sentences: list[str], preview: dict | None = None) -> None:
    batch.status = Status.REFUSED
    batch.words = sentences[0][:300] if sentences else "文件读不了。"
    batch.preview = {**(preview or {"columns": []}), "errors": sentences}
    batch.save()


def map_columns(batch: IntakeBatch, choices: dict[str, str], *, by: Any) -> None:
    """Say by hand what headers mean ("" = not taken in), remember it for the kind, and judge again.

    Raises Refused `two_headers_one_column`, `no_such_column`, and `not_open` once the file is being taken in.
    """
    door = intake.get(batch.kind)
    wanted = {header_key(header)[:100]: field for header, field in choices.items()}
    chosen = [field for field in wanted.values() if field]
    if len(chosen) != len(set(chosen)):
        raise Refused("two_headers_one_column", "两列不能对应同一栏，请改一列。")
    if unknown := set(chosen) - set(door.kind.columns.by_name):
        raise Refused("no_such_column", f"没有“{unknown.pop()}”这一栏。")
    with transaction.atomic():
        if not IntakeBatch.objects.filter(pk=batch.pk, status__in=[Status.PREVIEW, Status.REFUSED]).update(
            mapping={**batch.mapping, **wanted}, status=Status.JUDGING, words=""
        ):
            raise Refused("not_open", "这份文件已经在导入，不能再改列的对应。")
        for header, field in wanted.items():
            same = ColumnMapping.objects.filter(kind=door.code, header=header)
            if field:
                ColumnMapping.objects.update_or_create(
                    kind=door.code, header=header, defaults={"field": field, "by": by}
                )
            else:
                same.delete()
        batch.refresh_from_db()
    _judge_soon(door, batch)


def earlier_today(batch: IntakeBatch) -> IntakeBatch | None:
    """A batch of the same kind and scope that was taken in today from the same file."""
    return (
        IntakeBatch.objects.taken_in()
        .filter(kind=batch.kind, scope=batch.scope, sha256=batch.sha256)
        .filter(taken_in_at__gte=at(park_today()))
        .exclude(pk=batch.pk)
        .select_related("owner")
        .order_by("-id")
        .first()
    )


# --- taking in -------------------------------------------------------------------------------------------------------


def lock_key(batch: IntakeBatch) -> str:
    """One file of one scope is taken in by one job at a time."""
    return f"intake:{batch.kind}:{batch.scope[:20]}:{batch.sha256[:32]}"


def take_in(batch: IntakeBatch, *, by: Any, token: UUID | None = None) -> Job:
    """Start the job that writes the good rows. The same batch again gives the job that has it.

    Raises Refused `not_open` for a batch without a preview, `same_file_running` while another batch of the same
    file is being taken in.
    """
    door = intake.get(batch.kind)
    intake.check_params(door, by, batch.params)
    with transaction.atomic():
        opened = IntakeBatch.objects.select_for_update().get(pk=batch.pk)
        if opened.job is not None and (opened.status == Status.TAKEN_IN or not opened.job.is_over):
            return opened.job
        if opened.status not in {Status.PREVIEW, Status.TAKING_IN}:
            raise Refused("not_open", "这份文件现在不能导入，请重新上传。")
        title = f"导入{door.title}：{opened.good} {door.row_words}"
        job = jobs.start(
            "intake_take_in",
            title=title,
            by=by,
            params={"batch": opened.pk},
            source=opened.source,
            lock_key=lock_key(opened),
            token=token,
            total=opened.good,
        )
        if job.params.get("batch") != opened.pk:
            raise Refused("same_file_running", f"{job.owner} 正在导入同一个文件，请等它完成。")
        IntakeBatch.objects.filter(pk=opened.pk).update(status=Status.TAKING_IN, job=job)
        StoredFile.objects.filter(pk=opened.source_id).update(expires_at=timezone.now() + JOB_LIFE)
    return job


def page_of(job: Job) -> str:
    return reverse("records:intake_batch", args=[job.params["batch"]])


@jobs.handler("intake_judge", unit="行", page=page_of)
def _judge_job(job: Job, progress: Progress) -> Finished:
    batch = IntakeBatch.objects.select_related("owner", "source").get(pk=job.params["batch"])
    if batch.status == Status.JUDGING:
        look_at(batch)
    return Finished("检查完了，还没有写入任何内容。")


@jobs.handler("intake_take_in", unit="行", page=page_of)
def _take_in_job(job: Job, progress: Progress) -> Finished:
    """Judges again, since the portal may have changed meanwhile, and writes chunk by chunk."""
    batch = IntakeBatch.objects.select_related("owner", "source").get(pk=job.params["batch"])
    if batch.status == Status.TAKEN_IN:
        return Finished(batch.words)
    door = intake.get(batch.kind)
    intake.check_params(door, job.owner, batch.params)
    open_again = IntakeBatch.objects.filter(pk=batch.pk, status__in=[Status.PREVIEW, Status.TAKING_IN])
    if not open_again.update(status=Status.TAKING_IN):
        raise Refused("not_open", "这份文件现在不能导入，请重新上传。")
    already = batch.written
    try:
        judgement, annotated = judged(batch)
        if judgement.is_refused:
            raise Refused("file_refused", judgement.file_sentences()[0])
        write(door, batch, judgement, by=job.owner, progress=progress)
    except Exception:
        _reopen(batch)
        raise
    finish(door, batch, judgement, by=job.owner, annotated=annotated, already=already)
    return Finished(batch.words)


def write(
    door: IntakeDoor, batch: IntakeBatch, judgement: Judgement, *, by: Any, progress: Progress | None = None
) -> None:
    """Each chunk and its count in one transaction: what is counted is written, what is written is counted."""
    rows = judgement.accepted()
    if not door.finds_written:
        rows = rows[batch.written :]
    total = batch.written + len(rows)
    size = door.chunk or len(rows) or 1
    for start in range(0, len(rows), size):
        if progress is not None:
            progress.tick(batch.written, total, at_once=True)
        _write_chunk(door, batch, rows[start : start + size], by=by, progress=progress)
    if progress is not None:
        progress.tick(batch.written, total, at_once=True)


def _write_chunk(
    door: IntakeDoor, batch: IntakeBatch, rows: list[JudgedRow], *, by: Any, progress: Progress | None
) -> None:
    with transaction.atomic():
        counted = IntakeBatch.objects.filter(pk=batch.pk, written=batch.written)
        if not counted.update(written=F("written") + len(rows)):
            raise jobs.Stopped
        report = door.commit(rows, by=by, params=batch.params, source_file=batch.source, progress=progress)
        words = "；".join(filter(None, [batch.words, report.words]))[:300]
        done = {"created": report.created, "updated": report.updated}
        outcome = {**batch.outcome, **{name: batch.outcome.get(name, 0) + count for name, count in done.items()}}
        IntakeBatch.objects.filter(pk=batch.pk).update(words=words, outcome=outcome)
    batch.written += len(rows)
    batch.words, batch.outcome = words, outcome


def _reopen(batch: IntakeBatch) -> None:
    """Interrupted before the first row: the preview stands again. Later: what was written is said on its page."""
    IntakeBatch.objects.filter(pk=batch.pk, status=Status.TAKING_IN, written=0).update(status=Status.PREVIEW)


def finish(
    door: IntakeDoor,
    batch: IntakeBatch,
    judgement: Judgement,
    *,
    by: Any,
    annotated: bytes | None = None,
    already: int = 0,
) -> None:
    """The counts of what became of every row, the annotated file, one audit entry.

    `already` rows were written before an interruption; they look unchanged now, and are not counted twice.
    """
    counts = counts_of(judgement) | {name: batch.outcome.get(name, 0) for name in ("created", "updated")}
    counts["unchanged"] = max(0, counts["unchanged"] - (already if door.finds_written else 0))
    with transaction.atomic():
        for name, count in counts.items():
            setattr(batch, name, count)
        batch.preview = preview_of(door, judgement)
        batch.annotated = _keep_annotated(batch, annotated, life=JOB_LIFE)
        batch.status, batch.taken_in_at = Status.TAKEN_IN, park_now()
        batch.save()
        record("intake.taken_in", by=by, subject=batch, after=counts)


def kept_until() -> datetime:
    """How long the file of an import stays."""
    return timezone.now() + JOB_LIFE
