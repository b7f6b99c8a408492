"""A firm's list of whom to sign up, straight from a file: the roster is brought up to date and the places are given."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from enterprises.doors import RosterHoldings, employments_of, take_in_roster
from enterprises.doors.roster import DOCUMENT_OF, LOOK_UP
from enterprises.models import Employment, Enterprise
from enterprises.models.people import number_hash
from parkportal.clock import SHANGHAI
from parkportal.records.intake import CommitReport, IntakeDoor, Params, Planned, PlanTable
from parkportal.records.jobs import Progress
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from parkportal.workbooks.intake import Key
from parkportal.workbooks.judgement import CREATE, JudgedRow, Judgement
from testing.actions import correct_guardian
from testing.actions.rosters import PlannedPerson, RosterPlan, plan_people, sign_up_roster
from testing.groups import group_rules
from testing.intake import SIGNED_UP, SIGNUPS
from testing.models import Campaign, SignUp, Slot
from testing.models.signups import SignUpQuerySet

HOW = [
    ("wait", "分到几场，放不下的排候补"),
    ("together", "要一起来，整组排候补，有一场放得下再确认"),
    ("spread", "分到几场，放不下的这次不登记"),
]
SHOWN = {
    "new": ("done", "登记"),
    "door": ("doing", "上门采样"),
    "already": ("before", "登记过"),
    "waiting": ("doing", "排候补"),
    "full": ("warn", "没有名额"),
    "guardian": ("warn", "缺监护人"),
}


class SignUpHoldings(RosterHoldings):
    """The firm's roster, and who of it is signed up for the campaign."""

    def __init__(self, enterprise_id: int | None, signups: SignUpQuerySet) -> None:
        """`signups`: those of the campaign that the sender may see; of others the preview only says 登记过."""
        super().__init__(enterprise_id)
        self.signups = signups

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """What the roster holds of each; with 已报名 for who is signed up within reach, be they on the roster or not."""
        held = dict(super().present(keys))
        digests = {number_hash(DOCUMENT_OF[str(kind)], str(number)): (kind, number) for kind, number in keys}
        wanted = list(digests)
        for start in range(0, len(wanted), LOOK_UP):
            part = self.signups.filter(document_hash__in=wanted[start : start + LOOK_UP])
            for signup in part.only("document_hash", "guardian_name"):
                key = digests[signup.document_hash]
                said = {SIGNED_UP: True, "监护人": signup.guardian_name or None}
                held[key] = {**held.get(key, {}), **said}
        return held


