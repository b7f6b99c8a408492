"""What the enterprise file shows, and what is missing in it. Each app has its own section template."""

from typing import Any

from enterprises.file_section import enterprise_section
from enterprises.models import Enterprise
from supplies.file_section import supplies_section
from testing.file_section import testing_section


def file_of(enterprise: Enterprise, user: Any) -> dict[str, Any]:
    """The whole file within the person's scope, in a constant number of statements."""
    context: dict[str, Any] = {"enterprise": enterprise}
    context.update(enterprise_section(enterprise, user))
    if user.has_role("committee", "leader", "contact", "principal", "squad", "supervisor"):
        context["testing"] = testing_section(enterprise, user)
    if user.has_role("committee", "leader", "contact", "principal", "squad", "supervisor", "warehouse"):
        context["supplies"] = supplies_section(enterprise, user)
    return context
