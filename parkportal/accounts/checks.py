"""What is looked at before a production start, with the database at hand (`check --deploy --database default`)."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError

from parkportal.accounts.models import User


@checks.register(checks.Tags.database, deploy=True)
def no_demo_accounts(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Demo accounts cannot sign in outside the demo; a park's own database should not hold any."""
    if settings.DEMO_MODE or not databases:
        return []
    try:
        count = User.objects.filter(is_demo=True).count()
    except DatabaseError:
        return []  # not migrated yet
    if not count:
        return []
    return [
        checks.Error(
            f"the database holds {count} demo accounts",
            hint="This is a demo park's database. Start the park in a database of its own.",
            id="accounts.E001",
        )
    ]
