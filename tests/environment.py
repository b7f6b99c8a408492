"""The environment of a test run, set before Django reads its settings (loaded with `-p tests.environment`)."""

import os
import tempfile
from pathlib import Path

VAR = Path(os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="portal-test-")))
os.environ.setdefault("SECRET_KEY", "test-only-" + "k" * 50)
os.environ.setdefault("FIELD_KEYS", "t1:dGVzdC1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDAwMDE=")
os.environ.setdefault("INDEX_KEY", "dGVzdC1vbmx5LW5vdC1hLXNlY3JldC1pbmRleC0wMDE=")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{VAR}/portal.sqlite3")
os.environ.setdefault(
    "TEST_DATABASE_NAME", "test_portal" if "postgres" in os.environ["DATABASE_URL"] else f"{VAR}/test.sqlite3"
)
os.environ.setdefault("BROKER_URL", "memory://")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ.setdefault("PORTAL_URL", "http://testserver")
os.environ.setdefault("STATIC_ROOT", f"{VAR}/static")
os.environ.setdefault("TESTING_STATIC", "1")
