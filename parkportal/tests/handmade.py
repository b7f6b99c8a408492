"""Workbooks made by hand, part by part: what a spreadsheet program would not write but somebody may send."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = f"""<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
RELATIONS = f"""<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>
</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="170"/></cellXfs>
</styleSheet>"""


def text(reference, value):
    """An inline text cell."""
    value = str(value).replace("&", "&amp;").replace("<", "&lt;")
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def number(reference, value, style=0):
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def row(number_, *cells, attributes=""):
    return f'<row r="{number_}" {attributes}>{"".join(cells)}</row>'


def sheet(*rows, merges=(), before="", prefix=""):
    """A worksheet part."""
    merged = "".join(f'<mergeCell ref="{merge}"/>' for merge in merges)
    merged = f"<mergeCells>{merged}</mergeCells>" if merges else ""
    return f'{prefix}<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData>{merged}</worksheet>'


def workbook(*sheets, date1904=False, states=(), extra=None, prefix=""):
    """The bytes of a workbook of these worksheet parts; `extra` adds or replaces parts."""
    names = [f"表{place}" for place in range(1, len(sheets) + 1)]
    states = (*states, *["visible"] * len(sheets))
    listed = "".join(
        f'<sheet name="{name}" sheetId="{place}" state="{states[place - 1]}" r:id="rId{place}"/>'
        for place, name in enumerate(names, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{place}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "xl/styles.xml": STYLES,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{targets}'
        f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'{prefix}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f'<workbookPr date1904="{int(date1904)}"/><sheets>{listed}</sheets></workbook>',
        **{f"xl/worksheets/sheet{place}.xml": part for place, part in enumerate(sheets, 1)},
        **(extra or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()
