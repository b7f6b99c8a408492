"""What other apps ask of a sampling point, which they know by its code."""

from typing import Any

from parkportal.accounts.models import in_force
from supplies.models import Place
from testing.models import PointStaff


def staff_of(place: Place) -> list[Any]:
    """The users who work at the sampling point whose stock this place is."""
    rows = PointStaff.objects.filter(in_force(), point__code=place.code).select_related("user").order_by("id")
    return [row.user for row in rows]
