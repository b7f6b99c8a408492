"""The rescue pages at /admin/ have no door of their own: sign-in, lock-out and second factor are the portal's."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from parkportal.accounts.models import User
from parkportal.guards import needs_second_factor


class BackOffice(AdminSite):
    """Only for administrators in force whose second factor is proven."""

    site_header = site_title = "工作台后台"
    index_title = "字典和救援"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User) or not user.is_active or not user.is_staff or not user.has_role("admin"):
            return False
        return not user.must_change_password and not needs_second_factor(user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Strangers go to the portal's sign-in, which also leads on to what is still to be proven; others find nothing."""
        if request.user.is_authenticated and not (request.user.is_staff and request.user.has_role("admin")):
            raise Http404
        wanted = request.GET.get("next", request.path)
        return redirect_to_login(wanted, settings.LOGIN_URL)
