"""Doors that need no account: /signup/… and /results/. Links on posters and in messages outlive releases."""

from django.urls import path

from testing.views import codes, lookup, offers, reports, signup

app_name = "public"
urlpatterns = [
    path("signup/code/<uuid:token>/", codes.signup_code, name="signup_code"),
    path("signup/code/<uuid:token>/change/", codes.signup_change, name="signup_change"),
    path("signup/code/<uuid:token>/cancel/", codes.signup_cancel, name="signup_cancel"),
    path("signup/code/<uuid:token>/picture/", codes.signup_picture, name="signup_picture"),
    path("signup/offer/<uuid:token>/", offers.signup_offer, name="signup_offer"),
    path("signup/code/<uuid:token>/calendar/", codes.signup_calendar, name="signup_calendar"),
    path("signup/lost/", lookup.signup_lost, name="signup_lost"),
    path("signup/lost/sent/", lookup.signup_lost_sent, name="signup_lost_sent"),
    path("signup/<slug:slug>/", signup.signup, name="signup"),
    path("signup/<slug:slug>/check/", signup.signup_check, name="signup_check"),
    path("signup/<slug:slug>/notice/", signup.signup_notice, name="signup_notice"),
    path("signup/<slug:slug>/known/", signup.signup_known, name="signup_known"),
    path("signup/<slug:slug>/enterprises/", signup.signup_enterprises, name="signup_enterprises"),
    path("signup/<slug:slug>/step/<slug:step>/", signup.signup_step, name="signup_step"),
    path("results/", lookup.results, name="results"),
    path("results/code/", lookup.results_code, name="results_code"),
    path("results/shown/", lookup.results_shown, name="results_shown"),
    path("results/shown/<str:barcode>.pdf", reports.own_report, name="own_report"),
    path("results/report/<uuid:token>/", reports.report_check, name="report_check"),
]
