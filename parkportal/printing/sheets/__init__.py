"""Sheets of paper that go along with tubes, goods and people. Each takes one frozen dataclass and answers a PDF."""

from parkportal.printing.sheets.goods import (
    DeliveryLine,
    DeliveryNote,
    IssueRegister,
    IssueRegisterLine,
    PickLine,
    PickList,
    delivery_note_pdf,
    delivery_notes_pdf,
    issue_register_pdf,
    pick_list_pdf,
)
from parkportal.printing.sheets.handover import HandoverSheet, HandoverTube, handover_sheet_pdf
from parkportal.printing.sheets.report import ResultReport, result_report_pdf
from parkportal.printing.sheets.slip import AppointmentSlip, appointment_slip_pdf
from parkportal.printing.sheets.table import TableSheet, table_sheet_pdf

__all__ = [
    "AppointmentSlip",
    "DeliveryLine",
    "DeliveryNote",
    "HandoverSheet",
    "HandoverTube",
    "IssueRegister",
    "IssueRegisterLine",
    "PickLine",
    "PickList",
    "ResultReport",
    "TableSheet",
    "appointment_slip_pdf",
    "delivery_note_pdf",
    "delivery_notes_pdf",
    "handover_sheet_pdf",
    "issue_register_pdf",
    "pick_list_pdf",
    "result_report_pdf",
    "table_sheet_pdf",
]
