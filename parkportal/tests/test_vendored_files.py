"""The vendored files are the ones that VENDORED.md names."""

import hashlib
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
LIST = VENDOR / "VENDORED.md"
ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", re.MULTILINE)
LISTED = dict(ROW.findall(LIST.read_text()))


def test_every_vendored_file_is_listed():
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file() and path != LIST}
    present |= {f"../fonts/{path.name}" for path in (VENDOR.parent / "fonts").glob("*.ttf")}
    assert present == set(LISTED)


@pytest.mark.parametrize("name", sorted(LISTED))
def test_origin_version_and_licence_of(name):
    (row,) = [line for line in LIST.read_text().splitlines() if line.startswith(f"| `{name}`")]
    _, origin, version, licence, _ = [cell.strip() for cell in row.strip("|").split("|")]
    assert origin and licence and re.fullmatch(r"\d+(\.\d+)+", version) and version in name


@pytest.mark.parametrize("name", sorted(LISTED))
def test_checksum_of(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == LISTED[name]


@pytest.mark.parametrize("name", sorted(LISTED))
def test_no_source_map_is_asked_for(name):
    assert b"sourceMappingURL" not in (VENDOR / name).read_bytes()
