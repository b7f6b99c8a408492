"""防疫管理制度 and 应急预案: handed in by the enterprise, looked at by its supervisor, version by version."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from enterprises.models import Enterprise, EnterpriseDocument
from parkportal.accounts.models import User, in_force
from parkportal.editing import clock_words
from parkportal.idempotency import once
from parkportal.messaging import outbox
from parkportal.records import terms
from parkportal.records.audit import record
from parkportal.records.files import keep
from parkportal.states import Refused

ALLOWED = ("pdf", "docx", "png", "jpeg", "webp")
LIMIT_BYTES = 10 * 1024 * 1024


def hand_in_document(
    *,
    enterprise: Enterprise,
    kind: str,
    by: Any,
    text: str = "",
    upload: UploadedFile | None = None,
    token: UUID | None = None,
    after: int | None = None,
) -> EnterpriseDocument:
    """The next version of a rule or plan; the one before becomes the old one. The same token again gives the first row.

    `after` is the number of the version that the person has read, 0 for none. Raises Refused `unknown_kind`, `no_content`,
    `newer_version`, and what the keeping of files refuses (`file_type`, `file_too_large` …).
    """
    if kind not in dict(terms.choices("document_kind")):
        raise Refused("unknown_kind", "没有这类文件。")
    if not text.strip() and upload is None:
        raise Refused("no_content", "请写正文，或者上传文件。", field="text")

    def create() -> EnterpriseDocument:
        number = _next_number(enterprise, kind, after=after, by=by)
        file = None
        if upload is not None:
            name = upload.name or "文件"
            file = keep(upload, name=name, purpose="enterprise_document", owner=None, allow=ALLOWED, limit=LIMIT_BYTES)
        made = EnterpriseDocument.objects.create(
            enterprise=enterprise, kind=kind, number=number, text=text.strip(), file=file, made_by=by, token=token
        )
        made.moves.create(to_status=EnterpriseDocument.Status.HANDED_IN, by=by)
        return made

    with transaction.atomic():
        return once(EnterpriseDocument, token, create)[0]


def _judged_meanwhile(document: EnterpriseDocument) -> Refused:
    """Another's word, beside what was typed in the form."""
    last = document.last_move()
    who, when = (str(last.by or "系统"), clock_words(last.recorded_at)) if last else ("系统", "")
    said = f"：{last.reason}" if last and last.reason else ""
    words = f"{who} {when} 写了“{document.get_status_display()}{said}”。您填的还在下面，再写一次就以您的为准。"
    return Refused("judged_meanwhile", words)


def _next_number(enterprise: Enterprise, kind: str, *, after: int | None, by: Any) -> int:
    """The number of the next version; the one before is replaced. Raises Refused `newer_version`."""
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    earlier = EnterpriseDocument.objects.filter(enterprise=enterprise, kind=kind)
    last = earlier.order_by("-number").values_list("number", flat=True).first() or 0
    if after is not None and after != last:
        words = f"您打开以后，有人交了第 {last} 版，下面两份都在。看过再交，就是第 {last + 1} 版。"
        raise Refused("newer_version", words)
    for before in earlier.current():
        before.move_to(EnterpriseDocument.Status.REPLACED, by=by, reason=f"有第 {last + 1} 版")
    return last + 1


def judge_document(
    *,
    document: EnterpriseDocument,
    is_good: bool,
    note: str,
    by: Any,
    token: UUID | None = None,
    seen: str | None = None,
) -> EnterpriseDocument:
    """The supervisor's word: checked, or what to correct, which the enterprise's people are told.

    `seen` is the status that the person has read. Raises Refused `note_missing` without guidance on what to correct,
    `judged_meanwhile` with another's word, `forbidden_move`; AlreadyMoved.
    """
    to = EnterpriseDocument.Status.CHECKED if is_good else EnterpriseDocument.Status.TO_CORRECT
    if not is_good and not note.strip():
        raise Refused("note_missing", "请写明要改什么、怎么改。", field="note")
    with transaction.atomic():
        locked = EnterpriseDocument.objects.select_for_update().get(pk=document.pk)
        if token is not None and locked.moves.filter(token=token).exists():
            return locked
        if seen is not None and seen != locked.status:
            raise _judged_meanwhile(locked)
        move = locked.move_to(to, by=by, reason=note.strip(), token=token)
        word = terms.word("document_kind", locked.kind)
        record("document.judged", by=by, subject=locked.enterprise, after={word: locked.get_status_display()})
        if not is_good:
            _tell(locked, occasion=f"document-{locked.pk}-{move.pk}", word=word, by=by)
    return locked


def _tell(document: EnterpriseDocument, *, occasion: str, word: str, by: Any) -> None:
    contacts = document.enterprise.contacts.filter(in_force())
    link = reverse("enterprises:document_list", args=[document.enterprise_id])
    for user in User.objects.filter(pk__in=contacts.values("user"), is_active=True):
        outbox.put(
            "document_to_correct",
            occasion=occasion,
            to_user=user,
            values={"name": user.name, "what": word, "link": link},
            by=by,
            label=document.enterprise.name,
            about_id=document.enterprise_id,
            context_id=document.enterprise_id,
        )
