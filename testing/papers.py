"""What the testing app prints: hand-over sheet, poster, tube labels, result report."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from django.conf import settings as django_settings
from django.urls import reverse

from parkportal.clock import SHANGHAI, park_now, park_today
from parkportal.printing.labels import LABEL_FORMATS, NO_OFFSET, Offset, TubeLabel, label_sheet_pdf, tube_labels
from parkportal.printing.posters import SignupPoster, signup_poster_pdf
from parkportal.printing.sheets.handover import HandoverSheet, HandoverTube, handover_sheet_pdf
from parkportal.records import settings
from testing.desk_answers import label_lines
from testing.models import Box, Campaign, Session, Specimen
from testing.words import WEEKDAYS

DEFAULT_FORMAT = "roll-50x20"
DELIVER_WITHIN = timedelta(hours=24)  # at 4 ℃ (handbook §3, 交接单)


def handover_pdf(box: Box) -> bytes:
    """交接单: counts, positions, three signatures. Tubes that the laboratory missed are marked."""
    tubes = list(box.specimens.select_related("box_check").order_by("position"))
    received = box.received_at is not None
    rows = tuple(HandoverTube(tube.position or 0, tube.barcode, _note(tube, received)) for tube in tubes)
    first = min((tube.collected_at for tube in tubes if tube.collected_at), default=None)
    odd = (*(f"{row.code} {row.note}" for row in rows if row.note), *_said_of(box))
    return handover_sheet_pdf(
        HandoverSheet(
            park=django_settings.PARK_NAME,
            point=box.session.point.name,
            box_code=box.code,
            seal=box.seal,
            expected=box.expected if box.expected is not None else len(rows),
            tubes=rows,
            lab=box.lab.name,
            actual=box.actual if received else None,
            temperature=None if box.temperature_tenths is None else Decimal(box.temperature_tenths) / 10,
            first_sampled_at=first,
            due_at=first + DELIVER_WITHIN if first else None,
            handed_over_by=box.handed_by.name if box.handed_by else "",
            handed_over_at=box.handed_at,
            carrier=box.courier,
            plate=box.plate,
            received_by=box.received_by.name if box.received_by else "",
            received_at=box.received_at,
            discrepancies=odd,
            printed_at=park_now(),
        )
    )


def _said_of(box: Box) -> list[str]:
    """What was written about the box itself: where missing tubes are, a broken seal, why it was warm."""
    said = [f"短少说明：{box.short_reason}"] if box.short_reason else []
    said += ["到时封条破损"] if box.seal_state == "broken" else []
    return said + ([f"箱内温度：{box.temperature_note}"] if box.temperature_note else [])


def _note(tube: Specimen, received: bool) -> str:
    check = getattr(tube, "box_check", None)
    if check is not None and not check.is_fit:
        return tube.get_invalid_reason_display() or "不合格"
    return "短少" if received and check is None else ""


def poster_pdf(campaign: Campaign, size: str) -> bytes:
    """The poster with the sign-up's QR code; it stays right as long as the campaign lasts."""
    path = reverse("public:signup", args=[campaign.slug])
    url = django_settings.PORTAL_URL.rstrip("/") + path
    sessions = list(campaign.sessions.not_cancelled().filter(day__gte=park_today()).select_related("point")[:40])
    points = list(dict.fromkeys(f"{s.point.name} {s.point.place}".strip() for s in sessions))
    return signup_poster_pdf(
        SignupPoster(
            park=django_settings.PARK_NAME,
            title="核酸检测登记",
            place="、".join(points[:2]) or "见登记页",
            when=tuple(poster_days(sessions)[:4]),
            url=url,
            short_address=url.split("://", 1)[1],
            fever_phone=settings.get("fever_phone"),
            version=campaign.version,
            issued_on=f"{park_today():%Y-%m-%d}",
        ),
        size,
    )


def poster_days(sessions: Sequence[Session]) -> list[str]:
    """2月19日 周三　9:00–11:30、14:00–17:00: one line a day."""
    lines = []
    for day, group in groupby(sorted(sessions, key=lambda s: s.starts_at), key=lambda s: s.day):
        hours = "、".join(dict.fromkeys(_hours(session) for session in group))
        lines.append(f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}　{hours}")
    return lines


def _hours(session: Session) -> str:
    start, end = session.starts_at.astimezone(SHANGHAI), session.ends_at.astimezone(SHANGHAI)
    return f"{start.hour}:{start:%M}–{end.hour}:{end:%M}"


def labels_of_tube(specimen: Specimen, label_format: str = DEFAULT_FORMAT, offset: Offset = NO_OFFSET) -> bytes:
    """The two labels of one tube that is somebody's."""
    signup = specimen.signup
    pair = tube_labels(specimen.barcode, signup.name, label_lines(signup)) if signup else tube_labels(specimen.barcode)
    return label_sheet_pdf(pair, LABEL_FORMATS[label_format], offset, asked=2)


def labels_of_run(codes: Sequence[str], label_format: str, offset: Offset, note: str) -> bytes:
    """Two labels for each code of a run, in order; count printed = count asked."""
    labels: list[TubeLabel] = [label for code in codes for label in tube_labels(code)]
    return label_sheet_pdf(labels, LABEL_FORMATS[label_format], offset, asked=2 * len(codes), note=note)
