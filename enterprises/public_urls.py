"""Doors that need no account: what hangs on a wall, and where food is sold."""

from django.urls import path

from enterprises.views import boards, outlets

app_name = "enterprises_public"

urlpatterns = [
    path("board/<uuid:token>/", boards.board_public, name="board_public"),
    path("takeaway/", outlets.takeaway, name="takeaway"),
]
