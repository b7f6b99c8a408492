"""What the sign-up's pages show: slots by day and place, the answers to check."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from enterprises.symptoms import symptom_words
from parkportal.privacy import mask_id, mask_phone
from testing.forms.signup import DOCUMENTS, ORIGINS, POSTS
from testing.language import speaks_english
from testing.models import Slot
from testing.words import clock_words, day_words, place_words, slot_words


@dataclass
class SlotChoice:
    pk: int
    words: str
    free: int
    is_chosen: bool = False

    @property
    def is_full(self) -> bool:
        return self.free < 1


@dataclass
class SlotDay:
    """One sitting: its day and place, and the slots with what is left of each."""

    title: str
    place: str
    where: str = ""
    slots: list[SlotChoice] = field(default_factory=list)
    is_open: bool = False
    session_id: int = 0
    ahead: int = 0
    is_waited_for: bool = False

    @property
    def free(self) -> int:
        return sum(max(0, slot.free) for slot in self.slots)


def slot_days(slots: Iterable[Any], *, chosen: str, ahead: Mapping[int, int] | None = None) -> list[SlotDay]:
    """The slots by sitting; the chosen one's, or the first with a place, is unfolded.

    `chosen` is a slot's id, or w and a sitting's id for who waits; `ahead` says how many wait for each sitting.
    """
    days: dict[int, SlotDay] = {}
    for slot in slots:
        session = slot.session
        day = days.get(session.pk)
        if day is None:
            day = days[session.pk] = SlotDay(
                day_words(session.day), place_words(session.point), "" if speaks_english() else session.point.place
            )
            day.session_id, day.ahead = session.pk, (ahead or {}).get(session.pk, 0)
            day.is_waited_for = day.is_open = chosen == f"w{session.pk}"
        day.slots.append(SlotChoice(slot.pk, clock_words(slot), slot.free, str(slot.pk) == chosen))
        day.is_open = day.is_open or str(slot.pk) == chosen
    rows = list(days.values())
    if rows and not any(day.is_open for day in rows):
        next((day for day in rows if day.free), rows[0]).is_open = True
    return rows


@dataclass(frozen=True)
class AnswerRow:
    label: str
    lines: list[str]
    step: str = ""


def answer_rows(content: dict[str, Any], slot: Slot | None) -> list[AnswerRow]:
    """What was answered, in the order of the pages; numbers are masked, as on a screen that others may see."""
    who, contact, health, place = (content[step] for step in ("who", "contact", "health", "place"))
    document = dict(DOCUMENTS)[contact["document_type"]]
    rows = [
        AnswerRow(_("姓名"), [who["name"]], "who"),
        AnswerRow(_("单位"), [who["enterprise_name"], *_post(who.get("post", ""))], "who"),
        AnswerRow(_("证件"), [document, mask_id(contact["number"])], "contact"),  # type: ignore[list-item]
        AnswerRow(_("手机"), [mask_phone(contact["phone"])], "contact"),
        AnswerRow(_("从哪里来"), _origin(health), "health"),
        AnswerRow(_("身体状况"), _health(health), "health"),
    ]
    if slot is not None:
        rows.append(AnswerRow(_("采样时段"), [slot_words(slot), place_words(slot.session.point)], "place"))
    elif place.get("wait") is not None:
        rows.append(AnswerRow(_("采样时段"), [_("候补，有名额短信告诉您")], "place"))
    else:
        rows.append(AnswerRow(_("上门地址"), [place.get("address", "")], "place"))
    rows.append(AnswerRow(_("费用"), [_("0 元，由园区统一安排")]))
    return rows


def _post(post: str) -> list[str]:
    return [str(dict(POSTS)[post])] if post else []


def _origin(health: dict[str, Any]) -> list[str]:
    lines = [str(dict(ORIGINS)[health["origin"]])]
    if health.get("arrived_on"):
        lines.append(_("%(day)s 到长沙") % {"day": health["arrived_on"]})
    return lines


def _health(health: dict[str, Any]) -> list[str]:
    words = symptom_words(health.get("symptoms", ()))
    mark = ", " if speaks_english() else "、"
    lines = [mark.join(words) or _("没有不舒服")]
    if health["had_contact"] == "yes":
        lines.append(_("14 天内接触过确诊或疑似病人"))
    return lines
