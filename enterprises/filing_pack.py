"""What a filing asks (handbook §4), step by step: one list for the form, the check page, the print and the return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parkportal.records import terms


@dataclass(frozen=True)
class Question:
    """One question: its name in the pack, its words, and the unit of its answer."""

    name: str
    label: str
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Step:
    """One group of questions: a page of the form."""

    code: str
    title: str
    lead: str
    questions: tuple[Question, ...]


STEPS = (
    Step(
        "people",
        "拟复工和返岗人员",
        "按现在掌握的人数填，没有就填 0。",
        (
            Question("planned_on", "拟复工日期"),
            Question("exemption", "豁免类别", hint="早于园区最早可复工日的，要选一类；不属于就不选"),
            Question("headcount", "职工总数", "人"),
            Question("first_batch", "首批返岗人数", "人"),
            Question("hubei", "湖北籍或 14 日内湖北旅居人数", "人"),
            Question("out_of_province", "省外返长人数", "人"),
        ),
    ),
    Step(
        "control",
        "防控方案",
        "谁负责，每天怎么做。",
        (
            Question("duty_name", "日常疫情防控责任人"),
            Question("disinfections", "每天消毒几次", "次", "食堂、电梯、卫生间按最多的一处填"),
            Question("temperature_checks", "每天测温几次", "次"),
            Question("isolation_rooms", "临时隔离间", "间"),
            Question("has_canteen", "有没有食堂"),
            Question("meal_groups", "分几批用餐", "批", "没有食堂填 0"),
            Question("has_dormitory", "有没有宿舍"),
            Question("dormitory_people", "每间宿舍最多几人", "人", "没有宿舍填 0"),
            Question("emergency", "发现发热人员怎么办", hint="写明谁报告、报给谁、人送到哪里"),
        ),
    ),
    Step(
        "supplies",
        "防疫物资",
        "现在库里有的；三天以上才够用。",
        (
            Question("masks", "口罩", "只"),
            Question("mask_days", "口罩可用几天", "天"),
            Question("thermometers", "测温设备", "把"),
            Question("thermometer_days", "测温设备可用几天", "天", "按电池和备用的算；常备的填 14"),
            Question("disinfectant", "消毒液", "公斤"),
            Question("disinfectant_days", "消毒液可用几天", "天"),
            Question("alcohol", "酒精", "公斤"),
            Question("alcohol_days", "酒精可用几天", "天"),
        ),
    ),
    Step(
        "promise",
        "承诺书",
        "由主要负责人确认。",
        (
            Question("promise_true", "填报的情况属实"),
            Question("promise_duty", "落实防控主体责任，每天按时报送日报"),
            Question("promise_report", "发现发热或接触情况，马上报告园区"),
            Question("signed_by", "承诺人（主要负责人）"),
        ),
    ),
)
BY_CODE = {step.code: step for step in STEPS}
QUESTIONS = {question.name: question for step in STEPS for question in step.questions}


def as_kept(value: Any) -> Any:
    """An answer as the pack keeps it: a day in ISO form."""
    return value.isoformat() if isinstance(value, date) else value


def step_answers(pack: Mapping[str, Any], step: str) -> dict[str, Any]:
    """Every answer of one step, None where nothing was said yet."""
    return {question.name: as_kept(pack.get(question.name)) for question in BY_CODE[step].questions}


def missing_steps(pack: Mapping[str, Any]) -> list[str]:
    """Codes of the steps that are not filled in yet."""
    return [step.code for step in STEPS if step.code not in pack.get("steps", [])]


def next_step(pack: Mapping[str, Any], after: str) -> str | None:
    """The step to open when one is done: the next one not filled in, else None (to the check page)."""
    codes = [step.code for step in STEPS]
    later = codes[codes.index(after) + 1 :]
    missing = set(missing_steps(pack))
    return next((code for code in [*later, *codes] if code in missing), None)


def spoken_answer(name: str, value: Any) -> str:
    """An answer as the check page and the print say it; nothing is —."""
    if value is None or value == "":
        return "—"
    if name == "exemption":
        return terms.labels("exemption").get(str(value), str(value))
    if isinstance(value, bool):
        return ("是" if value else "否") if name.startswith("promise") else ("有" if value else "没有")
    unit = QUESTIONS[name].unit if name in QUESTIONS else ""
    return f"{value} {unit}".strip()


def answers(pack: Mapping[str, Any]) -> list[tuple[Step, list[tuple[Question, str]]]]:
    """Every step with its questions and answers in words."""
    return [(step, [(q, spoken_answer(q.name, pack.get(q.name))) for q in step.questions]) for step in STEPS]
