"""Lists that show exactly the rows behind a figure: `?figure=CODE&as_of=ISO`."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from parkportal.records import figures
from parkportal.records.figures import Figure

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
    return rows.filter(pk__in=counted.values("pk")), (figure, as_of)
