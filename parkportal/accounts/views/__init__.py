"""Pages of accounts: sign-in in two steps, the own account, invitations, and what administrators do."""

from parkportal.accounts.views.invitations import invitation
from parkportal.accounts.views.own import (
    end_other_sessions,
    password_change,
    profile,
    recovery_codes,
    second_factor,
    second_factor_set_up,
)
from parkportal.accounts.views.people import (
    role_end,
    role_grant,
    user_activate,
    user_deactivate,
    user_detail,
    user_invite,
    user_list,
    user_reset_password,
    user_reset_second_factor,
)
from parkportal.accounts.views.sign_in import forgotten, login, logout

__all__ = [
    "end_other_sessions",
    "forgotten",
    "invitation",
    "login",
    "logout",
    "password_change",
    "profile",
    "recovery_codes",
    "role_end",
    "role_grant",
    "second_factor",
    "second_factor_set_up",
    "user_activate",
    "user_deactivate",
    "user_detail",
    "user_invite",
    "user_list",
    "user_reset_password",
    "user_reset_second_factor",
]
