"""Which kind of file it is, by its content and never by its name."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from parkportal.workbooks.limits import MOST_BYTES
from parkportal.workbooks.sheets import WorkbookRefused
from parkportal.workbooks.textfile import read_text
from parkportal.workbooks.xls import read_xls
from parkportal.workbooks.xlsx import read_xlsx

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"{\\rtf",
    b"BM\x00",
)


def open_file(path: str | Path, header_words: Collection[str]) -> dict[str, Any]:
    """What the file holds, as `workbook_from_json` takes it. Raises WorkbookRefused."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        raise WorkbookRefused("missing") from None
    if not data:
        raise WorkbookRefused("empty")
    if len(data) > MOST_BYTES:
        raise WorkbookRefused("too_large")
    if data.startswith(_ZIP):
        return read_xlsx(data)
    if data.startswith(_OLE2):
        return read_xls(data)
    if data.startswith(_OTHERS):
        raise WorkbookRefused("not_a_table")
    return read_text(data, header_words)
