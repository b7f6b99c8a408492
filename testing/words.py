"""How times and places are said on pages, in messages and on paper."""

from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parkportal.clock import SHANGHAI
from testing.models import SamplingPoint, Session, Slot, StaggerWindow

WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """2月19日 周三; in English Wed 19 Feb."""
    if (get_language() or "").startswith("en"):
        return f"{day:%a} {day.day} {day:%b}"
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def clock_words(slot: Slot | Session | StaggerWindow) -> str:
    """10:20–10:30."""
    start, end = slot.starts_at.astimezone(SHANGHAI), slot.ends_at.astimezone(SHANGHAI)
    return f"{start.hour}:{start:%M}–{end.hour}:{end:%M}"


def moment_words(moment: datetime) -> str:
    """2月19日 10:30; in English Wed 19 Feb 10:30."""
    local = moment.astimezone(SHANGHAI)
    day = f"{local.month}月{local.day}日" if not (get_language() or "").startswith("en") else day_words(local.date())
    return f"{day} {local.hour}:{local:%M}"


def slot_words(slot: Slot) -> str:
    """2月19日 周三 10:20–10:30."""
    return f"{day_words(slot.starts_at.astimezone(SHANGHAI).date())} {clock_words(slot)}"


def place_words(point: SamplingPoint) -> str:
    """The sampling point as people look for it, in the page's language."""
    if (get_language() or "").startswith("en") and point.name_en:
        return point.name_en
    return _("%(name)s采样点") % {"name": point.name} if "采样点" not in point.name else point.name


def sitting_words(session: Session) -> str:
    """2月18日 09:00–10:00 A1 栋采样点: which sitting."""
    return f"{day_words(session.day)} {clock_words(session)} {session.point}"
