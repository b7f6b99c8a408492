"""Doors of the staff under /testing/.

The desk and its labels stand here. A colleague is writing campaigns, sign-up lists, tubes, boxes and the bench right
now: testing/office_urls.py and testing/views/{campaigns,signups,specimens,boxes,bench}.py are theirs, with their
templates, testing/admin.py, testing/figures.py, testing/worklist.py, testing/invariants.py and testing/demo.py.
"""

from django.urls import URLPattern

from testing.office_urls import urlpatterns as office

app_name = "testing"
urlpatterns: list[URLPattern] = [*office]
