"""The shell of the park portal: what every app stands on, and the pages that span them."""

from parkportal.celery import app as celery_app
from parkportal.starting import complain_in_one_sentence

__all__ = ["celery_app"]

complain_in_one_sentence()
