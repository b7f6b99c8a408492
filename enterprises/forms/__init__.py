"""What people type on the pages of this app, one file per topic."""

from enterprises.forms.contacts import ContactInviteForm
from enterprises.forms.filings import FilingStepForm
from enterprises.forms.register import BulkForm, EnterpriseForm, RegisterForm, StatusForm
from enterprises.forms.reports import DailyReportForm

__all__ = [
    "BulkForm",
    "ContactInviteForm",
    "DailyReportForm",
    "EnterpriseForm",
    "FilingStepForm",
    "RegisterForm",
    "StatusForm",
]
