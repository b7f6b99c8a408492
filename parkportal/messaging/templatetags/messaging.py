"""How messages are shown: links pressable, the state in shape and word."""

import re

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from parkportal.clock import park_now
from parkportal.messaging.models import Message, MessageMove
from parkportal.templatetags.portal import hour, in_park, spoken_day, state

register = template.Library()
ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")


@register.filter
def linked(text: str) -> SafeString:
    """Links of the portal open in the portal, whatever name it was opened under; Chinese after a link is not part of it."""
    parts: list[tuple[SafeString]] = []
    at = 0
    home = settings.PORTAL_URL.rstrip("/")
    for found in ADDRESS.finditer(text):
        address = found.group().rstrip(".,;:!?'")
        parts.append((format_html("{}", text[at : found.start()]),))
        href = address.removeprefix(home) if address.startswith(home + "/") else address
        parts.append((format_html('<a href="{}">{}</a>', href, address),))
        at = found.start() + len(address)
    parts.append((format_html("{}", text[at:]),))
    return format_html_join("", "{}", parts)


@register.filter
def masked_links(text: str) -> str:
    """The history does not hand out keys: an invitation's or a code page's link is shown without what opens it."""
    return ADDRESS.sub(lambda found: "/".join(found.group().split("/")[:3]) + "/…", text)


@register.filter
def masked_codes(text: str) -> str:
    """A code that signs somebody in is not read by others."""
    return re.sub(r"(?<!\d)\d{4,8}(?!\d)", "****", text)


Status = Message.Status
SHAPES = {
    Status.WAITING: "todo",
    Status.SENDING: "doing",
    Status.SENT: "doing",
    Status.DELIVERED: "ok",
    Status.FAILED: "refused",
    Status.WITHDRAWN: "na",
    Status.EXPIRED: "na",
    Status.UNVERIFIED: "doing",
}


@register.simple_tag
def message_state(message: Message) -> SafeString:
    """失败：空号; 排队至 08:00; 待核实."""
    return state(SHAPES[Status(message.status)], _words(message))


def _words(message: Message) -> str:
    if message.status == Status.FAILED and message.failure:
        return f"失败：{message.failure}"
    if message.is_by_person:
        return message.failure or ("等人打电话" if message.channel == Message.Channel.CALL else "等人当面告诉")
    if message.status == Status.WAITING and message.send_after > park_now():
        return f"排队至 {_soon(message)}"
    return str(message.get_status_display())


def _soon(message: Message) -> str:
    """08:00 when it is within today, otherwise with the day."""
    same_day = in_park(message.send_after).date() == park_now().date()  # type: ignore[union-attr]
    return hour(message.send_after) if same_day else f"{spoken_day(message.send_after)} {hour(message.send_after)}"


MOVE_SHAPES = {**SHAPES, Status.WAITING: "ok", Status.SENDING: "ok", Status.SENT: "ok"}
MOVE_WORDS = {
    Status.SENDING: "交给网关",
    Status.SENT: "网关收下",
    Status.DELIVERED: "送达",
    Status.WITHDRAWN: "撤回",
    Status.EXPIRED: "过期",
    Status.UNVERIFIED: "待核实",
    Status.FAILED: "失败",
}


@register.simple_tag
def move_state(move: MessageMove) -> SafeString:
    """One step of the way: 交给网关，第 1 次."""
    word = MOVE_WORDS.get(Status(move.to_status), "")
    words = "，".join(part for part in (word, move.reason) if part)
    return state(MOVE_SHAPES[Status(move.to_status)], words or Status(move.to_status).label, css="state-wrap")
