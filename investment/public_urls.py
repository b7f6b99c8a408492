"""The investor's door; its path is fixed (design §5)."""

from django.urls import path

from investment.views import share

app_name = "share"

urlpatterns = [
    path("share/<str:token>/", share.share, name="share"),
    path("share/<str:token>/ask/", share.share_ask, name="share_ask"),
    path("share/<str:token>/photos/<int:pk>/", share.share_photo, name="share_photo"),
]
