"""The door for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from parkportal.starting import or_never

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkportal.settings")

with or_never():
    application = get_wsgi_application()
