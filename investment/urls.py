"""Staff doors of investment promotion."""

from django.urls import path

from investment.views import leads, units

app_name = "investment"

urlpatterns = [
    path("", leads.index, name="index"),
    path("leads/", leads.lead_list, name="lead_list"),
    path("leads/new/", leads.lead_create, name="lead_create"),
    path("leads/<int:pk>/", leads.lead_detail, name="lead_detail"),
    path("leads/<int:pk>/edit/", leads.lead_edit, name="lead_edit"),
    path("leads/<int:pk>/move/", leads.lead_move, name="lead_move"),
    path("leads/<int:pk>/contacts/new/", leads.contact_create, name="contact_create"),
    path("contacts/", leads.contact_list, name="contact_list"),
    path("units/", units.unit_list, name="unit_list"),
    path("units/new/", units.unit_create, name="unit_create"),
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<int:pk>/share/", units.share_create, name="share_create"),
    path("photos/<int:pk>/", units.unit_photo, name="unit_photo"),
    path("buildings/new/", units.building_create, name="building_create"),
    path("buildings/<int:pk>/", units.building_detail, name="building_detail"),
    path("links/<int:pk>/", units.share_detail, name="share_detail"),
    path("links/<int:pk>/withdraw/", units.share_withdraw, name="share_withdraw"),
]
