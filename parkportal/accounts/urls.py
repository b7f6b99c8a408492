"""Addresses of accounts."""

from django.urls import path

from parkportal.accounts import views

app_name = "accounts"

entry_urls = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("forgotten/", views.forgotten, name="forgotten"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("second-factor/set-up/", views.second_factor_set_up, name="second_factor_set_up"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
own_urls = [
    path("profile/", views.profile, name="profile"),
    path("profile/password/", views.password_change, name="password_change"),
    path("profile/recovery-codes/", views.recovery_codes, name="recovery_codes"),
    path("profile/end-other-sessions/", views.end_other_sessions, name="end_other_sessions"),
]
people_urls = [
    path("users/", views.user_list, name="user_list"),
    path("users/invite/", views.user_invite, name="user_invite"),
    path("users/<int:pk>/", views.user_detail, name="user_detail"),
    path("users/<int:pk>/roles/", views.role_grant, name="role_grant"),
    path("users/<int:pk>/deactivate/", views.user_deactivate, name="user_deactivate"),
    path("users/<int:pk>/activate/", views.user_activate, name="user_activate"),
    path("users/<int:pk>/password/", views.user_reset_password, name="user_reset_password"),
    path("users/<int:pk>/second-factor/", views.user_reset_second_factor, name="user_reset_second_factor"),
    path("roles/<int:pk>/end/", views.role_end, name="role_end"),
]
urlpatterns = [*entry_urls, *own_urls, *people_urls]
