"""The register's rows, chosen as people say it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, When

from enterprises.dictionaries import ABOVE_SCALE, KEY
from enterprises.models.kinds import UnitKind
from enterprises.models.resumption import ResumptionMove, ResumptionStatus
from enterprises.models.squads import EnterpriseCare, EnterpriseContact, SquadMember, SupervisorAssignment
from parkportal.accounts.models import in_force
from parkportal.clock import day_of, end_of, last_moment, park_today
from parkportal.privacy import lookup_hash
from parkportal.states import known_by, status_as_of

REPORTING = (ResumptionStatus.FILED, ResumptionStatus.RESUMED)
DUE_NOW = Q(status__in=REPORTING, exclusion="")
NOWHERE = "none"  # a building or floor that nobody has filled in, in addresses
SAID_WITHIN = timedelta(days=3)


def _with_merged(units: Any) -> Q:
    """These units and what was merged into them: ledger and history stay with the merged row and are read with it."""
    return Q(pk__in=units) | Q(merged_into__in=units)


def _spoken_for(user: Any) -> Q:
    return _with_merged(EnterpriseContact.objects.filter(in_force(), user=user).values("enterprise"))


def _reports_of(day: date) -> models.QuerySet:
    return apps.get_model("enterprises", "DailyReport").objects.filter(enterprise=OuterRef("pk"), day=day)


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):  # type: ignore[name-defined]
    def visible_to(self, user: Any) -> "EnterpriseQuerySet":
        """The union of what the person's roles and memberships reach; merged rows stay visible for their redirect."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("committee", "leader", "admin", "warehouse") else self.reached_by(user)

    def followed_by(self, user: Any) -> "EnterpriseQuerySet":
        """Whose work and people's counts the person follows: not by keeping a store or the accounts."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("committee", "leader") else self.reached_by(user)

    def reached_by(self, user: Any) -> "EnterpriseQuerySet":
        """By a dated membership: the squad's, the supervisor's, the own enterprise; and the rows merged into these."""
        reach = self._in_the_care_of(user)
        if user.has_role("contact", "principal"):
            reach |= _spoken_for(user)
        return self.filter(reach)

    def spoken_for_by(self, user: Any) -> "EnterpriseQuerySet":
        """The own enterprises of a contact or a principal, whatever else the person is in the park."""
        if not user.is_authenticated or not user.has_role("contact", "principal"):
            return self.none()
        return self.filter(_spoken_for(user))

    def cared_for_by(self, user: Any) -> "EnterpriseQuerySet":
        """By the park's own people: the squad's and the supervisor's, not the own enterprise."""
        return self.filter(self._in_the_care_of(user))

    def of_squad_member(self, user: Any) -> "EnterpriseQuerySet":
        """A member's own list: what was given to the person, and what in the squad was given to nobody yet."""
        squads = SquadMember.objects.filter(in_force(), user=user).values("squad")
        given = EnterpriseCare.objects.effective().filter(enterprise=OuterRef("pk"))
        mine = Exists(given.filter(user=user))
        return self.current().filter(squad__in=squads).filter(mine | ~Exists(given))

    @staticmethod
    def _in_the_care_of(user: Any) -> Q:
        reach = Q(pk__in=[])
        if user.has_role("squad"):
            squads = SquadMember.objects.filter(in_force(), user=user).values("squad")
            reach |= Q(squad__in=squads, merged_into__isnull=True) | Q(merged_into__squad__in=squads)
        if user.has_role("supervisor"):
            reach |= _with_merged(SupervisorAssignment.objects.filter(in_force(), user=user).values("enterprise"))
        return reach

    def editable_by(self, user: Any) -> "EnterpriseQuerySet":
        """Whose data this person may correct: the committee all, a contact the own."""
        if user.is_authenticated and user.has_role("committee"):
            return self
        return self.spoken_for_by(user)

    def current(self) -> "EnterpriseQuerySet":
        """Registered and not merged into another row."""
        return self.filter(merged_into__isnull=True)

    def family_of(self, enterprise: Any) -> "EnterpriseQuerySet":
        """A unit with the rows that were merged into it."""
        return self.filter(Q(pk=enterprise.pk) | Q(merged_into=enterprise.pk))

    def living_keys(self, keys: Iterable[int]) -> list[int]:
        """Where these rows have gone in the end: a merged one's key leads on, a living one's stays. Unknown keys stay."""
        found = list(keys)
        while gone := dict(
            self.filter(pk__in=found, merged_into__isnull=False).order_by().values_list("pk", "merged_into")
        ):
            found = [gone.get(key, key) for key in found]
        return found

    def followed(self) -> dict[int, int]:
        """merged row's id → the id of the row in which it lives on. One statement."""
        ways = dict(self.filter(merged_into__isnull=False).order_by().values_list("pk", "merged_into"))
        for key in ways:
            while (further := ways.get(ways[key])) is not None:
                ways[key] = further
        return ways

    def among(self, keys: models.QuerySet) -> "EnterpriseQuerySet":
        """Those whose ids a subquery gives, and those in which one of them lives on: the book stays with the merged row."""
        rows = apps.get_model("enterprises", "Enterprise").objects.filter(merged_into__isnull=False, pk__in=keys)
        return self.filter(Q(pk__in=keys) | Q(pk__in=rows.values("merged_into")))

    def enterprises(self) -> "EnterpriseQuerySet":
        return self.current().filter(kind=UnitKind.ENTERPRISE)

    def sites(self) -> "EnterpriseQuerySet":
        return self.current().filter(kind=UnitKind.SITE)

    def sishang(self, kind: str | None = None) -> "EnterpriseQuerySet":
        """On the official 四上 list, of one kind or of any."""
        rows = self.enterprises().filter(sishang_kind__isnull=False)
        return rows.filter(sishang_kind=kind) if kind else rows

    def registered_by(self, instant: datetime) -> "EnterpriseQuerySet":
        return self.filter(registered_at__lte=instant)

    def counted(self) -> "EnterpriseQuerySet":
        """In the denominator of 复工率: without 停产检修 and 注销 (handbook §4)."""
        return self.filter(exclusion="")

    def waiting_to_resume(self) -> "EnterpriseQuerySet":
        """Not working yet, and not exempt from being counted."""
        return self.counted().exclude(status=ResumptionStatus.RESUMED)

    def sishang_as_of(self, instant: datetime, kind: str | None = None) -> "EnterpriseQuerySet":
        """On the official 四上 list as it held on the day of an instant and was known by the grace of its cut-off."""
        listings = apps.get_model("enterprises", "SishangListing").objects.filter(
            enterprise=OuterRef("pk"), valid_from__lte=day_of(last_moment(instant)), recorded_at__lte=known_by(instant)
        )
        latest = Subquery(listings.order_by("-valid_from", "-id").values("kind")[:1])
        rows = self.enterprises().annotate(sishang_then=latest)
        return rows.filter(sishang_then=kind) if kind else rows.filter(sishang_then__isnull=False)

    def with_status_as_of(self, instant: datetime) -> "EnterpriseQuerySet":
        """Adds `status_then`: the resumption status effective by an instant."""
        return self.annotate(status_then=status_as_of(ResumptionMove.objects, instant))

    def resumed_as_of(self, instant: datetime) -> "EnterpriseQuerySet":
        return self.with_status_as_of(instant).filter(status_then=ResumptionStatus.RESUMED)

    def search(self, text: str) -> "EnterpriseQuerySet":
        """By name, short name, pinyin initials, credit code (parts), or a full phone number. For posted words only."""
        text = text.strip()
        if text.isdigit() and len(text) == 11:
            digest = lookup_hash(text, kind="phone")
            return self.filter(
                Q(search_text__contains=text) | Q(liaison_phone_hash=digest) | Q(principal_phone_hash=digest)
            )
        return self.named(text)

    def named(self, text: str) -> "EnterpriseQuerySet":
        """By name, short name, pinyin initials, credit code (parts): words that may stand in an address (decision 8)."""
        words = text.strip().lower().replace(" ", "")
        return self.filter(search_text__contains=words) if words else self

    def due_to_report(self, day: date) -> "EnterpriseQuerySet":
        """Who sends a daily report for a day: filed or resumed units that are counted."""
        rows = self.current().counted()
        if day >= park_today():
            return rows.filter(DUE_NOW)
        return rows.with_status_as_of(end_of(day)).filter(status_then__in=REPORTING)

    def reported(self, day: date, *, by: datetime | None = None) -> "EnterpriseQuerySet":
        """Whose report of a day is there, or was by an instant."""
        reports = apps.get_model("enterprises", "DailyReport").objects.filter(enterprise=OuterRef("pk"), day=day)
        return self.filter(Exists(reports.filter(reported_at__lte=known_by(by)) if by else reports))

    def report_missing(self, day: date, now: datetime | None = None) -> "EnterpriseQuerySet":
        """Due and not there. A missing report is not a zero."""
        return self.due_to_report(day).filter(~Exists(_reports_of(day)))

    @staticmethod
    def todays_missing() -> Q:
        """The same for today as a condition on a row, to be counted beside others."""
        return Q(DUE_NOW, ~Exists(_reports_of(park_today())))

    def with_latest_report(self, instant: datetime) -> "EnterpriseQuerySet":
        """Adds `on_duty_then`: what the latest report of the last three days said by an instant, else None."""
        last_day = day_of(last_moment(instant))
        reports = apps.get_model("enterprises", "DailyReport").objects.filter(
            enterprise=OuterRef("pk"),
            day__lte=last_day,
            day__gt=last_day - SAID_WITHIN,
            reported_at__lte=known_by(instant),
        )
        return self.annotate(on_duty_then=Subquery(reports.order_by("-day", "-id").values("on_duty")[:1]))

    def due_for_board(self) -> "EnterpriseQuerySet":
        """Resumed enterprises tagged 规上 or 重点: those that must have a responsibility board (handbook §2, row 22)."""
        tagged = self.model.tags.through.objects.filter(term__kind="tag", term__code__in=(ABOVE_SCALE, KEY))
        return self.enterprises().filter(status=ResumptionStatus.RESUMED, pk__in=tagged.values("enterprise"))

    def for_list(self, day: date | None = None) -> "EnterpriseQuerySet":
        """Everything one line of the list shows, in one statement: squad, the day's report, the current board."""
        day = day or park_today()
        return self.select_related("squad").annotate(
            days_report=FilteredRelation(
                "daily_reports", condition=Q(daily_reports__day=day, daily_reports__is_replaced=False)
            ),
            wall=FilteredRelation("boards", condition=Q(boards__status__in=["generated", "posted", "verified"])),
            on_duty=F("days_report__on_duty"),
            reported_at=F("days_report__reported_at"),
            report_is_late=F("days_report__is_late"),
            board_status=F("wall__status"),
            board_number=F("wall__number"),
        )

    def for_file(self) -> "EnterpriseQuerySet":
        """What the file's head and facts need at hand: squad with leader, who changed it, tags and roles, and
        `listed_since`: the day from which the present 四上 kind holds."""
        listings = apps.get_model("enterprises", "SishangListing").objects.filter(enterprise=OuterRef("pk"))
        since = Case(When(kind=OuterRef("sishang_kind"), then="valid_from"))
        latest = listings.order_by("-valid_from", "-id").annotate(since=since).values("since")[:1]
        rows = self.select_related("squad__leader", "changed_by", "merged_into").annotate(listed_since=Subquery(latest))
        return rows.prefetch_related("tags", "org_roles")

    def in_building_order(self) -> "EnterpriseQuerySet":
        return self.order_by("building", "floor", "pinyin_key")
