"""Rescue doors."""

from django.contrib import admin

from investment.models import Building, Lead, Unit

admin.site.register([Building, Lead, Unit])
