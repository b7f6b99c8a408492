"""Doors that span apps. The paths without a prefix are fixed (design §5)."""

from django.urls import path

from parkportal.dashboard.views import dashboards, enterprise_file, health, help, home, invariants, search, weekly

app_name = "dashboard"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("enterprises/<int:pk>/", enterprise_file.enterprise_file, name="enterprise_file"),
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("dashboard/days/", dashboards.figure_days, name="figure_days"),
    path("dashboard/screen/", dashboards.screen, name="screen"),
    path("reports/weekly/", weekly.weekly_list, name="weekly_list"),
    path("reports/weekly/<str:week>/", weekly.weekly_detail, name="weekly_detail"),
    path("reports/weekly/<str:week>/download/", weekly.weekly_download, name="weekly_download"),
    path("reports/weekly/<str:week>/sign/", weekly.weekly_sign, name="weekly_sign"),
    path("invariants/", invariants.invariants, name="invariants"),
    path("invariants/run/", invariants.invariants_run, name="invariants_run"),
    path("help/", help.help_index, name="help_index"),
    path("help/<slug:role>/", help.help_page, name="help_page"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
