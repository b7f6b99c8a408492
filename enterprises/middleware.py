"""A merged row's address leads on to the row it was merged into."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from enterprises.models import Enterprise

# Which argument of an address names the enterprise. Whoever adds another shape of address adds its argument here.
ARGUMENTS = (
    ("enterprises/<int:pk>/", "pk"),
    ("testing/roster/<int:enterprise_id>/", "enterprise_id"),
    ("testing/coverage/<int:enterprise_id>/", "enterprise_id"),
)


class FollowMerges:
    """Asked only when a page of an enterprise is not found: no page pays for it. A form goes along with what was typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return response if response.status_code != 404 else self._follow(request) or response

    def _follow(self, request: HttpRequest) -> HttpResponse | None:
        found = request.resolver_match
        name = next((name for start, name in ARGUMENTS if found and found.route.startswith(start)), None)
        if found is None or name is None or not request.user.is_authenticated:
            return None
        gone = Enterprise.objects.visible_to(request.user).filter(pk=found.kwargs[name], merged_into__isnull=False)
        kept = gone.values_list("merged_into", flat=True).first()
        if kept is None:
            return None
        address = reverse(found.view_name, kwargs={**found.kwargs, name: kept})
        query = request.META.get("QUERY_STRING", "")
        answer = redirect(f"{address}?{query}" if query else address)
        if request.method == "POST":
            answer.status_code = 307
        return answer
