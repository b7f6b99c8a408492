"""Doors of the office and the laboratory under /testing/: campaigns, sign-ups, tubes, boxes, bench."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
