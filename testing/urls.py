"""Doors of the staff under /testing/."""

from django.urls import path

from testing.views import (
    boxes,
    campaigns,
    corrections,
    lab,
    lists,
    missing,
    money,
    reconciling,
    reports,
    rosters,
    sessions,
    station,
    tubes,
)

app_name = "testing"

campaign_urls = [
    path("", campaigns.index, name="index"),
    path("campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/open/", campaigns.campaign_open, name="campaign_open"),
    path("campaigns/<int:pk>/sessions/new/", sessions.session_add, name="session_add"),
    path("campaigns/<int:pk>/poster/<str:size>/", campaigns.campaign_poster, name="campaign_poster"),
    path("campaigns/<int:pk>/waiting/", lists.waiting, name="waiting"),
    path("sessions/<int:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<int:pk>/move/", sessions.session_move, name="session_move"),
    path("sessions/<int:pk>/stagger/", sessions.session_stagger, name="session_stagger"),
    path("campaigns/<int:pk>/remind/", missing.missing_remind, name="missing_remind"),
    path("campaigns/<int:pk>/erase/", missing.campaign_erase, name="campaign_erase"),
    path("coverage/", missing.coverage_enterprises, name="coverage_enterprises"),
    path("coverage/<int:enterprise_id>/", missing.missing, name="missing"),
    path("coverage/<int:enterprise_id>/exempt/<int:person_id>/", missing.exemption_ask, name="exemption_ask"),
    path("exemptions/", missing.exemptions, name="exemptions"),
    path("exemptions/<int:pk>/", missing.exemption_decide, name="exemption_decide"),
    path("points/new/", campaigns.point_add, name="point_add"),
    path("roster/<int:enterprise_id>/", rosters.roster_signup, name="roster_signup"),
    path("roster/<int:enterprise_id>/<int:campaign_id>/", rosters.roster_done, name="roster_done"),
]
list_urls = [
    path("signups/", lists.signups, name="signups"),
    path("signups/export/", lists.signups_export, name="signups_export"),
    path("signups/<int:pk>/", lists.signup_detail, name="signup_detail"),
    path("signups/<int:pk>/reveal/", lists.signup_reveal, name="signup_reveal"),
    path("signups/<int:pk>/cancel/", lists.signup_cancel_by_staff, name="signup_cancel_by_staff"),
    path("specimens/", lists.specimens, name="specimens"),
    path("specimens/<int:pk>/", lists.specimen_detail, name="specimen_detail"),
    path("persons/", lists.persons, name="persons"),
    path("alerts/", lists.alerts, name="alerts"),
    path("alerts/<int:pk>/", lists.alert, name="alert"),
]
station_urls = [
    path("station/", station.station, name="station"),
    path("station/<int:session_id>/", station.station_desk, name="station_desk"),
    path("station/<int:session_id>/count/", station.station_count, name="station_count"),
    path("station/<int:session_id>/boxes/", boxes.station_boxes, name="station_boxes"),
    path("station/<int:session_id>/reconcile/", reconciling.reconcile, name="reconcile"),
    path("boxes/<int:pk>/", lists.box_detail, name="box_detail"),
    path("boxes/<str:code>/", boxes.box, name="box"),
    path("boxes/<str:code>/tube/<int:specimen_id>/", boxes.box_gap, name="box_gap"),
    path("boxes/<str:code>/seal/", boxes.box_seal, name="box_seal"),
    path("boxes/<str:code>/hand/", boxes.box_hand, name="box_hand"),
    path("boxes/<str:code>/sheet/", boxes.box_sheet, name="box_sheet"),
    path("tubes/", tubes.tubes, name="tubes"),
    path("tubes/ranges/new/", tubes.range_add, name="range_add"),
    path("tubes/void/", tubes.tube_void, name="tube_void"),
    path("tubes/calibration/<str:label_format>/", tubes.calibration, name="calibration"),
    path("tubes/<str:barcode>/labels/", tubes.tube_labels, name="tube_labels"),
]
lab_urls = [
    path("lab/", lab.lab, name="lab"),
    path("lab/scan/", lab.lab_scan, name="lab_scan"),
    path("lab/boxes/<str:code>/", lab.lab_box, name="lab_box"),
    path("lab/boxes/<str:code>/receive/", lab.lab_receive, name="lab_receive"),
    path("lab/boxes/<str:code>/lost/<int:specimen_id>/", lab.lab_give_up, name="lab_give_up"),
    path("lab/boxes/<str:code>/bench/", lab.lab_bench, name="lab_bench"),
    path("lab/boxes/<str:code>/verify/", lab.lab_verify, name="lab_verify"),
    path("lab/corrections/", corrections.lab_corrections, name="lab_corrections"),
    path("lab/corrections/<int:pk>/", corrections.correction_decide, name="correction_decide"),
    path("lab/specimens/<int:pk>/correct/", corrections.correction_ask, name="correction_ask"),
    path("overdue/", lab.overdue, name="overdue"),
    path("specimens/<int:pk>/report/", reports.specimen_report, name="specimen_report"),
]
money_urls = [
    path("settlement/", money.settlement, name="settlement"),
    path("settlement/export/", money.settlement_export, name="settlement_export"),
    path("settlement/terms/new/", money.lab_terms_add, name="lab_terms_add"),
    path("settlement/days/new/", money.lab_day_add, name="lab_day_add"),
    path("settlement/budgets/new/", money.budget_add, name="budget_add"),
    path("settlement/budgets/<int:pk>/void/", money.budget_void, name="budget_void"),
]
urlpatterns = [*campaign_urls, *list_urls, *station_urls, *lab_urls, *money_urls]
