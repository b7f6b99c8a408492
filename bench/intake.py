"""A file through the whole intake: the upload with its check, then the taking in, each by its job."""

import time
from typing import Any
from uuid import uuid4


def through_intake(kind: str, raw: bytes, *, name: str, by: Any, rows: int, **params: Any) -> tuple[float, float]:
    """Seconds of the check and of the taking in. Raises RuntimeError when not all `rows` were taken in."""
    from parkportal.records import intake, intake_batches, tasks

    began = time.perf_counter()
    batch = intake_batches.begin(intake.get(kind), raw, name=name, params=params, by=by, token=uuid4())
    if batch.job_id:
        tasks.run_job(batch.job_id)
    checked = time.perf_counter()
    batch.refresh_from_db()
    tasks.run_job(intake_batches.take_in(batch, by=by, token=uuid4()).pk)
    done = time.perf_counter()
    batch.refresh_from_db()
    if batch.created != rows:
        raise RuntimeError(f"{batch.created} of {rows} taken in: {batch.words}")
    return checked - began, done - checked
