"""The narrative: two or three sentences in the report's own words, made of the figures of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from parkportal.clock import SHANGHAI, at
from parkportal.quantities import plain
from parkportal.records.figures import FigureValue
from parkportal.records.models import Term

PRINTED_KINDS = ("IND", "SVC", "WRT")


@dataclass(frozen=True)
class Piece:
    """A stretch of the narrative; a number carries the address of its rows."""

    text: str
    href: str = ""


def _number(value: FigureValue) -> Piece:
    return Piece(plain(value.numerator), value.href)


def moment(as_of: datetime) -> str:
    """2月18日17时40分; midnight is 24时 of the day before (handbook §10)."""
    local = as_of.astimezone(SHANGHAI)
    if local == at(local.date()):
        day = date.fromordinal(local.date().toordinal() - 1)
        return f"{day.month}月{day.day}日24时"
    return f"{local.month}月{local.day}日{local.hour}时{local.minute:02d}分"


def kind_labels() -> dict[str, str]:
    """What reports call the 四上 kinds: 规上批发零售业 where the register says 限上批发零售业."""
    return {term.code: term.printed for term in Term.objects.filter(kind="sishang")}


def pieces(values: Mapping[str, FigureValue], labels: Mapping[str, str]) -> list[Piece]:
    """The narrative of one day's figures, in order, with the links of its numbers."""
    resumed, sites, key = values["enterprises_resumed"], values["sites_resumed"], values["key_project_sites"]
    sishang = values["sishang_resumed"]
    parts = [
        Piece(f"截至{moment(resumed.as_of)}，园区已复工企业"),
        _number(resumed),
        Piece("家；复工工地"),
        _number(sites),
        Piece("个，其中省市重点项目"),
        _number(key),
        Piece("个。四上企业共"),
        Piece(plain(sishang.denominator), sishang.href),
        Piece("家，已复工"),
        _number(sishang),
        Piece("家，其中"),
    ]
    for position, code in enumerate(PRINTED_KINDS):
        value = values[f"sishang_resumed_{code}"]
        parts += [Piece(("、" if position else "") + labels.get(code, value.label)), _number(value)]
        parts.append(Piece(f"家，复工率{value.rate_text}" if value.denominator else "家"))
    parts += [Piece("。累计核酸检测"), _number(values["persons_sampled"]), Piece("人。")]
    return parts


def text(values: Mapping[str, FigureValue], labels: Mapping[str, str] | None = None) -> str:
    """The narrative as plain text, ready to copy."""
    return "".join(piece.text for piece in pieces(values, kind_labels() if labels is None else labels))
