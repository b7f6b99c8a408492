"""The papers of a filing as files: judged by content and size, taken off but never deleted."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from enterprises.models import Filing, FilingAttachment
from parkportal.clock import park_now
from parkportal.idempotency import once
from parkportal.records import files
from parkportal.records.audit import record
from parkportal.states import AlreadyMoved, Refused

PAPER_TYPES = ("pdf", "jpeg", "png", "webp", "xlsx", "xls")
PAPER_LIMIT = 10 * 1024 * 1024  # bytes
PAPERS_LIMIT = 20
OPEN = frozenset({Filing.Status.DRAFT, Filing.Status.RETURNED})


def attach_paper(
    *, filing: Filing, kind: str, upload: UploadedFile, by: Any, token: UUID | None = None
) -> FilingAttachment:
    """Add a file to a filing that is still being filled. The same token again gives the first one.

    Raises Refused `file_empty`, `file_too_large`, `file_type`, `picture_…`, `too_many`, `not_open`.
    """
    with transaction.atomic():
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        known = FilingAttachment.objects.filter(token=token).first() if token else None
        if known is not None:
            return known
        _refuse_closed(locked)
        if locked.attachments.filter(removed_at__isnull=True).count() >= PAPERS_LIMIT:
            raise Refused("too_many", f"最多 {PAPERS_LIMIT} 个文件，请先撤下不用的。", field="file")

        def create() -> FilingAttachment:
            kept = files.keep(
                upload, name=upload.name or "", purpose="filing", owner=None, allow=PAPER_TYPES, limit=PAPER_LIMIT
            )
            record("filing.paper_added", by=by, subject=locked.enterprise, after={"kind": kind})
            return FilingAttachment.objects.create(filing=locked, kind=kind, file=kept, added_by=by, token=token)

        return once(FilingAttachment, token, create)[0]


def remove_paper(*, attachment: FilingAttachment, by: Any) -> None:
    """Take a file off a filing that is still being filled. Raises Refused `not_open`; AlreadyMoved."""
    with transaction.atomic():
        _refuse_closed(Filing.objects.select_for_update().get(pk=attachment.filing_id))
        living = FilingAttachment.objects.in_force().filter(pk=attachment.pk)
        if not living.update(removed_at=park_now(), removed_by=by):
            raise AlreadyMoved("already", "这个文件已经撤下了。")
        record("filing.paper_removed", by=by, subject=attachment.filing.enterprise, before={"kind": attachment.kind})


def _refuse_closed(filing: Filing) -> None:
    if filing.status not in OPEN:
        raise Refused("not_open", "这份备案已经交了，不能再改。")
