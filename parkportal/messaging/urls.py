"""Everything under /messages/. The two pushes are what the provider calls; their address holds SMS_PUSH_TOKEN."""

from django.urls import path

from parkportal.messaging import views

app_name = "messaging"

urlpatterns = [
    path("", views.message_list, name="message_list"),
    path("search/", views.message_search, name="message_search"),
    path("trial/", views.message_trial, name="message_trial"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("<int:pk>/", views.message_detail, name="message_detail"),
    path("<int:pk>/handle/", views.message_handle, name="message_handle"),
    path("<int:pk>/ask/", views.message_ask, name="message_ask"),
    path("<int:pk>/called/", views.message_called, name="message_called"),
    path("<int:pk>/reveal/", views.message_reveal, name="message_reveal"),
    path("push/<str:token>/receipts/", views.push_receipts, name="push_receipts"),
    path("push/<str:token>/replies/", views.push_replies, name="push_replies"),
]
