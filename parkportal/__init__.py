"""The shell of the park portal: what every app stands on, and the pages that span them."""

from parkportal.celery import app as celery_app

__all__ = ["celery_app"]
