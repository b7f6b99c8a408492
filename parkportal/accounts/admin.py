"""For rescue: accounts, roles and invitations as they stand. They are changed on their own pages, which the audit sees."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from parkportal.accounts.models import Invitation, RoleGrant, User


class LookOnly(admin.ModelAdmin):
    """Shown, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(LookOnly):
    list_display = ["username", "name", "department", "is_active", "is_staff", "last_login"]
    search_fields = ["username", "name"]
    exclude = ["password", "phone", "phone_hash", "user_permissions"]


@admin.register(RoleGrant)
class RoleGrantAdmin(LookOnly):
    list_display = ["user", "role", "starts_on", "ends_on", "granted_by"]
    list_filter = ["role"]


@admin.register(Invitation)
class InvitationAdmin(LookOnly):
    list_display = ["name", "role", "purpose", "invited_by", "created_at", "expires_at", "used_at", "withdrawn_at"]
    exclude = ["token_hash", "phone", "phone_hash", "token"]
