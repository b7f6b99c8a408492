"""Campaigns, sessions, sign-ups, tubes, boxes and results."""

from testing.models.boxes import BOX_PLACES, Box, BoxCheck, BoxMove, BoxStatus
from testing.models.campaigns import Campaign, ConsentText, PoolSize
from testing.models.corrections import Correction, CorrectionStatus, Report
from testing.models.erasures import ErasureReport
from testing.models.exemptions import Exemption
from testing.models.labs import Budget, DueFrom, LabDay, LabTerms
from testing.models.phone_codes import PhoneCode
from testing.models.points import Badge, LabStaff, PointStaff, SamplingPoint, own_labs, own_points
from testing.models.pools import LeftWhy, Pool, PoolMember
from testing.models.printers import LabelPrinter
from testing.models.results import WITHHELD, Alert, LookupLock, Reading, Result, ResultValue
from testing.models.rounds import DoorRound, DoorStop
from testing.models.sessions import Reconciliation, Session, Slot
from testing.models.signups import Group, Mode, SignUp, SignUpMove, SignUpStatus, Source
from testing.models.specimens import DEAD, InvalidReason, Specimen, SpecimenMove, SpecimenStatus, TubeRange
from testing.models.stagger import StaggerWindow
from testing.models.waiting import PartyStatus, WaitingMove, WaitingParty

__all__ = [
    "DoorRound",
    "DoorStop",
    "ErasureReport",
    "Exemption",
    "PartyStatus",
    "PhoneCode",
    "StaggerWindow",
    "WaitingMove",
    "WaitingParty",
    "BOX_PLACES",
    "DEAD",
    "WITHHELD",
    "Alert",
    "Badge",
    "Box",
    "BoxCheck",
    "BoxMove",
    "BoxStatus",
    "Budget",
    "Campaign",
    "ConsentText",
    "Correction",
    "CorrectionStatus",
    "DueFrom",
    "Group",
    "InvalidReason",
    "LabDay",
    "LabStaff",
    "LeftWhy",
    "LabTerms",
    "LabelPrinter",
    "LookupLock",
    "Mode",
    "PointStaff",
    "Pool",
    "PoolMember",
    "PoolSize",
    "Reading",
    "Reconciliation",
    "Report",
    "Result",
    "ResultValue",
    "SamplingPoint",
    "Session",
    "SignUp",
    "SignUpMove",
    "SignUpStatus",
    "Slot",
    "Source",
    "Specimen",
    "SpecimenMove",
    "SpecimenStatus",
    "TubeRange",
    "own_labs",
    "own_points",
]
