"""What the worker does for the records: jobs, lost jobs, what has expired."""

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from parkportal.records import jobs
from parkportal.records.files import throw_away
from parkportal.records.models import Job, Parked, StoredFile

BATCH = 500


@shared_task
def run_job(job_id: int) -> None:
    """May come twice for one job: the second finds it taken."""
    jobs.run(job_id)


@shared_task
def sweep_jobs() -> int:
    """Each minute: calls again for jobs whose worker is gone."""
    return jobs.call_again_for_lost()


@shared_task
def expire_parked() -> int:
    """Each hour: drafts after 24 hours, jobs and their files after 7 days, sessions when they are over."""
    gone, _ = Parked.objects.expired().delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    Job.objects.expired().filter(finished_at__isnull=False).delete()
    for stored in StoredFile.objects.expired().order_by("id")[:BATCH]:
        throw_away(stored)
        gone += 1
    return gone
