"""Pages of the records: files and jobs, audit, dictionaries, calendar, settings, intake."""

from parkportal.records.views.files import file, job, job_list, job_result, job_retry, job_stop

__all__ = ["file", "job", "job_list", "job_result", "job_retry", "job_stop"]
