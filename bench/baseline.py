"""What the benchmarks compare with: one committed INSERT, without any middleware and behind the portal's."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from parkportal.guards import public

TABLE = "bench_row"


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (words varchar(40))")


@csrf_exempt
@public
def insert(request: HttpRequest) -> HttpResponse:
    """One row, committed at once."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (words) VALUES (%s)", [request.POST.get("text", "")[:40]])
    return HttpResponse("ok")


urlpatterns = [
    path("bench/bare/", insert),
    path("bench/stack/", insert),
    path("", include("parkportal.urls")),
]
