"""What a file is, by its content: its name is a claim that anybody can make."""

import codecs
from dataclasses import dataclass


@dataclass(frozen=True)
class FileType:
    """A type the portal keeps: how people call it, what the browser is told, and the ending of its name."""

    code: str
    label: str
    content_type: str
    ending: str


FILE_TYPES = {
    file_type.code: file_type
    for file_type in (
        FileType("pdf", "PDF", "application/pdf", ".pdf"),
        FileType("png", "PNG 图片", "image/png", ".png"),
        FileType("jpeg", "JPEG 图片", "image/jpeg", ".jpg"),
        FileType("webp", "WebP 图片", "image/webp", ".webp"),
        FileType(
            "xlsx",
            "Excel 工作簿（xlsx）",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ".xlsx",
        ),
        FileType("xls", "Excel 97–2003 工作簿（xls）", "application/vnd.ms-excel", ".xls"),
        FileType(
            "docx",
            "Word 文档（docx）",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".docx",
        ),
        FileType("text", "文本（CSV）", "text/csv; charset=utf-8", ".csv"),
        FileType("zip", "压缩包", "application/zip", ".zip"),
    )
}
PICTURES = frozenset({"png", "jpeg", "webp"})
SHEETS = frozenset({"xlsx", "xls", "text"})
BY_CONTENT_TYPE = {file_type.content_type: file_type for file_type in FILE_TYPES.values()}

_TEXT_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 27}


def sniff(data: bytes) -> str | None:
    """The code of the type in FILE_TYPES, or None for what the portal does not keep."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" not in data:
            return "zip"
        return "xlsx" if b"xl/" in data else "docx" if b"word/" in data else "zip"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    return "text" if _is_text(data) else None


def _is_text(data: bytes) -> bool:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return len(data) % 2 == 0
    return bool(data) and _TEXT_CONTROLS.isdisjoint(data)
