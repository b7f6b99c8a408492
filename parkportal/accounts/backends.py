"""Who may be signed in at all."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from parkportal.accounts.models import User, signed_in


class PortalBackend(ModelBackend):
    """Password sign-in of accounts in use. Demo accounts are nobody outside the demo, at whatever door, and a session
    of theirs that is left over from the demo ends with it."""

    def get_user(self, user_id: int) -> User | None:
        user = signed_in(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.DEMO_MODE or not getattr(user, "is_demo", False))
