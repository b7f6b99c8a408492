"""A call or a visit, written on the spot: three taps when all is in order."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from enterprises.actions.visits import Heard
from enterprises.dictionaries import AT_THE_DOOR
from enterprises.models import Board, Enterprise, on_site
from parkportal.clock import park_today
from parkportal.idempotency import TokenFormMixin
from parkportal.records import terms
from parkportal.records.calendar import next_working_day

FINE, PROBLEM = "fine", "problem"
BOARD_CHECK = "board"  # the word of the dictionary visit_check that asks for the board
DAY = {"type": "date", "class": "form-control w-phone"}
LARGEST_HEADCOUNT = 1_000_000


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files under one name; each is judged by its content when it is kept."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        single = super().clean
        return [single(one, initial) for one in data or []]


def usual_next_day() -> date:
    """A week from today, or the first working day after it."""
    return next_working_day(park_today() + timedelta(days=6))


class ChannelField(forms.ChoiceField):
    """How one speaks with the enterprise, in the dictionary's words."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="方式", choices=lambda: terms.choices("visit_channel"), **kwargs)


class VisitForm(TokenFormMixin):
    """What was seen and heard. Only what is out of order and what is new has to be typed."""

    channel = ChannelField()
    all = forms.ChoiceField(
        label="现场怎样", choices=[(FINE, "都落实了"), (PROBLEM, "有问题")], initial=FINE, widget=forms.RadioSelect
    )
    met = forms.CharField(label="见到谁", max_length=50, required=False)
    photos = ManyFilesField(label="照片", required=False)
    seen_board = forms.IntegerField(label="核验责任牌", required=False, min_value=1)
    observations = forms.CharField(label="补一句", max_length=500, required=False)
    planned_on = forms.DateField(label="拟复工日期", required=False, widget=forms.DateInput(attrs=DAY))
    headcount = forms.IntegerField(
        label="职工总数（人）",
        required=False,
        min_value=0,
        max_value=LARGEST_HEADCOUNT,
        widget=forms.NumberInput(attrs={"class": "form-control w-number", "inputmode": "numeric"}),
    )
    difficulties = forms.MultipleChoiceField(label="有什么困难", required=False, widget=forms.CheckboxSelectMultiple)
    promise = forms.CharField(
        label="答应了什么",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control w-full"}),
    )
    promise_on = forms.DateField(label="哪一天前办", required=False, widget=forms.DateInput(attrs=DAY))
    next_on = forms.DateField(
        label="下次哪一天", required=False, initial=usual_next_day, widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY)
    )
    next_purpose = forms.CharField(
        label="下次做什么",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control w-full"}),
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enterprise = enterprise
        self.checks = terms.choices("visit_check")
        self.calls = " ".join(code for code, _ in self.fields["channel"].choices if code not in on_site())  # type: ignore[attr-defined]
        self.fields["difficulties"].choices = terms.choices("need_kind")  # type: ignore[attr-defined]
        for code, label in self.checks:
            self.fields[f"problem_{code}"] = forms.CharField(label=label, max_length=200, required=False)
        if not self.is_bound:
            self._usual_channel()
            self.initial.setdefault("met", enterprise.liaison_name)

    def _usual_channel(self) -> None:
        """What the link asked for; where the dictionary has it no longer, its first word."""
        offered = [code for code, _ in self.fields["channel"].choices]  # type: ignore[attr-defined]
        if self.initial.get("channel") not in offered:
            self.initial["channel"] = offered[0] if offered else ""

    def check_fields(self) -> list[forms.BoundField]:
        """The points to look at, in the dictionary's order."""
        return [self[f"problem_{code}"] for code, _ in self.checks]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("all") == PROBLEM and not (self._problems(data) or data.get("observations")):
            self.add_error("all", "哪里有问题，请在那一项里写，或者补一句。")
        if data.get("seen_board") and data.get("channel", "") not in on_site():
            self.add_error("seen_board", "不到现场看不到墙，责任牌要上门核验。")
        elif data.get("seen_board") and self._problems(data).get(BOARD_CHECK):
            self.add_error("seen_board", "责任牌有问题就先不核验，请去掉这个勾。")
        elif data.get("seen_board") and not data.get("photos") and self._hangs_unposted(data["seen_board"]):
            self.add_error("seen_board", "这一版还没有登记张贴，请拍一张看得清责任牌的照片。")
        return data

    def _hangs_unposted(self, board: int) -> bool:
        rows = Board.objects.filter(pk=board, enterprise=self.enterprise, status=Board.Status.GENERATED)
        return rows.exists()

    def _problems(self, data: dict[str, Any]) -> dict[str, str]:
        found = {code: data.get(f"problem_{code}", "") for code, _ in self.checks}
        return {code: words for code, words in found.items() if words}

    def heard(self) -> Heard:
        """What the action writes down."""
        data = self.cleaned_data
        problems = self._problems(data)
        if data["all"] == PROBLEM and not problems:
            problems = {"other": data["observations"][:200]}
        names = ("channel", "met", "seen_board", "observations", "photos", "planned_on", "headcount", "difficulties")
        later = ("promise", "promise_on", "next_on", "next_purpose")
        return Heard(problems=problems, **{name: data[name] for name in (*names, *later)})


class PlanForm(TokenFormMixin):
    """A call or a visit that is to come."""

    channel = ChannelField(initial=AT_THE_DOOR)
    due_on = forms.DateField(
        label="哪一天", initial=usual_next_day, widget=forms.DateInput(format="%Y-%m-%d", attrs=DAY)
    )
    clock = forms.TimeField(
        label="几点", required=False, widget=forms.TimeInput(attrs={"type": "time", "class": "w-phone"})
    )
    purpose = forms.CharField(label="做什么", max_length=120, widget=forms.TextInput(attrs={"class": "w-sentence"}))
