"""The self-check as a job that somebody starts, and as a row on the list of those who have to see to it."""

from typing import Any

from django.urls import reverse

from parkportal.dashboard import invariants
from parkportal.records import jobs
from parkportal.records.models import Job
from parkportal.records.worklist import Entry, Source

KIND = "invariants"
ROLES = ("admin", "committee")


@jobs.handler(KIND, unit="项", page=lambda job: reverse("dashboard:invariants"))
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """Ask everything now."""
    found = invariants.look(by=job.owner).after["broken"]
    return jobs.Finished(message=f"{found} 处对不上。" if found else "都对得上。")


def _entries(user: Any, limit: int) -> list[Entry]:
    """The last look found something: it stands there until a later one finds all well."""
    entry = invariants.last_look()
    if entry is None or not entry.after["broken"]:
        return []
    kinds = "、".join(f"{kind} {len(lines)} 处" for kind, lines in entry.after["lines"].items())
    title = f"对账自检有 {entry.after['broken']} 处对不上"
    return [Entry("自检", title, kinds, "去看", reverse("dashboard:invariants"), entry.at)]


SOURCES = [Source("invariants", ROLES, _entries)]
