"""Lists that show exactly the rows behind a figure: `?figure=CODE&as_of=ISO`."""

from datetime import datetime
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from parkportal.clock import day_of, end_of, last_moment
from parkportal.quantities import plain
from parkportal.records import figures
from parkportal.records.figures import Figure
from parkportal.records.models import FigureSnapshot

M = TypeVar("M", bound=Model)


def figure_rows(request: HttpRequest, rows: QuerySet[M]) -> tuple[QuerySet[M], tuple[Figure, datetime] | None]:
    """The rows narrowed to the figure that the query names, and that figure with its instant; 404 for an unknown one."""
    code = request.GET.get("figure", "")
    if not code:
        return rows, None
    figure = figures.get(code)
    try:
        as_of = datetime.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        raise Http404 from None
    if figure is None or as_of.tzinfo is None:
        raise Http404
    counted = figure.rows(as_of)
    if counted.model is not rows.model:
        raise Http404
    if _may_see_figures(request) and (words := _changed_since(figure, as_of)):
        messages.info(request, words)
    return rows.filter(pk__in=counted.values("pk")), (figure, as_of)


def _may_see_figures(request: HttpRequest) -> bool:
    """Whoever sees the park's numbers on a page; a job that asks for the rows has no page."""
    return hasattr(request, "_messages") and request.user.has_role("committee", "leader")  # type: ignore[union-attr]


def _changed_since(figure: Figure, as_of: datetime) -> str:
    """What a list says whose day was frozen with another number: somebody has merged, set apart or retagged since."""
    day = day_of(last_moment(as_of))
    frozen = FigureSnapshot.objects.of_day(day).filter(code=figure.code).first() if end_of(day) == as_of else None
    if frozen is None:
        return ""
    then, now = figure.shown(frozen.numerator, None, as_of), figure.value(as_of)
    if then.numerator == now.numerator:
        return ""
    told = [plain(value.numerator) for value in (then, now)]
    return (
        f"{day.month}月{day.day}日定稿时“{figure.label}”是 {told[0]} {figure.unit}，定稿的数不再变；"
        f"下面按现在的资料列出，共 {told[1]} {figure.unit}：定稿以后有合并、剔除或改动的。"
    )
