"""Forms of the committee: a campaign, a sitting, tubes."""

from datetime import date, time
from typing import Any

from django import forms

from enterprises.models import Enterprise
from parkportal.clock import park_today
from parkportal.editing import SeenFormMixin, mark_of
from parkportal.idempotency import TokenFormMixin, TokenModelForm
from parkportal.printing.labels import LABEL_FORMATS
from parkportal.reasons import ReasonField
from testing.actions.campaigns import CONSENT_TEXT, CONSENT_TEXT_EN, CampaignPlan, facts_of
from testing.actions.tubes import LARGEST_RUN
from testing.groups import group_choices
from testing.models import Campaign, LabelPrinter, PoolSize, SamplingPoint

DAY = {"type": "date", "class": "w-date"}
RESERVED = frozenset({"code", "offer", "lost"})
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
MM = {"class": "w-number", "step": "0.1"}
CLOCK = {"type": "time", "class": "w-phone"}


def labs() -> Any:
    return Enterprise.objects.current().filter(org_roles__kind="org_role", org_roles__code="lab").distinct()


class CampaignForm(TokenFormMixin, SeenFormMixin):
    """What a campaign is, who tests, what people agree to."""

    title = forms.CharField(label="名称", max_length=40, widget=forms.TextInput(attrs={"class": "w-sentence"}))
    slug = forms.SlugField(
        label="登记地址", help_text="海报和短信里的地址 /signup/…/，定了就不再改；小写字母、数字、连字符", max_length=40,
        widget=forms.TextInput(attrs={"class": "w-name"}),
        error_messages={"invalid": "只能用小写字母、数字和连字符"},
    )  # fmt: skip
    purpose = forms.CharField(
        label="说明", help_text="给来登记的人看的一两句话", max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    title_en = forms.CharField(
        label="英文名称", max_length=80, required=False, widget=forms.TextInput(attrs={"class": "w-sentence"})
    )
    purpose_en = forms.CharField(
        label="英文说明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    lab = forms.ModelChoiceField(
        label="检验实验室", queryset=Enterprise.objects.none(), help_text="单位角色为检验实验室的企业"
    )
    payer = forms.CharField(label="费用由谁承担", max_length=40, initial="园区财政")
    starts_on = forms.DateField(label="开始", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(label="结束（含）", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    retention_days = forms.IntegerField(
        label="结束后保留（天）",
        initial=60,
        min_value=1,
        max_value=3650,
        widget=forms.NumberInput(attrs={"class": "w-number"}),
    )
    change_hours = forms.IntegerField(
        label="采样前几小时止可改", initial=1, min_value=0, max_value=72, help_text="过了这时本人不能再改或取消",
        widget=forms.NumberInput(attrs={"class": "w-number"}),
    )  # fmt: skip
    is_on_hold = forms.BooleanField(
        label="依法暂不删除", required=False, help_text="勾上以后，到期也不删除个人信息，直到取消"
    )
    pool_size = forms.TypedChoiceField(
        label="几人一管", choices=PoolSize.choices, coerce=int, initial=PoolSize.SINGLE,
        help_text="混采只用于普通筛查；人群 A 和医学观察期人员仍用单管",
    )  # fmt: skip
    groups = forms.MultipleChoiceField(
        label="检测哪些人群", required=False, choices=[], help_text="一个都不选就是全部；后面是这类人的要求",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-list"}),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label="登记页语言", choices=LANGUAGES, initial=["zh-hans", "en"], widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "至少选中文"},
    )  # fmt: skip
    consent = forms.CharField(
        label="信息收集说明", help_text="改了就是新的一版，已经同意旧版的人不受影响", max_length=4000, initial=CONSENT_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip
    consent_en = forms.CharField(
        label="信息收集说明（英文）", max_length=6000, required=False, initial=CONSENT_TEXT_EN,
        widget=forms.Textarea(attrs={"rows": 8}),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign | None = None, **kwargs: Any) -> None:
        if campaign is not None and "initial" not in kwargs:
            kwargs["initial"] = self._from(campaign)
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.fields["lab"].queryset = labs()  # type: ignore[attr-defined]
        self.fields["groups"].choices = group_choices()  # type: ignore[attr-defined]

    @staticmethod
    def _from(campaign: Campaign) -> dict[str, Any]:
        facts = facts_of(campaign)
        return {**facts, "seen": mark_of(facts)}

    def clean_purpose(self) -> str:
        return _lines(self.cleaned_data["purpose"])

    def clean_purpose_en(self) -> str:
        return _lines(self.cleaned_data["purpose_en"])

    def clean_consent(self) -> str:
        return _lines(self.cleaned_data["consent"])

    def clean_consent_en(self) -> str:
        return _lines(self.cleaned_data["consent_en"])

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"].lower()
        if slug in RESERVED:
            raise forms.ValidationError("这个地址留给采样码，换一个。")
        others = Campaign.objects.filter(slug=slug)
        if self.campaign is not None:
            others = others.exclude(pk=self.campaign.pk)
        if others.exists():
            raise forms.ValidationError("这个地址已经用过，换一个。")
        return slug

    def clean_languages(self) -> list[str]:
        languages = self.cleaned_data["languages"]
        if "zh-hans" not in languages:
            raise forms.ValidationError("至少选中文")
        return languages

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "结束日期不能早于开始日期")
        return data

    def facts(self) -> dict[str, Any]:
        names = CampaignPlan.__dataclass_fields__
        return {name: value for name, value in self.cleaned_data.items() if name in names}

    def plan(self) -> CampaignPlan:
        return CampaignPlan(**self.facts())


def _lines(text: str) -> str:
    """As it is kept: a browser sends every line break as two characters, which would make a new text of the same one."""
    return text.replace("\r\n", "\n")


class SessionForm(TokenFormMixin):
    """A sitting and how it is cut into slots."""

    point = forms.ModelChoiceField(label="采样点", queryset=SamplingPoint.objects.in_use(), empty_label=None)
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    start = forms.TimeField(label="从", initial=time(9), widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    end = forms.TimeField(label="到", initial=time(11, 30), widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    minutes = forms.IntegerField(
        label="每个时段几分钟",
        initial=10,
        min_value=5,
        max_value=240,
        widget=forms.NumberInput(attrs={"class": "w-number"}),
    )
    places = forms.IntegerField(
        label="每个时段几个名额", help_text="一个台一分钟一人：两个台十分钟约 20 人", initial=10, min_value=1, max_value=500,
        widget=forms.NumberInput(attrs={"class": "w-number"}),
    )  # fmt: skip
    walk_in_percent = forms.IntegerField(
        label="现场名额（%）", help_text="留给没有预约就来的人，网上约不到", initial=0, min_value=0, max_value=90,
        widget=forms.NumberInput(attrs={"class": "w-number"}),
    )  # fmt: skip
    lanes = forms.IntegerField(
        label="采样台数", initial=2, min_value=1, max_value=20, widget=forms.NumberInput(attrs={"class": "w-number"})
    )

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day < park_today():
            raise forms.ValidationError("日期不能早于今天")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", "结束时间要晚于开始时间")
        return data


class SessionMoveForm(SeenFormMixin):
    """Where and when a sitting goes; everybody concerned is told why."""

    point = forms.ModelChoiceField(label="采样点", queryset=SamplingPoint.objects.in_use(), empty_label=None)
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    start = forms.TimeField(label="从", widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"))
    reason = ReasonField(label="为什么改", max_length=20, help_text="短信里会说，20 字以内")


class PointForm(TokenModelForm):
    """A sampling point."""

    class Meta:
        model = SamplingPoint
        fields = ["name", "building", "place", "name_en", "code"]


class LabelRunForm(TokenFormMixin):
    """Tubes to be labelled ahead."""

    count = forms.IntegerField(
        label="打几管", help_text="每管两张", min_value=1, max_value=LARGEST_RUN, initial=100,
        widget=forms.NumberInput(attrs={"class": "w-number"}),
    )  # fmt: skip
    label_format = forms.ChoiceField(label="标签纸", choices=[(key, one.title) for key, one in LABEL_FORMATS.items()])
    printer = forms.ModelChoiceField(
        LabelPrinter.objects.all(), label="打印机", required=False, empty_label="没有校准过的打印机",
        help_text="选了校准过的打印机，纸和偏移照它的",
    )  # fmt: skip
    note = forms.CharField(label="说明", required=False, max_length=60, help_text="印在每张纸的页脚，如采样点和日期")


class SessionEndForm(forms.Form):
    """Why a sitting is called off or ends early."""

    reason = ReasonField(
        max_length=20, help_text="短信里会说，20 字以内", widget=forms.TextInput(attrs={"class": "w-sentence"})
    )

    def __init__(self, *args: Any, has_begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asks = f"为什么{'提前结束' if has_begun else '取消'}"
        self.fields["reason"].label = asks
        self.fields["reason"].error_messages["required"] = f"请写{asks}，短信里会说。"


class VoidTubeForm(TokenFormMixin):
    """A damaged tube that nobody has."""

    barcode = forms.CharField(
        label="条码", max_length=40, error_messages={"required": "请扫或填试管的条码。"},
        widget=forms.TextInput(attrs={"class": "w-id", "autocomplete": "off"}),
    )  # fmt: skip


class PrinterForm(forms.Form):
    """What was measured on a printer's calibration page."""

    name = forms.CharField(
        label="打印机", max_length=40, help_text="贴在机器上的名字，如 A1 栋采样点 1 号机",
        error_messages={"required": "请填打印机的名字。"},
    )  # fmt: skip
    label_format = forms.ChoiceField(label="标签纸", choices=[(key, one.title) for key, one in LABEL_FORMATS.items()])
    left = forms.DecimalField(
        label="左边量得（mm）", min_value=0, max_value=30, decimal_places=1, widget=forms.NumberInput(attrs=MM)
    )
    top = forms.DecimalField(
        label="上边量得（mm）", min_value=0, max_value=40, decimal_places=1, widget=forms.NumberInput(attrs=MM)
    )
    used = forms.ModelChoiceField(
        LabelPrinter.objects.all(), label="这张校准页", required=False, empty_label="没有带偏移",
        help_text="复查时打的页带着旧偏移，选那一台",
    )  # fmt: skip


class RangeForm(TokenFormMixin):
    """A laboratory's pre-printed tubes."""

    lab = forms.ModelChoiceField(label="实验室", queryset=Enterprise.objects.none())
    first = forms.CharField(label="第一管", max_length=24, widget=forms.TextInput(attrs={"class": "w-id"}))
    last = forms.CharField(label="最后一管", max_length=24, widget=forms.TextInput(attrs={"class": "w-id"}))
    note = forms.CharField(label="说明", required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lab"].queryset = labs()  # type: ignore[attr-defined]
