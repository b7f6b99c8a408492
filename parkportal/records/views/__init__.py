"""Pages of the records: files and jobs, audit, dictionaries, calendar, settings, intake."""

from parkportal.records.views.audit import audit_list
from parkportal.records.views.files import file, job, job_list, job_result, job_retry, job_stop
from parkportal.records.views.intake import (
    intake_batch,
    intake_file,
    intake_list,
    intake_mapping,
    intake_take_in,
    intake_upload,
)
from parkportal.records.views.park import calendar, calendar_day_remove, setting_list
from parkportal.records.views.terms import term_add, term_edit, term_list

__all__ = [
    "audit_list",
    "calendar",
    "calendar_day_remove",
    "file",
    "intake_batch",
    "intake_file",
    "intake_list",
    "intake_mapping",
    "intake_take_in",
    "intake_upload",
    "job",
    "job_list",
    "job_result",
    "job_retry",
    "job_stop",
    "setting_list",
    "term_add",
    "term_edit",
    "term_list",
]
