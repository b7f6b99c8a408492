"""Doors of supplies."""

from django.urls import path

from supplies.views import allocations, catalogue, deliveries, doorstep, places, stock

app_name = "supplies"

stock_urls = [
    path("", stock.index, name="index"),
    path("receipts/new/", stock.receipt_create, name="receipt_create"),
    path("movements/", stock.ledger, name="ledger"),
    path("movements/new/", stock.movement_create, name="movement_create"),
    path("movements/<int:pk>/reverse/", stock.movement_reverse, name="movement_reverse"),
    path("lots/<int:pk>/", stock.lot_detail, name="lot_detail"),
    path("lots/<int:pk>/status/", stock.lot_status, name="lot_status"),
]
catalogue_urls = [
    path("items/", catalogue.item_list, name="item_list"),
    path("items/new/", catalogue.item_create, name="item_create"),
    path("items/<int:pk>/", catalogue.item_detail, name="item_detail"),
    path("items/<int:pk>/edit/", catalogue.item_edit, name="item_edit"),
]
place_urls = [
    path("places/", places.place_list, name="place_list"),
    path("places/new/", places.place_create, name="place_create"),
    path("places/<int:pk>/keepers/", places.keeper_add, name="keeper_add"),
    path("keepers/<int:pk>/end/", places.keeper_end, name="keeper_end"),
]
allocation_urls = [
    path("allocations/", allocations.allocation_list, name="allocation_list"),
    path("allocations/new/", allocations.allocation_create, name="allocation_create"),
    path("allocations/<int:pk>/", allocations.allocation_detail, name="allocation_detail"),
    path("allocations/<int:pk>/edit/", allocations.allocation_edit, name="allocation_edit"),
    path("allocations/<int:pk>/adjust/", allocations.allocation_adjust, name="allocation_adjust"),
    path("allocations/<int:pk>/submit/", allocations.allocation_submit, name="allocation_submit"),
    path("allocations/<int:pk>/approve/", allocations.allocation_approve, name="allocation_approve"),
    path("allocations/<int:pk>/return/", allocations.allocation_return, name="allocation_return"),
    path("allocations/<int:pk>/void/", allocations.allocation_void, name="allocation_void"),
]
delivery_urls = [
    path("deliveries/", deliveries.delivery_list, name="delivery_list"),
    path("deliveries/issue/", deliveries.delivery_issue, name="delivery_issue"),
    path("deliveries/mine/", doorstep.my_deliveries, name="my_deliveries"),
    path("deliveries/handover/", doorstep.handover, name="handover"),
    path("deliveries/<int:pk>/", deliveries.delivery_detail, name="delivery_detail"),
    path("deliveries/<int:pk>/note.pdf", deliveries.delivery_note, name="delivery_note"),
    path("deliveries/<int:pk>/void/", deliveries.delivery_void, name="delivery_void"),
    path("deliveries/<int:pk>/sign/", doorstep.delivery_sign, name="delivery_sign"),
    path(
        "deliveries/<int:pk>/receipt/image/", deliveries.receipt_image, {"leg": "receipt", "what": "image"}, "signature"
    ),
    path("deliveries/<int:pk>/receipt/photo/", deliveries.receipt_image, {"leg": "receipt", "what": "photo"}, "photo"),
    path(
        "deliveries/<int:pk>/handover/image/",
        deliveries.receipt_image,
        {"leg": "handover", "what": "image"},
        "handover_signature",
    ),
    path("register.pdf", deliveries.issue_register, name="issue_register"),
    path("enterprises/", deliveries.enterprise_list, name="enterprise_list"),
]
urlpatterns = [*stock_urls, *catalogue_urls, *place_urls, *allocation_urls, *delivery_urls]
