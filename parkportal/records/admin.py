"""For rescue: what administrators may look at, and the few things they may change, at /admin/."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from parkportal.records.models import (
    AuditEntry,
    CalendarDay,
    ColumnMapping,
    FigureSnapshot,
    IntakeBatch,
    Job,
    ParkSetting,
    Term,
)


class LookOnly(admin.ModelAdmin):
    """Shown, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ["kind", "code", "label", "report_label", "position", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["code", "label"]


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ["day", "is_working", "note"]


@admin.register(ColumnMapping)
class ColumnMappingAdmin(admin.ModelAdmin):
    list_display = ["kind", "header", "field", "by", "updated_at"]
    list_filter = ["kind"]


@admin.register(ParkSetting)
class ParkSettingAdmin(LookOnly):
    list_display = ["key", "value", "note"]


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    list_display = ["at", "by", "action", "subject_label", "reason", "address"]
    list_filter = ["action"]
    search_fields = ["subject_label", "reason"]


@admin.register(Job)
class JobAdmin(LookOnly):
    list_display = ["title", "kind", "owner", "status", "done", "total", "attempts", "created_at", "finished_at"]
    list_filter = ["status", "kind"]
    exclude = ["params", "outcome"]


@admin.register(IntakeBatch)
class IntakeBatchAdmin(LookOnly):
    list_display = ["kind", "scope", "owner", "status", "created", "updated", "refused", "created_at"]
    list_filter = ["kind", "status"]
    exclude = ["preview"]


@admin.register(FigureSnapshot)
class FigureSnapshotAdmin(LookOnly):
    list_display = ["code", "day", "numerator", "denominator", "is_frozen", "as_of"]
    list_filter = ["is_frozen"]
