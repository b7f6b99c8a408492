"""Doors that need no account: /signup/… and /results/."""

from django.urls import URLPattern

app_name = "public"
urlpatterns: list[URLPattern] = []
