"""What people type on the pages of this app, one file per topic."""

from enterprises.forms.contacts import ContactHandOverForm, ContactInviteForm
from enterprises.forms.documents import DocumentForm, JudgeDocumentForm
from enterprises.forms.filings import FilingStepForm
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
    "JudgeDocumentForm",
    "PersonForm",
    "RegisterForm",
    "ReportedPeopleForm",
    "SavedFilterForm",
    "StatusForm",
]
