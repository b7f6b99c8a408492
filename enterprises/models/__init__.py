"""The park's memory: who is here, who works here, what was filed."""

from enterprises.models.attachments import FilingAttachment
from enterprises.models.boards import Board, BoardMove
from enterprises.models.bulk_changes import BulkChange
from enterprises.models.canteen import Guidance, GuidanceMove, MealPoint, MealSlot, Outlet, OutletCheck
from enterprises.models.documents import EnterpriseDocument, EnterpriseDocumentMove
from enterprises.models.duplicates import Doubt, Merge
from enterprises.models.inspections import Finding, Inspection, InspectionMove, InspectionPhoto, Severity
from enterprises.models.kinds import KeyLevel, Tier, UnitKind
from enterprises.models.letters import Greeting, GreetingContact, GreetingKind
from enterprises.models.needs import Need, NeedMove, NeedStatus
from enterprises.models.notices import Notice, NoticeReceipt
from enterprises.models.people import DocumentType, Employment, Person, PersonFlag
from enterprises.models.permits import PermitCase, PermitMove
from enterprises.models.registry import Enterprise, SishangListing
from enterprises.models.reports import DailyReport, UnitDay
from enterprises.models.resumption import Filing, FilingMove, ResumptionMove, ResumptionStatus
from enterprises.models.saved_filters import SavedFilter
from enterprises.models.squads import EnterpriseCare, EnterpriseContact, Squad, SquadMember, SupervisorAssignment
from enterprises.models.visits import PlannedContact, Promise, Visit, VisitPhoto, on_site

__all__ = [
    "BulkChange",
    "Board",
    "BoardMove",
    "DailyReport",
    "DocumentType",
    "Doubt",
    "Employment",
    "Enterprise",
    "EnterpriseCare",
    "EnterpriseContact",
    "EnterpriseDocument",
    "EnterpriseDocumentMove",
    "Filing",
    "FilingAttachment",
    "FilingMove",
    "Finding",
    "Greeting",
    "GreetingContact",
    "GreetingKind",
    "Guidance",
    "GuidanceMove",
    "Inspection",
    "InspectionMove",
    "InspectionPhoto",
    "KeyLevel",
    "MealPoint",
    "MealSlot",
    "Merge",
    "Need",
    "NeedMove",
    "NeedStatus",
    "Notice",
    "NoticeReceipt",
    "Outlet",
    "OutletCheck",
    "PermitCase",
    "PermitMove",
    "Person",
    "PersonFlag",
    "PlannedContact",
    "Promise",
    "ResumptionMove",
    "ResumptionStatus",
    "SavedFilter",
    "Severity",
    "SishangListing",
    "Squad",
    "SquadMember",
    "SupervisorAssignment",
    "Tier",
    "UnitDay",
    "UnitKind",
    "Visit",
    "VisitPhoto",
    "on_site",
]
