"""What people type on the pages of this app, one file per topic."""

from enterprises.forms.attachments import PaperUploadForm
from enterprises.forms.contacts import ContactHandOverForm, ContactInviteForm
from enterprises.forms.documents import DocumentForm, JudgeDocumentForm
from enterprises.forms.filings import FilingStepForm
from enterprises.forms.needs import NeedCloseForm, NeedConfirmForm, NeedForm, NeedPassForm, NeedReasonForm
from enterprises.forms.people import (
    CorrectEmploymentForm,
    CorrectFlagForm,
    EndEmploymentForm,
    EndFlagForm,
    FlagForm,
    PersonForm,
    ReportedPeopleForm,
)
from enterprises.forms.register import BulkForm, EnterpriseForm, RegisterForm, SavedFilterForm, StatusForm
from enterprises.forms.reports import DailyReportForm
from enterprises.forms.squads import GiveForm, HandOverForm, LeaderForm, MemberForm
from enterprises.forms.visits import PlanForm, VisitForm

__all__ = [
    "BulkForm",
    "ContactHandOverForm",
    "ContactInviteForm",
    "CorrectEmploymentForm",
    "CorrectFlagForm",
    "DailyReportForm",
    "DocumentForm",
    "EndEmploymentForm",
    "EndFlagForm",
    "EnterpriseForm",
    "FilingStepForm",
    "FlagForm",
    "GiveForm",
    "HandOverForm",
    "JudgeDocumentForm",
    "LeaderForm",
    "MemberForm",
    "NeedCloseForm",
    "NeedConfirmForm",
    "NeedForm",
    "NeedPassForm",
    "NeedReasonForm",
    "PaperUploadForm",
    "PersonForm",
    "PlanForm",
    "RegisterForm",
    "ReportedPeopleForm",
    "SavedFilterForm",
    "StatusForm",
    "VisitForm",
]
