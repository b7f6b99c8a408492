"""What templates say in one way everywhere: figures, states, icons, bars. Catalogue: docs/components.md."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BooleanField, BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from parkportal.again import ReasonForm, WhyForm, drawn, refused_forms
from parkportal.clock import as_park_time
from parkportal.privacy import mask_phone

register = template.Library()

NOTHING = "—"
ICONS = "vendor/bootstrap-icons-1.13.2.svg"
WEEKDAYS = "一二三四五六日"

# The eight shapes of state (look.md §3). Classes: f filled, r ring, t tick, m mark, mf filled mark; colours are in portal.css.
SHAPES = {
    "done": '<circle class="f" cx="8" cy="8" r="7.5"/><path class="m" d="m4.7 8.3 2.3 2.3 4.4-4.8"/>',
    "ok": '<path class="t" d="m2.6 8.6 3.6 3.6 7.2-8"/>',
    "doing": '<circle class="r" cx="8" cy="8" r="6.6"/><path class="f" d="M8 3.6a4.4 4.4 0 0 1 0 8.8z"/>',
    "todo": '<circle class="r" cx="8" cy="8" r="6.6"/>',
    "warn": '<path class="f" d="M8 1 15.6 14.6H.4z"/><path class="mf" d="M7 5.8h2v4.4H7zM7 11.2h2v2H7z"/>',
    "refused": '<path class="f" d="M4.9.5h6.2l4.4 4.4v6.2l-4.4 4.4H4.9L.5 11.1V4.9z"/>'
    '<path class="m" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8"/>',
    "before": '<rect class="f" x=".5" y=".5" width="15" height="15" rx="2.2"/><path class="m" d="M8 4v4.4l2.8 1.8"/>',
    "na": '<circle class="r" cx="8" cy="8" r="6.6"/><path class="r" d="M5 8h6"/>',
}


def decimal_or_none(value: Any) -> Decimal | None:
    """The value as a Decimal, or None when it is no number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@register.filter
def dash(value: Any) -> Any:
    """Nothing is written as —; zero stays 0."""
    return NOTHING if value is None or value == "" else value


@register.filter
def thousands(value: Any) -> str:
    """100000 → 100,000; 3.60 → 3.6; None → —."""
    number = decimal_or_none(value)
    if number is None:
        return NOTHING if value is None or value == "" else str(value)
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def pct(value: Any) -> str:
    """A rate in per cent with one decimal and without the sign, half up: 96.72 → 96.7, 100 → 100, None → —."""
    number = decimal_or_none(value)
    if number is None:
        return NOTHING
    if number == 100:
        return "100"
    return str(number.quantize(Decimal("0.1"), ROUND_HALF_UP))


@register.filter
def rate_of(part: Any, whole: Any) -> str:
    """part ÷ whole in per cent as `pct` writes it; — without a denominator."""
    a, b = decimal_or_none(part), decimal_or_none(whole)
    return NOTHING if a is None or not b else pct(a * 100 / b)


@register.filter
def masked_phone(value: Any) -> str:
    """138****8000; — for none."""
    return mask_phone(str(value)) if value else NOTHING


@register.filter
def grouped_code(value: Any) -> str:
    """YL200218008635 → YL 200218 008635: prefix, six digits of the day, the rest. Other codes stay as they are."""
    code = str(value or "")
    own = len(code) > 8 and code[:2].isalpha() and code[:2].isascii() and code[2:].isdigit()
    return f"{code[:2]} {code[2:8]} {code[8:]}" if own else dash(code)


def in_park(value: date | datetime) -> date | datetime:
    """An aware instant in park time; days and naive instants as they are."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def day(value: Any) -> str:
    """Tables: 2020-02-18."""
    return in_park(value).strftime("%Y-%m-%d") if isinstance(value, date) else NOTHING


@register.filter
def day_time(value: Any) -> str:
    """Tables: 2020-02-18 09:41."""
    return in_park(value).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else day(value)


@register.filter
def park_clock(value: Any) -> Any:
    """A real instant (expiry of a link, last sign-in, end of a job) on the park's clock: {{ x|park_clock|day_time }}."""
    return as_park_time(value) if isinstance(value, datetime) else value


@register.filter
def typed_words(field: Any) -> str:
    """What somebody typed or chose in a bound field, as the page would have said it."""
    words = {str(code): str(label) for code, label in getattr(field.field, "choices", ())}
    return words.get(str(field.data), str(field.data))


@register.filter
def hour(value: Any) -> str:
    """09:41."""
    return in_park(value).strftime("%H:%M") if isinstance(value, datetime) else NOTHING


@register.filter
def spoken_day(value: Any) -> str:
    """Sentences: 2月18日."""
    if not isinstance(value, date):
        return NOTHING
    local = in_park(value)
    return f"{local.month}月{local.day}日"


