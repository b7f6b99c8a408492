"""What the portal writes down about its own work."""

from parkportal.records.models.audit import AuditEntry
from parkportal.records.models.calendar import CalendarDay
from parkportal.records.models.codes import CodeCounter
from parkportal.records.models.dictionary import Term
from parkportal.records.models.figures import FigureSnapshot
from parkportal.records.models.files import Parked, StoredFile
from parkportal.records.models.intake import ColumnMapping, IntakeBatch
from parkportal.records.models.jobs import Job
from parkportal.records.models.settings import ParkSetting

__all__ = [
    "AuditEntry",
    "CalendarDay",
    "CodeCounter",
    "ColumnMapping",
    "FigureSnapshot",
    "IntakeBatch",
    "Job",
    "ParkSetting",
    "Parked",
    "StoredFile",
    "Term",
]
