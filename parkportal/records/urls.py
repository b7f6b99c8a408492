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
urlpatterns = [*file_urls, *job_urls]
