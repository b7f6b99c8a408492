"""Batch sign-up of a firm's people: groups stay together, slots are given in order, nobody twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.models import Employment, Enterprise, Person, PersonFlag
from parkportal.clock import park_now, park_today
from parkportal.records.audit import record
from parkportal.records.codes import take_codes
from parkportal.states import Refused
from testing.actions.notices import confirm
from testing.actions.signups import slots_left
from testing.actions.staggering import window_of
from testing.actions.waiting import hold_campaign, join_waiting
from testing.groups import Facts, facts_of_employment, group_of, mode_of
from testing.minors import is_minor
from testing.models import Campaign, Mode, SignUp, SignUpMove, SignUpStatus, Slot, Source, StaggerWindow


@dataclass
class PlannedPerson:
    """One row of the preview: the person, the group, and the slot, or why there is none.

    `outcome`: new, door, already, full, waiting, or guardian (under age, and nobody is named who answers for them).
    """

    person: Person
    employment: Employment
    group: str
    outcome: str
    slot: Slot | None = None
    guardian: str = ""

    @property
    def is_minor(self) -> bool:
        return is_minor(self.person.document_type, self.person.number)

    @property
    def is_new(self) -> bool:
        return self.outcome in {"new", "door"}

    @property
    def may_be_picked(self) -> bool:
        return self.outcome != "already"


@dataclass
class RosterPlan:
    """What a batch sign-up would do. `together` says whether everybody fits into one sitting."""

    rows: list[PlannedPerson]
    together: bool

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def new(self) -> int:
        return sum(row.is_new for row in self.rows)


Guardians = Mapping[str, str]


def plan_roster(
    *,
    enterprise: Enterprise,
    campaign: Campaign,
    persons: Sequence[int] | None = None,
    guardians: Guardians | None = None,
) -> RosterPlan:
    """Who would be signed up and when; nothing is written. `persons` are ids, None means everybody on the roster.

    `guardians`: number hash of who is under age → who answers for them.
    """
    employments = list(
        Employment.objects.current().filter(enterprise=enterprise).select_related("person", "enterprise").order_by("id")
    )
    if persons is not None:
        wanted = set(persons)
        employments = [row for row in employments if row.person_id in wanted]
    flags = _flags([row.person_id for row in employments])
    people = [(row, flags.get(row.person_id, ())) for row in employments]
    return plan_people(people, enterprise=enterprise, campaign=campaign, guardians=guardians)


def plan_people(
    people: Iterable[tuple[Employment, Iterable[str]]],
    *,
    enterprise: Enterprise,
    campaign: Campaign,
    guardians: Guardians | None = None,
) -> RosterPlan:
    """The same for people with their flags, be they on the roster yet or not: by department, then by name."""
    ordered = sorted(people, key=lambda one: (one[0].department, one[0].person.pinyin_key))
    hashes = [employment.person.number_hash for employment, _ in ordered]
    signups = SignUp.objects.filter(campaign=campaign, document_hash__in=hashes)
    taken = set(signups.open().values_list("document_hash", flat=True))
    rows = [_judge(employment, flags, taken, guardians or {}) for employment, flags in ordered]
    return _give_slots(rows, campaign, enterprise)


def _flags(person_ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = PersonFlag.objects.in_force(park_today()).filter(person__in=person_ids)
    for person_id, kind in rows.values_list("person", "kind"):
        found[person_id].append(kind)
    return found


def _judge(employment: Employment, flags: Iterable[str], taken: set[str], guardians: Guardians) -> PlannedPerson:
    facts: Facts = facts_of_employment(employment, flags)
    row = PlannedPerson(employment.person, employment, group_of(facts), "new")
    row.guardian = guardians.get(row.person.number_hash, "")
    if row.person.number_hash in taken:
        row.outcome = "already"
    elif row.is_minor and not row.guardian:
        row.outcome = "guardian"
    elif mode_of(row.group) == Mode.DOOR:
        row.outcome = "door"
    return row


def _give_slots(rows: list[PlannedPerson], campaign: Campaign, enterprise: Enterprise) -> RosterPlan:
    """The first sitting that holds everybody; where none does, the sittings in order of time.

    Within a sitting the slots of the floor's own window come first, where one was decided.
    """
    people = [row for row in rows if row.outcome == "new"]
    free = [(slot, slot.free) for slot in slots_left(campaign) if slot.free > 0]
    by_session: dict[int, int] = defaultdict(int)
    for slot, left in free:
        by_session[slot.session_id] += left
    fits = next((slot.session_id for slot, _ in free if by_session[slot.session_id] >= len(people)), None)
    windows = window_of(enterprise, list(by_session))
    ordered = sorted(free, key=lambda pair: _is_outside(pair[0], windows.get(pair[0].session_id)))
    places = [slot for slot, left in ordered if fits in (None, slot.session_id) for _ in range(left)]
    for number, row in enumerate(people):
        if number < len(places):
            row.slot = places[number]
        else:
            row.outcome = "full"
    return RosterPlan(rows, together=fits is not None or not people)


def _is_outside(slot: Slot, window: StaggerWindow | None) -> bool:
    """Whether a slot lies before or after the floor's time; without a time none does."""
    return window is not None and not window.starts_at - timedelta(minutes=5) <= slot.starts_at < window.ends_at


