"""Keeps files behind the scope and gives them out. The type is judged by content, never by name."""

import hashlib
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from parkportal.records.models import StoredFile
from parkportal.records.pictures import redraw
from parkportal.records.sniffing import BY_CONTENT_TYPE, FILE_TYPES, PICTURES, sniff
from parkportal.states import Refused

NAME_LIMIT = 100
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


def keep(
    data: bytes | UploadedFile,
    *,
    name: str,
    purpose: str,
    owner: Any,
    expires_at: datetime | None = None,
    allow: Collection[str] = ("pdf", "png", "jpeg", "webp", "xlsx", "xls", "text"),
    limit: int | None = None,
) -> StoredFile:
    """Store a file for its owner (None = the park). `allow` names types of `sniffing.FILE_TYPES`.

    Pictures are drawn again without their metadata. `expires_at` None keeps the file for good.
    Raises Refused with a Chinese sentence: `file_empty`, `file_too_large`, `file_type`, `picture_…`.
    """
    raw = _read(data, limit or settings.UPLOAD_LIMIT_BYTES)
    code = sniff(raw)
    if code is None or code not in allow:
        raise Refused("file_type", _wrong_type(code, allow))
    if code in PICTURES:
        raw = redraw(raw, code)
    return _store(raw, code, name=name, purpose=purpose, owner=owner, expires_at=expires_at)


def keep_made(raw: bytes, code: str, *, name: str, purpose: str, owner: Any, life: timedelta) -> StoredFile:
    """Store what the portal itself made (an export, labels, an annotated file); its type is known."""
    return _store(raw, code, name=name, purpose=purpose, owner=owner, expires_at=timezone.now() + life)


def _store(raw: bytes, code: str, *, name: str, purpose: str, owner: Any, expires_at: datetime | None) -> StoredFile:
    stored = StoredFile(
        owner=owner,
        name=clean_name(name, code),
        content_type=FILE_TYPES[code].content_type,
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        purpose=purpose,
        expires_at=expires_at,
    )
    stored.file.save("", ContentFile(raw), save=False)
    stored.save()
    return stored


def _read(data: bytes | UploadedFile, limit: int) -> bytes:
    size = len(data) if isinstance(data, bytes) else data.size or 0
    if size > limit:
        raise Refused("file_too_large", f"文件太大，最多 {limit // 1024 // 1024} MB。请拆分或压缩后再上传。")
    raw = data if isinstance(data, bytes) else data.read()
    if not raw:
        raise Refused("file_empty", "文件是空的，请重新选择。")
    return raw


def _wrong_type(code: str | None, allow: Collection[str]) -> str:
    wanted = "、".join(FILE_TYPES[name].label for name in allow)
    seen = f"这其实是{FILE_TYPES[code].label}" if code else "认不出这是什么文件"
    return f"{seen}，这里只收 {wanted}。"


def clean_name(name: str, code: str) -> str:
    """The person's own name for the file without path and control characters, ending as its type does."""
    base = _NOT_IN_NAMES.sub("", PurePath(name.replace("\\", "/")).name).strip(" .")
    ending = FILE_TYPES[code].ending
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", base)[: NAME_LIMIT - len(ending)].strip() or "文件"
    if code == "text" and base.lower().endswith((".txt", ".tsv")):
        ending = base[-4:].lower()
    return stem + ending


def content(stored: StoredFile) -> bytes:
    """The bytes, decrypted."""
    with stored.file.open("rb") as opened:
        return opened.read()


def serve(stored: StoredFile, *, download: bool = True) -> HttpResponse:
    """The file as an answer. The caller has checked the scope. Only pictures and PDF may open in the page."""
    known = BY_CONTENT_TYPE.get(stored.content_type)
    inline = not download and known is not None and (known.code in PICTURES or known.code == "pdf")
    answer = HttpResponse(content(stored), content_type=stored.content_type)
    answer["Content-Disposition"] = content_disposition_header(not inline, stored.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


def throw_away(stored: StoredFile) -> None:
    """Delete the row, and its bytes once that is certain."""
    storage, path = stored.file.storage, str(stored.file.name)
    stored.delete()
    transaction.on_commit(lambda: storage.delete(path), robust=True)
