"""The portal and the baselines behind one server: what lies under /bench/bare/ goes without middleware."""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkportal.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF, settings.ALLOWED_HOSTS = "bench.baseline", ["127.0.0.1"]
portal = get_wsgi_application()
settings.MIDDLEWARE = []
bare = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Both in one process, with one database."""
    handler = bare if environ["PATH_INFO"].startswith("/bench/bare/") else portal
    return handler(environ, start_response)
