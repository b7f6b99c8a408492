"""What the schedule asks: which laboratory is late, and who has to hear of it."""

from datetime import datetime

from django.urls import reverse

from parkportal.accounts.models import User
from parkportal.clock import park_today
from parkportal.messaging import outbox
from testing.models import LabStaff, Specimen


def alert_overdue(now: datetime) -> int:
    """Tell the laboratory's people and the committee that results are late, once a day. How many messages were put."""
    labs = list(Specimen.objects.overdue_as_of(now).order_by().values_list("lab", flat=True).distinct())
    committee = list(User.objects.with_role("committee")) if labs else []
    count = 0
    for lab in labs:
        staff = [row.user for row in LabStaff.objects.filter(lab=lab, ends_on__isnull=True).select_related("user")]
        for user, door in [(one, "testing:lab") for one in staff] + [(one, "testing:overdue") for one in committee]:
            outbox.put(
                "results_overdue", occasion=f"lab:{lab}:{park_today():%Y%m%d}", to_user=user,
                values={"name": user.name, "link": reverse(door)},
            )  # fmt: skip
            count += 1
    return count
