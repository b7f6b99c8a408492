"""All doors. The fixed ones are listed in design §5."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("parkportal.accounts.urls")),
    path("messages/", include("parkportal.messaging.urls")),
    path("records/", include("parkportal.records.urls")),
    path("enterprises/", include("enterprises.urls")),
    path("supplies/", include("supplies.urls")),
    path("testing/", include("testing.urls")),
    path("", include("testing.public_urls")),
    path("", include("enterprises.public_urls")),
    path("investment/", include("investment.urls")),
    path("", include("investment.public_urls")),
    path("", include("parkportal.dashboard.urls")),
    path("admin/", admin.site.urls),
]

handler404 = "parkportal.dashboard.views.errors.page_not_found"
