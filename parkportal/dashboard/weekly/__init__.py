"""The weekly workbook: eight sheets, ready to print and sign."""

from parkportal.dashboard.weekly.workbook import build_workbook, workbook_of

__all__ = ["build_workbook", "workbook_of"]
