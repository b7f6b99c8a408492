from django.urls import path

from parkportal.messaging import views

app_name = "messaging"

urlpatterns = [
    path("mailbox/", views.mailbox, name="mailbox"),
]
