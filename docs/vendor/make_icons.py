"""Makes the icon sprite static/vendor/bootstrap-icons-1.13.2.svg from the unpacked npm package bootstrap-icons 1.13.2.

npm pack bootstrap-icons@1.13.2 && tar xzf bootstrap-icons-1.13.2.tgz
python docs/vendor/make_icons.py package/icons static/vendor/bootstrap-icons-1.13.2.svg
"""

import re
import sys
from pathlib import Path

NAMES = """
arrow-left arrow-right bookmark buildings calendar3 camera chat-text check2 chevron-down chevron-right copy display
download file-earmark-spreadsheet image list-check people printer search three-dots upc-scan upload volume-up x-lg
""".split()


def symbol(folder: Path, name: str) -> str:
    """One `<symbol>` with the drawing of the icon's file."""
    drawing = re.sub(r"\s*\n\s*", "", (folder / f"{name}.svg").read_text())
    inner = re.fullmatch(r"<svg[^>]*>(.*)</svg>", drawing)
    if inner is None:
        raise SystemExit(f"{name}.svg is not one svg element")
    return f'<symbol id="{name}" viewBox="0 0 16 16">{inner[1]}</symbol>'


def main(folder: str, target: str) -> None:
    symbols = "\n".join(symbol(Path(folder), name) for name in NAMES)
    Path(target).write_text(f'<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n{symbols}\n</svg>\n')


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
