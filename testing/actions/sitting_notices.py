"""A sitting is called off, ended or moved: who has no place there and must know it too."""

from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import Q
from django.urls import reverse

from enterprises.models import Enterprise, EnterpriseContact
from parkportal.accounts.models import in_force
from parkportal.messaging import outbox
from testing.actions.notices import tell_person
from testing.models import PartyStatus, PointStaff, SamplingPoint, Session, SignUp, SignUpStatus, WaitingParty


@dataclass
class Concerned:
    """The staff of the point, the contacts of the floors that were given a time, and who waits for this very sitting.

    Read before the sitting changes, since its windows and its line end with it; told afterwards.
    """

    session: Session
    users: dict[Any, str] = field(default_factory=dict)  # each with the page that matters to them
    waiting: list[SignUp] = field(default_factory=list)

    @classmethod
    def by(cls, session: Session) -> Self:
        found = cls(session)
        found.add_staff(session.point)
        floors = Q(pk__in=[])
        for window in session.windows.exclude(building=""):
            floors |= Q(building=window.building, floor=window.floor)
        firms = Enterprise.objects.current().filter(floors)
        parties = WaitingParty.objects.filter(
            Q(session=session) | Q(offered_session=session), status__in=[PartyStatus.WAITING, PartyStatus.OFFERED]
        )
        firms |= Enterprise.objects.current().filter(waiting_parties__in=parties)
        contacts = EnterpriseContact.objects.filter(in_force(), enterprise__in=firms.values("pk"))
        for contact in contacts.select_related("user"):
            found.users[contact.user] = reverse("testing:roster_signup", args=[contact.enterprise_id])
        alone = SignUp.objects.filter(party__in=parties.filter(enterprise=None), status=SignUpStatus.WAITING)
        found.waiting = list(alone.select_related("enterprise"))
        return found

    def add_staff(self, point: SamplingPoint) -> None:
        for row in PointStaff.objects.filter(in_force(), point=point).select_related("user"):
            self.users.setdefault(row.user, reverse("testing:station"))

    def tell(self, what: str, occasion: str, *, by: Any) -> None:
        """Everybody once for each change."""
        occasion = f"session:{self.session.pk}:{occasion}"
        for user, link in self.users.items():
            values = {"name": user.name, "what": what, "link": link}
            outbox.put("sitting_changed", occasion=occasion, to_user=user, values=values, by=by)
        for signup in self.waiting:
            link = reverse("public:signup_code", args=[signup.public_token])
            values = {"what": f"您候补的{what}", "link": link}
            tell_person(signup, "sitting_changed", occasion=f"{occasion}:{signup.pk}", values=values, by=by)
