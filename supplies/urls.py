"""Doors of supplies."""

from django.urls import path

from supplies.views import (
    allocations,
    arranging,
    catalogue,
    deliveries,
    doorstep,
    follow_up,
    lots,
    money,
    places,
    requests,
    stock,
    stocktakes,
)

app_name = "supplies"

stock_urls = [
    path("", stock.index, name="index"),
    path("receipts/new/", stock.receipt_create, name="receipt_create"),
    path("movements/", stock.ledger, name="ledger"),
    path("movements/new/", stock.movement_create, name="movement_create"),
    path("movements/<int:pk>/reverse/", stock.movement_reverse, name="movement_reverse"),
    path("movements/<int:pk>/receipt.pdf", stock.receipt_sheet, name="receipt_sheet"),
    path("movements/<int:pk>/correct/", stock.movement_correct, name="movement_correct"),
    path("report/", stock.stock_report, name="stock_report"),
    path("cover/", stock.cover_list, name="cover_list"),
    path("costs/", money.cost_list, name="cost_list"),
    path("costs/export/", money.cost_export, name="cost_export"),
    path("donor/", money.donor_statement, name="donor_statement"),
    path("balances/", lots.balance_list, name="balance_list"),
]
lot_urls = [
    path("lots/<int:pk>/", lots.lot_detail, name="lot_detail"),
    path("lots/<int:pk>/status/", lots.lot_status, name="lot_status"),
    path("lots/<int:pk>/papers/", lots.lot_paper_create, name="lot_paper_create"),
    path("papers/<int:pk>/", lots.lot_paper, name="lot_paper"),
]
stock_take_urls = [
    path("stock-takes/", stocktakes.stock_take_list, name="stock_take_list"),
    path("stock-takes/new/", stocktakes.stock_take_create, name="stock_take_create"),
    path("stock-takes/<int:pk>/", stocktakes.stock_take_detail, name="stock_take_detail"),
    path("stock-takes/<int:pk>/sheet.pdf", stocktakes.stock_take_sheet, name="stock_take_sheet"),
    path("stock-takes/<int:pk>/lots/", stocktakes.stock_take_lot, name="stock_take_lot"),
    path("stock-takes/<int:pk>/approve/", stocktakes.stock_take_approve, name="stock_take_approve"),
    path("stock-takes/<int:pk>/return/", stocktakes.stock_take_return, name="stock_take_return"),
    path("stock-takes/<int:pk>/void/", stocktakes.stock_take_void, name="stock_take_void"),
]
catalogue_urls = [
    path("items/", catalogue.item_list, name="item_list"),
    path("items/new/", catalogue.item_create, name="item_create"),
    path("items/<int:pk>/", catalogue.item_detail, name="item_detail"),
    path("items/<int:pk>/photo/", catalogue.item_photo, name="item_photo"),
    path("items/<int:pk>/shelf/<int:place_id>/", catalogue.item_shelf, name="item_shelf"),
    path("items/<int:pk>/edit/", catalogue.item_edit, name="item_edit"),
]
place_urls = [
    path("places/", places.place_list, name="place_list"),
    path("places/new/", places.place_create, name="place_create"),
    path("places/<int:pk>/keepers/", places.keeper_add, name="keeper_add"),
    path("keepers/<int:pk>/end/", places.keeper_end, name="keeper_end"),
]
request_urls = [
    path("requests/", requests.request_list, name="request_list"),
    path("requests/new/", requests.request_create, name="request_create"),
    path("requests/<int:pk>/", requests.request_detail, name="request_detail"),
    path("requests/<int:pk>/decline/", requests.request_decline, name="request_decline"),
    path("requests/<int:pk>/withdraw/", requests.request_withdraw, name="request_withdraw"),
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
    path("deliveries/appointments/<int:pk>/undo/", arranging.delivery_schedule_undo, name="delivery_schedule_undo"),
    path("deliveries/issue/", deliveries.delivery_issue, name="delivery_issue"),
    path("deliveries/mine/", doorstep.my_deliveries, name="my_deliveries"),
    path("deliveries/handover/", doorstep.handover, name="handover"),
    path("deliveries/<int:pk>/", deliveries.delivery_detail, name="delivery_detail"),
    path("deliveries/<int:pk>/note.pdf", deliveries.delivery_note, name="delivery_note"),
    path("deliveries/<int:pk>/void/", deliveries.delivery_void, name="delivery_void"),
    path("deliveries/<int:pk>/sign/", doorstep.delivery_sign, name="delivery_sign"),
    path("deliveries/<int:pk>/schedule/", follow_up.delivery_schedule, name="delivery_schedule"),
    path("deliveries/<int:pk>/read/", follow_up.delivery_read, name="delivery_read"),
    path("deliveries/<int:pk>/code/", follow_up.delivery_code, name="delivery_code"),
    path("deliveries/<int:pk>/shortage/", follow_up.delivery_shortage, name="delivery_shortage"),
    path("deliveries/<int:pk>/close/", follow_up.delivery_close, name="delivery_close"),
    path("deliveries/<int:pk>/correct/", follow_up.delivery_correct, name="delivery_correct"),
    path("deliveries/<int:pk>/feedback/", follow_up.feedback_create, name="feedback_create"),
    path("feedback/", follow_up.feedback_list, name="feedback_list"),
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
    path("register/", deliveries.issue_register, name="issue_register"),
    path("enterprises/", deliveries.enterprise_list, name="enterprise_list"),
]
urlpatterns = [
    *stock_urls,
    *lot_urls,
    *stock_take_urls,
    *catalogue_urls,
    *place_urls,
    *request_urls,
    *allocation_urls,
    *delivery_urls,
]
