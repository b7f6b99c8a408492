"""Doors of the register."""

from django.urls import path

from enterprises.views import boards, filings, people, register, reports

app_name = "enterprises"

urlpatterns = [
    path("", register.enterprise_list, name="enterprise_list"),
    path("export/", register.enterprise_export, name="enterprise_export"),
    path("bulk/", register.enterprise_bulk, name="enterprise_bulk"),
    path("new/", register.enterprise_create, name="enterprise_create"),
    path("mine/", register.my_enterprise, name="my_enterprise"),
    path("reports/", reports.report_list, name="report_list"),
    path("<int:pk>/edit/", register.enterprise_edit, name="enterprise_edit"),
    path("<int:pk>/status/", register.enterprise_status, name="enterprise_status"),
    path("<int:pk>/report/", reports.daily_report, name="daily_report"),
    path("<int:pk>/filing/", filings.filing_open, name="filing_open"),
    path("<int:pk>/contacts/", people.contact_list, name="contact_list"),
    path("<int:pk>/contacts/invite/", people.contact_invite, name="contact_invite"),
    path("<int:pk>/people/", people.people_list, name="people_list"),
    path("contacts/<int:pk>/end/", people.contact_end, name="contact_end"),
    path("people/<int:pk>/reveal/", people.person_reveal, name="person_reveal"),
    path("filings/<int:pk>/", filings.filing_detail, name="filing_detail"),
    path("filings/<int:pk>/steps/<slug:step>/", filings.filing_step, name="filing_step"),
    path("filings/<int:pk>/steps/<slug:step>/draft/", filings.filing_draft, name="filing_draft"),
    path("filings/<int:pk>/submit/", filings.filing_submit, name="filing_submit"),
    path("filings/<int:pk>/print/", filings.filing_print, name="filing_print"),
    path("filings/<int:pk>/review/", filings.filing_review, name="filing_review"),
    path("boards/", boards.board_list, name="board_list"),
    path("<int:pk>/board/", boards.board_create, name="board_create"),
    path("boards/<int:pk>/", boards.board_detail, name="board_detail"),
    path("boards/<int:pk>/print/<str:size>/", boards.board_print, name="board_print"),
    path("boards/<int:pk>/photo/", boards.board_photo, name="board_photo"),
    path("boards/<int:pk>/post/", boards.board_post, name="board_post"),
    path("boards/<int:pk>/verify/", boards.board_verify, name="board_verify"),
]
