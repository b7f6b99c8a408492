"""What messages ask of the committee: what could not be brought, what nobody knows about, whom to ring."""

from typing import Any

from django.urls import reverse

from parkportal.clock import park_now
from parkportal.messaging.models import Message
from parkportal.records.worklist import Entry, Source


def _entries(user: Any, limit: int) -> list[Entry]:
    """One row for doubtful and failed messages together, one for the call list, one for whom to tell in person."""
    counts = Message.objects.visible_to(user).counts(now=park_now())
    rows = []
    stuck = counts["failed"] + counts["unverified"]
    history = reverse("messaging:message_list")
    if stuck:
        detail = f"{counts['failed']} 条失败，{counts['unverified']} 条待核实"
        rows.append(Entry("消息", f"{stuck} 条短信要人管", detail, "去处理", f"{history}?tab=attention"))
    if counts["to_call"]:
        rows.append(
            Entry("消息", f"{counts['to_call']} 个电话要打", "短信到不了的，由人通知到", "打电话", f"{history}#calls")
        )
    if counts["to_tell"]:
        words, detail = f"{counts['to_tell']} 个人要当面告诉", "没有手机，也没有单位联络员转告"
        rows.append(Entry("消息", words, detail, "去告诉", f"{history}#persons"))
    return rows[:limit]


SOURCES = [Source("messages", ("committee",), _entries)]
