"""The inspection sheet to print and sign: the columns of handbook §6 (S20). Before the visit blank, after it filled."""

from enterprises.forms.inspections import items_of
from enterprises.models import Enterprise, Inspection
from parkportal.clock import SHANGHAI
from parkportal.printing.paper_forms import Field, FieldGrid, FormTable, Section, SignatureBox, SignatureBoxes, form_pdf
from parkportal.printing.tables import Column

COLUMNS = (
    Column("序号", 0.5, align="center"),
    Column("检查内容", 3),
    Column("自查", 0.8),
    Column("检查记录", 3),
    Column("时间", 1.2),
    Column("地点", 1.6),
    Column("企业确认", 1.1),
    Column("备注", 1.6),
)


def inspection_pdf(enterprise: Enterprise, inspection: Inspection | None) -> bytes:
    """One sheet, A4 landscape; findings stand with severity and what has to be done."""
    if inspection is None:
        lines = [(item.label, "", "") for item in items_of(enterprise)]
    else:
        found = {finding.item: finding for finding in inspection.findings.all()}
        lines = [_line(answer, found.get(answer["label"])) for answer in inspection.answers]
    when = f"{inspection.inspected_at.astimezone(SHANGHAI):%m-%d %H:%M}" if inspection else ""
    place = inspection.place if inspection else ""
    rows = tuple((str(n), item, "", said, when, place, "", more) for n, (item, said, more) in enumerate(lines, 1))
    sections: list[Section] = [
        FieldGrid((Field("企业", enterprise.name), Field("地址", enterprise.place or "—"))),
        FormTable(COLUMNS, rows),
    ]
    if inspection is not None and inspection.due_on:
        order = (Field("整改期限", f"{inspection.due_on:%Y-%m-%d}"), Field("责任人", inspection.responsible))
        sections.append(FieldGrid((*order, Field("结论", inspection.get_status_display())), across=3))
    sections.append(SignatureBoxes((SignatureBox("检查人"), SignatureBox("企业确认"), SignatureBox("复查人")), 34))
    number = f"检查编号 {inspection.pk:06d}" if inspection else "检查编号　　　　"
    return form_pdf("复工复产疫情防控检查记录", sections, left=enterprise.name, right=number, landscape=True)


def _line(answer: dict, finding: object) -> tuple[str, str, str]:
    if finding is None:
        return answer["label"], "符合", ""
    severity, demand = finding.get_severity_display(), finding.demand  # type: ignore[attr-defined]
    return answer["label"], answer["words"], f"{severity}；{demand}" if demand else severity
