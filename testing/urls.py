"""Doors of the staff under /testing/."""

from django.urls import path

from testing.views import station

app_name = "testing"
urlpatterns = [
    path("station/", station.station, name="station"),
    path("station/<int:session_id>/", station.station_desk, name="station_desk"),
    path("station/<int:session_id>/count/", station.station_count, name="station_count"),
]
