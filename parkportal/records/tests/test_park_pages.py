"""Audit, dictionaries, calendar, settings: for administrators and the committee; every change is written down."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.records import calendar, terms
from parkportal.records import settings as park_settings
from parkportal.records.audit import record
from parkportal.records.models import AuditEntry, CalendarDay, Term

pytestmark = pytest.mark.django_db
PAGES = ["/records/audit/", "/records/terms/", "/records/calendar/", "/records/settings/"]


@pytest.fixture
def admin(make_user, sign_in):
    user = make_user("admin", name="乔知远")
    sign_in(user)
    return user


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("committee", 200), ("leader", 404), ("squad", 404), ("contact", 404)]
)
def test_the_pages_are_for_administrators_and_the_committee(client, make_user, sign_in, address, role, status):
    assert client.get(address).status_code == 302
    sign_in(make_user(role))
    assert client.get(address).status_code == status


def test_the_audit_is_found_by_person_act_object_and_day(client, admin, make_user):
    other = make_user("squad", name="沈知遥")
    record("account.deactivated", by=admin, subject=other, reason="离职", before={"phone": "138****8000"})
    record("password.reset", by=other, subject=other)
    AuditEntry.objects.create(action="file.downloaded", by=admin, at=park_now() - timedelta(days=9))
    rows = lambda query: client.get(f"/records/audit/?{query}").content.decode().count('data-label="时间"')  # noqa: E731
    assert rows("") == 3
    assert rows("who=沈") == 1 and rows("action=account.deactivated") == 1 and rows("what=离职") == 1
    today = park_now().date()
    assert rows(f"since={today}") == 2 and rows(f"until={today - timedelta(days=1)}") == 1
    assert rows("since=nonsense") == 3
    page = client.get("/records/audit/").content.decode()
    assert "停用账号" in page and "138****8000" in page


def test_the_audit_list_takes_a_fixed_number_of_statements(client, admin, django_assert_max_num_queries):
    for _ in range(60):
        record("password.reset", by=admin, subject=admin)
    with django_assert_max_num_queries(12):
        client.get("/records/audit/")


@pytest.mark.both
def test_the_database_itself_keeps_the_audit(admin):
    entry = record("password.reset", by=admin)
    for act in (lambda: AuditEntry.objects.filter(pk=entry.pk).update(reason="x"), entry.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert AuditEntry.objects.filter(pk=entry.pk, reason="").exists()


def test_a_word_is_added_renamed_and_retired_but_keeps_its_code(client, admin):
    Term.objects.create(kind="tag", code="key", label="重点", position=1)
    new = {
        "code": "export",
        "label": "外贸",
        "report_label": "",
        "position": "2",
        "is_active": "on",
        "token": new_token(),
    }
    assert client.post("/records/terms/tag/add/", new).status_code == 302
    assert client.post("/records/terms/tag/add/", new).status_code == 302, "the same form again"
    again = client.post("/records/terms/tag/add/", {**new, "token": new_token()})
    assert again.status_code == 422, "the same code twice"
    term = Term.objects.get(code="export")
    drawn = hidden(client, f"/records/terms/{term.pk}/")
    client.post(f"/records/terms/{term.pk}/", {**new, **drawn, "code": "other", "label": "外向型", "is_active": ""})
    term.refresh_from_db()
    assert (term.code, term.label, term.is_active) == ("export", "外向型", False)
    entry = AuditEntry.objects.get(action="term.changed")
    assert entry.before["label"] == "外贸" and entry.after["label"] == "外向型"
    assert ("export", "外向型") not in terms.choices("tag") and terms.labels("tag")["export"] == "外向型"
    assert client.get("/records/terms/nothing-like-it/add/").status_code == 404


def test_a_day_of_the_parks_own_goes_before_the_public_calendar(client, admin):
    saturday = date(2020, 2, 22)
    assert not calendar.is_working_day(saturday)
    answer = client.post("/records/calendar/", {"day": "2020-02-22", "is_working": "True", "note": "加班"})
    assert answer.status_code == 302 and calendar.is_working_day(saturday)
    assert client.post("/records/calendar/", {"day": "2020-02-22", "is_working": "False"}).status_code == 422
    again = client.post("/records/calendar/", {"day": "2020-02-22", "is_working": "True", "note": "加班"})
    assert again.status_code == 302, "the same entry again"
    client.post(f"/records/calendar/{CalendarDay.objects.get().pk}/remove/")
    assert not calendar.is_working_day(saturday)
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"calendar.changed", "calendar.removed"}


def hidden(client, address):
    """What the form at this address carries unseen."""
    form = client.get(address).context["form"]
    return {field.html_name: field.value() for field in form.hidden_fields()}


GOOD = {
    "register_confirmed_on": "",
    "earliest_resumption_on": "2020-02-10",
    "daily_report_due": "11:30",
    "report_chase_minutes": "60",
    "report_leader_minutes": "120",
    "dormitory_limit": "6",
    "filing_needs_approval": "0",
    "result_due_clock": "18:00",
    "positive_contact": "",
    "fever_phone": "0731-88990120",
    "signup_phone_code": "0",
    "report_phone": "0731-88990139",
    "sms_window": "08:00-20:00",
}


def test_a_setting_is_changed_and_written_down_once(client, admin):
    drawn = hidden(client, "/records/settings/")
    for _ in range(2):
        assert client.post("/records/settings/", {**GOOD, **drawn}).status_code == 302
    assert park_settings.get_time("daily_report_due").hour == 11
    assert [entry.after for entry in AuditEntry.objects.filter(action="setting.changed")] == [
        {"daily_report_due": "11:30"}
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("register_confirmed_on", "morgen"),
        ("daily_report_due", "25:00"),
        ("sms_window", "20:00-08:00"),
        ("sms_window", "x"),
        ("positive_contact", "nobody"),
        ("filing_needs_approval", "2"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_changes(client, admin, key, value):
    answer = client.post("/records/settings/", {**GOOD, key: value})
    assert answer.status_code == 422 and "错误：" in answer.content.decode()
    assert park_settings.get("daily_report_due") == "12:00"


def test_what_a_word_says_beyond_its_name_is_changed_on_the_same_page(client, admin):
    # given a permit whose terms a notice has shortened
    terms.plant()
    term = Term.objects.get(kind="permit_kind", code="food")
    page = client.get(f"/records/terms/{term.pk}/").content.decode()
    assert all(words in page for words in ("法定时限（工作日）", "承诺时限（工作日）", "审批部门"))
    data = {"label": term.label, "report_label": "", "position": "1", "is_active": "on"}
    rules = {"rule_statutory": "15", "rule_promised": "3", "rule_office": "市场监督管理局"}

    # when staff say so
    drawn = hidden(client, f"/records/terms/{term.pk}/")
    assert client.post(f"/records/terms/{term.pk}/", {**data, **rules, **drawn}).status_code == 302

    # then it holds, what the page does not ask stays, and the audit has both values
    term.refresh_from_db()
    assert term.settings == {"statutory": 15, "promised": 3, "office": "市场监督管理局"}
    entry = AuditEntry.objects.get(action="term.changed")
    assert entry.before == {"法定时限（工作日）": 20, "承诺时限（工作日）": 5}
    assert entry.after == {"法定时限（工作日）": 15, "承诺时限（工作日）": 3}
    bad = client.post(f"/records/terms/{term.pk}/", {**data, **rules, "rule_statutory": "-1"})
    assert bad.status_code == 422


@pytest.mark.parametrize(
    ("kind", "code", "typed", "kept"),
    [
        ("board_duty", "canteen", {"rule_content": "留样", "rule_must": "on"}, {"content": "留样", "must": True}),
        ("key_post", "guard", {"rule_words": "保安  门岗"}, {"words": ["保安", "门岗"]}),
        ("inspection_item", "canteen", {"rule_only": ""}, {}),
        ("person_flag", "observation", {"rule_days": "21"}, {"group": "B2", "days": 21}),
        ("test_group", "C", {"rule_duty": "should"}, {"mode": "point", "duty": "should"}),
    ],
)
def test_each_kind_of_rule_is_kept_as_the_rules_read_it(client, admin, kind, code, typed, kept):
    terms.plant()
    term = Term.objects.get(kind=kind, code=code)
    data = {"label": term.label, "report_label": "", "position": "1", "is_active": "on"}
    drawn = hidden(client, f"/records/terms/{term.pk}/")
    assert client.post(f"/records/terms/{term.pk}/", {**data, **typed, **drawn}).status_code == 302
    term.refresh_from_db()
    assert term.settings == kept


def test_a_new_words_code_is_short_enough_for_every_column_that_keeps_it(client, admin):
    new = {
        "code": "a" * 13,
        "label": "外贸",
        "report_label": "",
        "position": "2",
        "is_active": "on",
        "token": new_token(),
    }
    assert client.post("/records/terms/tag/add/", new).status_code == 422
    assert client.post("/records/terms/tag/add/", {**new, "code": "a" * 12}).status_code == 302


def answered(answer, **keep):
    """What the page of two values sends: everything that was typed, and the choices."""
    assert answer.status_code == 200 and "两个人同时改了一处" in answer.content.decode()
    return {**dict(answer.context["hidden"]), **{f"keep_{name}": choice for name, choice in keep.items()}}


def test_the_second_of_two_who_change_a_word_sees_both_values(client, admin, make_user):
    # given a word that somebody has renamed since the page was opened
    terms.plant()
    term = Term.objects.get(kind="permit_kind", code="food")
    address = f"/records/terms/{term.pk}/"
    typed = {"label": "食品许可", "report_label": "", "position": "1", "is_active": "on", **hidden(client, address)}
    typed |= {"rule_statutory": "12", "rule_promised": "5", "rule_office": "市场监督管理局"}
    Term.objects.filter(pk=term.pk).update(label="食品经营许可", settings={**term.settings, "statutory": 18})

    # when the second saves, both stand side by side; what was chosen is written and nothing else
    answer = client.post(address, typed)
    rows = {row.label: (row.theirs, row.mine) for row in answer.context["rows"] if not row.is_same}
    assert rows == {"名称": ("食品经营许可", "食品许可"), "法定时限（工作日）": ("18", "12")}
    statutory = {"法定时限（工作日）": "mine"}
    assert client.post(address, answered(answer, label="theirs", **statutory)).status_code == 302
    term.refresh_from_db()
    assert (term.label, term.settings["statutory"], term.settings["promised"]) == ("食品经营许可", 12, 5)


def test_the_second_of_two_who_change_the_settings_sees_both_values(client, admin, make_user):
    opened = hidden(client, "/records/settings/")
    park_settings.put("daily_report_due", "11:00", by=make_user("admin", name="祁月"))
    answer = client.post("/records/settings/", {**GOOD, **opened})
    assert "祁月" in answer.content.decode()
    rows = {row.name: (row.theirs, row.mine) for row in answer.context["rows"] if not row.is_same}
    assert rows == {"daily_report_due": ("11:00", "11:30")}
    assert park_settings.get("daily_report_due") == "11:00"
    assert client.post("/records/settings/", answered(answer, daily_report_due="theirs")).status_code == 302
    assert park_settings.get("daily_report_due") == "11:00"