def sign_up_roster(
    *,
    enterprise: Enterprise,
    campaign: Campaign,
    persons: Sequence[int] | None,
    by: Any,
    token: UUID | None = None,
    guardians: Guardians | None = None,
    together: bool = False,
    wait_rest: bool = False,
) -> RosterPlan:
    """Sign a firm's people up in one go; what the preview showed, judged again with the slots locked.

    Whoever is signed up already stays. A group that no sitting holds is spread over several, or with `together` waits
    as a whole; who finds no place is left out and told so in the plan, or with `wait_rest` waits. A second submit
    signs nobody up twice. Raises Refused `campaign_closed`.
    """
    with transaction.atomic():
        hold_campaign(campaign.pk)
        campaign = Campaign.objects.get(pk=campaign.pk)
        if not campaign.is_open:
            raise Refused("campaign_closed", "这次检测已经不再登记。")
        ids = [slot.pk for slot in slots_left(campaign)]
        list(Slot.objects.select_for_update().filter(pk__in=ids).order_by("id").values_list("pk"))
        plan = plan_roster(enterprise=enterprise, campaign=campaign, persons=persons, guardians=guardians)
        _send_to_the_line(plan, together=together, wait_rest=wait_rest)
        signups = _write([row for row in plan.rows if row.is_new], campaign, enterprise, by=by)
        _let_wait(plan, campaign, enterprise, may_split=not together, by=by)
        if signups:
            record(
                "signup.roster", by=by, subject=campaign, after={"enterprise": enterprise.name, "count": len(signups)}
            )
        for signup in signups:
            confirm(signup)
    return plan


def _send_to_the_line(plan: RosterPlan, *, together: bool, wait_rest: bool) -> None:
    """Who waits: all who would go to the point when they want to come together, else only who found no place."""
    if together and not plan.together:
        for row in plan.rows:
            if row.outcome in {"new", "full"}:
                row.outcome, row.slot = "waiting", None
    elif wait_rest:
        for row in plan.rows:
            if row.outcome == "full":
                row.outcome = "waiting"


def _let_wait(plan: RosterPlan, campaign: Campaign, enterprise: Enterprise, *, may_split: bool, by: Any) -> None:
    rows = [row for row in plan.rows if row.outcome == "waiting"]
    if not rows:
        return
    now = park_now()
    codes = take_codes("RY", len(rows))
    signups = [_row(row, code, campaign, enterprise, by=by, now=now) for row, code in zip(rows, codes, strict=True)]
    join_waiting(campaign=campaign, signups=signups, session=None, enterprise=enterprise, may_split=may_split, by=by)


def _write(rows: list[PlannedPerson], campaign: Campaign, enterprise: Enterprise, *, by: Any) -> list[SignUp]:
    if not rows:
        return []
    now = park_now()
    codes = take_codes("RY", len(rows))
    signups = [_row(row, code, campaign, enterprise, by=by, now=now) for row, code in zip(rows, codes, strict=True)]
    SignUp.objects.bulk_create(signups, batch_size=200)
    SignUpMove.objects.bulk_create(
        [
            SignUpMove(
                subject=signup, to_status=SignUpStatus.REGISTERED, effective_at=now, by=by, reason="企业批量登记"
            )
            for signup in signups
        ],
        batch_size=500,
    )
    per_slot: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.slot:
            per_slot[row.slot.pk] += 1
    for slot_id, count in sorted(per_slot.items()):
        slot = Slot.objects.get(pk=slot_id)
        slot.taken += count
        slot.save(update_fields=["taken"])
    return signups


def _row(row: PlannedPerson, code: str, campaign: Campaign, enterprise: Enterprise, *, by: Any, now: Any) -> SignUp:
    person = row.person
    signup = SignUp(
        campaign=campaign,
        code=code,
        slot=row.slot,
        mode=mode_of(row.group),
        group=row.group,
        source=Source.CONTACT,
        person=person,
        enterprise=enterprise,
        name=person.name,
        document_type=person.document_type,
        number=person.number,
        document_hash=person.number_hash,
        declared={"post": row.employment.post, "is_key_post": row.employment.is_key_post},
        address=person.address if row.outcome == "door" else "",
        guardian_name=row.guardian,
        created_at=now,
        created_by=by,
    )
    signup.set_phone(person.phone)
    return signup
