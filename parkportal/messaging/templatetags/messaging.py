"""A message's text with its links pressable."""

import re

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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
