"""The park's memory: who is here, who works here, what was filed."""

from enterprises.models.boards import Board, BoardMove
from enterprises.models.documents import EnterpriseDocument, EnterpriseDocumentMove
from enterprises.models.duplicates import Doubt, Merge
from enterprises.models.kinds import KeyLevel, Tier, UnitKind
from enterprises.models.needs import Need, NeedMove, NeedStatus
from enterprises.models.people import DocumentType, Employment, Person, PersonFlag
from enterprises.models.registry import Enterprise, SishangListing
from enterprises.models.reports import DailyReport, UnitDay
from enterprises.models.resumption import Filing, FilingMove, ResumptionMove, ResumptionStatus
from enterprises.models.saved_filters import SavedFilter
from enterprises.models.squads import EnterpriseContact, Squad, SquadMember, SupervisorAssignment

__all__ = [
    "Board",
    "BoardMove",
    "DailyReport",
    "DocumentType",
    "Doubt",
    "Employment",
    "Enterprise",
    "EnterpriseContact",
    "EnterpriseDocument",
    "EnterpriseDocumentMove",
    "Filing",
    "FilingMove",
    "KeyLevel",
    "Merge",
    "Need",
    "NeedMove",
    "NeedStatus",
    "Person",
    "PersonFlag",
    "ResumptionMove",
    "ResumptionStatus",
    "SavedFilter",
    "SishangListing",
    "Squad",
    "SquadMember",
    "SupervisorAssignment",
    "Tier",
    "UnitDay",
    "UnitKind",
]
