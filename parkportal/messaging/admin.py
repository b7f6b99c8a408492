"""Rescue only: looking, never changing."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from parkportal.messaging.models import Message, OptOut


class LookOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(LookOnly):
    list_display = ["id", "purpose", "masked_address", "status", "created_at", "attempts"]
    list_filter = ["status", "channel", "purpose"]
    exclude = ["address", "recipient_hash", "params", "text", "token"]


@admin.register(OptOut)
class OptOutAdmin(LookOnly):
    """A number takes itself off with a reply; this list cannot be edited."""

    list_display = ["id", "at"]
    exclude = ["recipient_hash"]
