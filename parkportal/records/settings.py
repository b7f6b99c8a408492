"""Reads and writes the park's settings. Defaults stand here, so a fresh park has them all."""

from collections.abc import Mapping
from datetime import date, time
from functools import partial
from typing import Any

from django.db import transaction

from parkportal.editing import Spoken, changes
from parkportal.records.audit import last_act, record
from parkportal.records.models import ParkSetting

DEFAULTS: dict[str, tuple[str, str]] = {
    "register_confirmed_on": ("", "名录核定日期；空着时不显示总复工率。"),
    "earliest_resumption_on": ("2020-02-10", "最早可复工日（湖南：2月9日24时后）；豁免类别除外。"),
    "daily_report_due": ("12:00", "日报截止时间。"),
    "report_chase_minutes": ("60", "日报过了截止时间几分钟，催小分队联络员。"),
    "report_leader_minutes": ("120", "日报过了截止时间几分钟，报小分队队长。"),
    "dormitory_limit": ("6", "备案时宿舍每间最多住几人。"),
    "filing_needs_approval": ("0", "备案是否要核准：0 为告知即备案。"),
    "result_due_clock": ("18:00", "结果时限：接收后下一个工作日的几点。"),
    "positive_contact": ("", "阳性和可疑结果告知的负责人（用户名）。"),
    "fever_phone": ("0731-88990120", "发热咨询电话。"),
    "signup_phone_code": ("0", "登记时手机是否要用短信验证码确认：1 为要。"),
    "report_phone": ("0731-88990139", "责任牌和外卖名单上反映问题的电话，谁都看得到。"),
    "sms_window": ("08:00-20:00", "通知类短信的发送时段。"),
}


def get(key: str) -> str:
    """The value of a setting, or its default. Raises KeyError for an unknown name."""
    default = DEFAULTS[key][0]
    found = ParkSetting.objects.filter(key=key).values_list("value", flat=True).first()
    return default if found is None else found


def all_values() -> dict[str, str]:
    """Every setting with its value or default."""
    kept = dict(ParkSetting.objects.values_list("key", "value"))
    return {key: kept.get(key, default) for key, (default, _) in DEFAULTS.items()}


def get_date(key: str) -> date | None:
    text = get(key)
    return date.fromisoformat(text) if text else None


def get_time(key: str) -> time:
    return time.fromisoformat(get(key))


def get_flag(key: str) -> bool:
    return get(key) == "1"


def change(values: Mapping[str, str], *, by: Any, seen: str, spoken: Spoken) -> None:
    """Change the settings that differ; `seen` is the mark of all that the page was drawn from. Raises EditConflict."""
    with transaction.atomic():
        list(ParkSetting.objects.select_for_update().order_by("pk"))
        touched = partial(last_act, None, "setting.changed")
        changed = changes(seen=seen, current=all_values(), typed=values, spoken=spoken, touched=touched)
        for key, value in changed.items():
            put(key, value, by=by)


def put(key: str, value: str, *, by: Any) -> None:
    """Change a setting and write it down."""
    before = get(key)
    if before == value:
        return
    with transaction.atomic():
        ParkSetting.objects.update_or_create(key=key, defaults={"value": value, "note": DEFAULTS[key][1]})
        record("setting.changed", by=by, before={key: before}, after={key: value})