class SignUpFileForm(forms.Form):
    """Whose people, for which campaign, and what if no sitting holds them all."""

    enterprise = forms.ModelChoiceField(Enterprise.objects.none(), label="哪家企业的人")
    campaign = forms.ModelChoiceField(Campaign.objects.none(), label="报名哪次检测")
    how = forms.ChoiceField(
        label="一场放不下怎么办", choices=HOW, initial="wait", widget=forms.RadioSelect(attrs={"class": "choices-list"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = Enterprise.objects.editable_by(user).current()  # type: ignore[attr-defined]
        self.fields["campaign"].queryset = Campaign.objects.visible_to(user).open()  # type: ignore[attr-defined]


def signup_holdings(user: Any, params: Params) -> SignUpHoldings:
    """Raises Refused for a firm or a campaign outside what the person reaches."""
    enterprise, campaign = params.get("enterprise"), params.get("campaign")
    if user is not None:
        if not Enterprise.objects.editable_by(user).current().filter(pk=enterprise).exists():
            raise Refused("no_enterprise", "没有这家企业，或者不归您管。")
        if not Campaign.objects.visible_to(user).open().filter(pk=campaign).exists():
            raise Refused("campaign_closed", "这次检测已经不再登记。")
    signups = SignUp.objects.filter(campaign=campaign).open()
    return SignUpHoldings(enterprise, signups if user is None else signups.answered_for_by(user, enterprise))


def plan_signups(judgement: Judgement, user: Any, params: Params) -> PlanTable:
    """Group, place and outcome of every row that would be signed up, as things stand now."""
    enterprise, campaign = _of(params)
    rows = [row for row in judgement.accepted() if row.action == CREATE]
    found = employments_of(rows, enterprise)
    number_of = {id(employment): row.row for row, employment, _ in found}
    plan = plan_people(
        [(employment, flags) for _, employment, flags in found],
        enterprise=enterprise,
        campaign=campaign,
        guardians=_guardians(rows),
    )
    labels = {code: rule["label"] for code, rule in group_rules().items()}
    planned = [_planned(one, number_of[id(one.employment)], labels) for one in plan.rows]
    return PlanTable("报名以后的安排", ("人群", "时段"), sorted(planned, key=lambda one: one.row))


def _planned(one: PlannedPerson, number: int, labels: Mapping[str, str]) -> Planned:
    shape, word = SHOWN[one.outcome]
    return Planned(number, one.person.name, (labels[one.group], _when(one.slot)), shape, word)


def _when(slot: Slot | None) -> str:
    return f"{slot.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if slot else ""


def take_in_signups(
    rows: list[JudgedRow], *, by: Any, params: Params, source_file: StoredFile | None, progress: Progress | None
) -> CommitReport:
    """The roster first, then the sign-ups of who has none yet; judged again with the places locked."""
    enterprise, campaign = _of(params)
    take_in_roster(rows, by=by, params=params, source_file=source_file, progress=progress)
    new = [row for row in rows if row.action == CREATE]
    digests = [_digest(row) for row in new]
    persons = [
        pk
        for start in range(0, len(digests), LOOK_UP)
        for pk in Employment.objects.current()
        .filter(enterprise=enterprise, person__number_hash__in=digests[start : start + LOOK_UP])
        .values_list("person", flat=True)
    ]
    plan = sign_up_roster(
        enterprise=enterprise,
        campaign=campaign,
        persons=persons,
        guardians=_guardians(new),
        together=params.get("how") == "together",
        wait_rest=params.get("how") == "wait",
        by=by,
    )
    within_reach = SignUp.objects.filter(campaign=campaign).open().answered_for_by(by, enterprise.pk)
    _correct_guardians([row for row in rows if "监护人" in row.changes], within_reach, by=by)
    done = plan.new + plan.count("waiting")
    return CommitReport(created=done, updated=len(rows) - len(new), words=_words(plan))


def _correct_guardians(rows: list[JudgedRow], signups: SignUpQuerySet, *, by: Any) -> None:
    """Somebody else answers for a person who is signed up already."""
    for row in rows:
        for signup in signups.of_document(_digest(row)):
            correct_guardian(signup=signup, guardian=row.values["监护人"], by=by)


def _words(plan: RosterPlan) -> str:
    said = [f"{plan.count('new')} 人登记好，时段和采样码发到本人手机"]
    said += [f"{plan.count('door')} 人上门采样，等工作人员联系"] if plan.count("door") else []
    said += [f"{plan.count('waiting')} 人排进候补"] if plan.count("waiting") else []
    said += [f"{plan.count('full')} 人没有名额，等加场后再传一次"] if plan.count("full") else []
    return "；".join(said)


def _digest(row: JudgedRow) -> str:
    return number_hash(DOCUMENT_OF[row.values["证件类型"]], row.values["证件号码"])


def _guardians(rows: list[JudgedRow]) -> dict[str, str]:
    return {_digest(row): row.values["监护人"] for row in rows if row.values.get("监护人")}


def _of(params: Params) -> tuple[Enterprise, Campaign]:
    return Enterprise.objects.get(pk=params["enterprise"]), Campaign.objects.get(pk=params["campaign"])


def _place(params: Params) -> str:
    enterprise = Enterprise.objects.filter(pk=params.get("enterprise")).first()
    campaign = Campaign.objects.filter(pk=params.get("campaign")).first()
    return f"{enterprise}，{campaign}" if enterprise and campaign else ""


SIGNUP_DOOR = IntakeDoor(
    kind=SIGNUPS,
    roles=("committee", "contact", "principal"),
    holdings=signup_holdings,
    commit=take_in_signups,
    plan=plan_signups,
    params_form=SignUpFileForm,
    place=_place,
    success_url=lambda params: reverse("testing:roster_done", args=[params["enterprise"], params["campaign"]]),
    success_label="看时段和采样码",
    guidance=(
        "返岗人员花名册原样上传就行，名单里的人一次报好名，花名册一起更新。",
        "没有手机的可以空着；未满 18 岁的加一列“监护人”。",
        "预览里逐人写明时段；同一份名单传两次，不会重复报名。",
    ),
    row_words="人",
    chunk=None,
    new_word="报名",
    new_note="按次序排时段，同一单位尽量同一场",
    held_note="已经报过名，资料也没有变",
)