@register.filter
def how_late(due: Any, now: Any) -> str:
    """How long something has been due, in its largest unit alone: 1 天, 2 小时, 40 分钟."""
    if not isinstance(due, datetime) or not isinstance(now, datetime):
        return NOTHING
    minutes = max(0, int((now - due).total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60
    return f"{days} 天" if days else f"{hours} 小时" if hours else f"{minutes} 分钟"


@register.filter
def weekday(value: Any) -> str:
    """周二."""
    return f"周{WEEKDAYS[in_park(value).weekday()]}" if isinstance(value, date) else ""


@register.filter
def share(part: Any, whole: Any) -> str:
    """The class that gives a flex child its part of the row in 24ths: `grow-9`."""
    a, b = decimal_or_none(part), decimal_or_none(whole)
    return f"grow-{min(24, max(1, int((a * 24 / b).to_integral_value())))}" if a and b else "grow-1"


@register.simple_tag
@lru_cache(maxsize=512)  # a page has dozens, and they are few
def icon(name: str, css: str = "") -> SafeString:
    """A Bootstrap icon beside a word: {% icon "printer" %}."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static(ICONS),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=512)
def shape(name: str, css: str = "") -> SafeString:
    """The bare shape of a state: done ok doing todo warn refused before na. A word must stand beside it."""
    drawing = mark_safe(SHAPES[name])  # noqa: S308 - our own constant
    return format_html(
        '<svg class="shape shape-{} {}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', name, css, drawing
    )


@register.simple_tag
def state(name: str, word: Any, css: str = "") -> SafeString:
    """Shape, then word: {% state "done" "已复工" %}."""
    return format_html('<span class="state {}">{} {}</span>', css, shape(name), word)


@register.inclusion_tag("_figure.html")
def figure(value: Any, unit: str = "", of: Any = None, url: str = "", size: str = "") -> dict[str, Any]:
    """A large number with its unit at the foot and its denominator in pale ink; links to its rows.

    `size`: "" 40 px, "l" 64, "m" 28, "s" 18. `value` None is written —.
    """
    return {"value": value, "unit": unit, "of": of, "url": url, "size": size}


@register.simple_tag
def bar(part: Any, whole: Any, css: str = "bar") -> SafeString:
    """The width of a rate as an SVG attribute; nothing without a denominator. `css="bar-inline"` in table cells."""
    a, b = decimal_or_none(part), decimal_or_none(whole)
    if a is None or not b:
        return SafeString("")
    width = min(Decimal(100), max(Decimal(0), a * 100 / b)).quantize(Decimal("0.1"))
    return format_html(
        '<svg class="{}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="whole" width="100" height="6"/><rect class="part" width="{}" height="6"/></svg>',
        css,
        width,
    )


@register.simple_tag
def column(part: Any, whole: Any) -> SafeString:
    """An upright bar for a slot's places, 30 × 52."""
    a, b = decimal_or_none(part), decimal_or_none(whole)
    tall = Decimal(0) if a is None or not b else min(Decimal(50), a * 50 / b).quantize(Decimal("0.1"))
    return format_html(
        '<svg viewBox="0 0 30 52" aria-hidden="true"><rect class="whole" x="1" y="1" width="28" height="50"/>'
        '<rect class="part" x="1" y="{}" width="28" height="{}"/></svg>',
        51 - tall,
        tall,
    )


@register.simple_tag(takes_context=True)
def reason_form(context: Context, mark: str = "", asks: str = "原因") -> ReasonForm:
    """The small form that asks why: {% reason_form "void" as form %}; its button's view takes the same mark."""
    form = drawn(context["request"], ReasonForm, mark)
    form["reason"].label = asks
    return form


@register.simple_tag(takes_context=True)
def why_form(context: Context, reasons: Iterable[str], usual: str = "") -> WhyForm:
    """The small form before what is masked: {% why_form reasons as form %}; `usual` is chosen beforehand."""
    return drawn(context["request"], WhyForm, WhyForm.MARK, reasons=reasons, initial={"reason": usual})


@register.filter
def error_target(field: BoundField) -> str:
    """The id that an error link jumps to: the input, or the first of several choices."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def error_words(field: BoundField, error: Any) -> str:
    """The line of the error summary: label and the words beside the field; a consent has its sentence as label, so only the words."""
    return str(error) if isinstance(field.field, BooleanField) else f"{field.label}{gettext('：')}{error}"


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The present query with some parameters replaced, or removed when empty: {% with_query page=2 kind="" %}."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return _address(request, query)


def _address(request: HttpRequest | None, query: QueryDict) -> str:
    """The query alone; on a page that is drawn again with the page's own path, since the browser is at the button's."""
    path = request.path if request and refused_forms(request) else ""
    return f"{path}?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def without_query(context: Context, name: str) -> str:
    """The present query without one parameter and without the page: the address that removes a filter."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for gone in (name, "page"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"


@register.filter
def page_numbers(page: Page) -> list[Any]:
    """The page numbers to offer, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


@register.filter
def lookup(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key) if mapping else None
