"""Addresses of the records."""

from django.urls import path

from parkportal.records import views

app_name = "records"

file_urls = [
    path("files/<uuid:token>/", views.file, name="file"),
]
job_urls = [
    path("jobs/", views.job_list, name="job_list"),
    path("jobs/<uuid:token>/", views.job, name="job"),
    path("jobs/<uuid:token>/stop/", views.job_stop, name="job_stop"),
    path("jobs/<uuid:token>/retry/", views.job_retry, name="job_retry"),
    path("jobs/<uuid:token>/result/", views.job_result, name="job_result"),
]
intake_urls = [
    path("intake/", views.intake_list, name="intake_list"),
    path("intake/", views.intake_list, name="intake_upload"),  # with ?kind= it leads on to that kind
    path("intake/batches/<int:pk>/", views.intake_batch, name="intake_batch"),
    path("intake/batches/<int:pk>/take-in/", views.intake_take_in, name="intake_take_in"),
    path("intake/batches/<int:pk>/columns/", views.intake_mapping, name="intake_mapping"),
    path("intake/batches/<int:pk>/file/", views.intake_file, name="intake_file"),
    path("intake/<slug:kind>/", views.intake_upload, name="intake_upload"),
]
park_urls = [
    path("audit/", views.audit_list, name="audit_list"),
    path("terms/", views.term_list, name="term_list"),
    path("terms/<str:kind>/add/", views.term_add, name="term_add"),
    path("terms/<int:pk>/", views.term_edit, name="term_edit"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<int:pk>/remove/", views.calendar_day_remove, name="calendar_day_remove"),
    path("settings/", views.setting_list, name="setting_list"),
]
urlpatterns = [*file_urls, *job_urls, *intake_urls, *park_urls]
