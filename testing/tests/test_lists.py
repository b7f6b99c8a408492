"""Lists and pages: masked, scoped, the same rows as the figure, the same number of statements."""

import io
from datetime import timedelta
from urllib.parse import unquote, urlencode

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from enterprises.tests.factories import make_contact, make_employee, make_enterprise
from parkportal.clock import park_now, park_today
from parkportal.records import figures, jobs
from parkportal.records.files import content
from parkportal.records.models import AuditEntry, Job
from testing.models import SignUp, Specimen
from testing.tests.factories import (
    make_campaign,
    make_point,
    make_reading,
    make_session,
    make_signup,
    make_specimen,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, sign_in, make_user):
    return sign_in(make_user("committee"))


def test_signups_are_masked(staff):
    signup = make_signup(make_session().slots.first(), name="陆青禾", phone="13800138000")

    page = staff.get(reverse("testing:signups")).content.decode()

    assert "陆**" in page and "138****8000" in page
    assert "陆青禾" not in page and signup.number not in page


@pytest.mark.parametrize("name", ["testing:signups", "testing:specimens", "testing:persons"])
def test_lists_take_the_same_number_of_statements_for_one_row_and_many(staff, name, django_assert_max_num_queries):
    firm = make_enterprise(sishang_kind="IND", status="resumed")
    session = make_session(day=park_today(), places=200)

    def add(count):
        for _ in range(count):
            make_specimen(make_signup(session.slots.first(), status="collected", enterprise=firm), session=session)
            make_employee(firm)

    add(1)
    with django_assert_max_num_queries(12):
        staff.get(reverse(name))
    add(30)
    with django_assert_max_num_queries(12):
        staff.get(reverse(name))


def test_signups_narrow_by_campaign_status_code_and_name(staff):
    session = make_session()
    one = make_signup(session.slots.first(), name="白檀")
    make_signup(session.slots.first(), name="米禾", status="cancelled")
    make_signup(make_session().slots.first(), name="颜开")

    def names(**query):
        page = staff.get(reverse("testing:signups"), query).context["page_obj"]
        return sorted(signup.name for signup in page)

    assert names(campaign=session.campaign_id) == ["白檀", "米禾"]
    assert names(status="cancelled") == ["米禾"]
    assert names(q=one.code) == ["白檀"]
    assert names(session=session.pk, status="registered") == ["白檀"]
    assert names(q="颜开") == []


def test_a_name_is_found_by_post_and_stands_in_no_address(staff):
    session = make_session()
    make_signup(session.slots.first(), name="颜开")
    make_signup(session.slots.first(), name="颜开", status="cancelled")
    make_signup(make_session().slots.first(), name="颜开")
    code = make_signup(session.slots.first(), name="白檀").code

    def find(**posted):
        answer = staff.post(reverse("testing:signups_find"), posted)
        assert "颜开" not in unquote(answer.url)
        page = staff.get(answer.url)
        assert "颜开" not in page.content.decode()
        return [signup.name for signup in page.context["page_obj"]]

    assert find(q=" 颜开 ") == ["颜开"] * 3
    assert find(q="颜开", kept=f"campaign={session.campaign_id}&page=3") == ["颜开"] * 2
    assert find(q="颜开", kept=f"campaign={session.campaign_id}", status="cancelled") == ["颜开"]
    assert find(q="颜") == []
    assert find(q=code) == ["白檀"]
    assert len(find(kept="q=RY&found=0&status=cancelled")) == 4


def test_somebody_elses_people_are_not_found_by_name(sign_in, make_user):
    make_signup(make_session().slots.first(), name="颜开", enterprise=make_enterprise())
    contact = sign_in(make_contact(make_enterprise()))

    assert contact.post(reverse("testing:signups_find"), {"q": "颜开"}).url == f"{reverse('testing:signups')}?found=0"


def test_the_list_behind_a_figure_has_exactly_its_rows(staff):
    session = make_session(day=park_today())
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)
    void = make_specimen(make_signup(session.slots.first()), session=session)
    Specimen.objects.filter(pk=void.pk).update(status="void", voided_at=park_now())
    now = park_now()
    value = figures.get("tests_collected").value(now)
    rows = staff.get(value.href).context["page_obj"].paginator.count

    assert (value.numerator, rows) == (1, 1)


def test_the_list_of_an_unknown_figure_does_not_exist(staff):
    assert staff.get(f"{reverse('testing:specimens')}?{urlencode({'figure': 'x', 'as_of': 'y'})}").status_code == 404


def test_signup_detail_is_masked_and_reveals_with_a_reason(staff):
    signup = make_signup(make_session().slots.first(), name="陆青禾")
    url = reverse("testing:signup_reveal", args=[signup.pk])

    page = staff.get(reverse("testing:signup_detail", args=[signup.pk])).content.decode()
    without = staff.post(url, {"reason": ""}, follow=True).content.decode()
    shown = staff.post(url, {"reason": "核对身份"}).content.decode()

    assert signup.number not in page and signup.number not in without
    assert signup.number in shown and signup.phone in shown
    entry = AuditEntry.objects.get(action="signup.revealed")
    assert entry.reason == "核对身份"
    assert signup.number not in str(entry.after) and signup.name not in entry.subject_label


def test_signup_detail_of_another_point_does_not_exist(client, sign_in):
    signup = make_signup(make_session().slots.first())
    sign_in(make_staff(make_point()))

    assert client.get(reverse("testing:signup_detail", args=[signup.pk])).status_code == 404
    assert client.post(reverse("testing:signup_reveal", args=[signup.pk])).status_code == 404


def test_a_contact_sees_the_own_staff_only(client, sign_in):
    own, foreign = make_enterprise(), make_enterprise()
    session = make_session()
    mine = make_signup(session.slots.first(), enterprise=own)
    theirs = make_signup(session.slots.first(), enterprise=foreign)
    sign_in(make_contact(own))

    page = client.get(reverse("testing:signups"))

    assert [row.pk for row in page.context["page_obj"]] == [mine.pk]
    assert client.get(reverse("testing:signup_detail", args=[mine.pk])).status_code == 200
    assert client.get(reverse("testing:signup_detail", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("testing:specimens")).status_code == 404


@pytest.mark.parametrize("role", ["admin", "squad", "warehouse", "investment", "supervisor"])
def test_others_see_no_health_data(client, sign_in, make_user, role):
    signup = make_signup(make_session().slots.first())
    user = make_user(role)
    sign_in(user)

    assert not SignUp.objects.visible_to(user).exists()
    assert client.get(reverse("testing:signups")).status_code == 404
    assert client.get(reverse("testing:signup_detail", args=[signup.pk])).status_code == 404


def test_a_leader_sees_masked_rows_and_no_person(client, sign_in, make_user):
    signup = make_signup(make_session().slots.first(), name="陆青禾")
    sign_in(make_user("leader"))

    assert "陆青禾" not in client.get(reverse("testing:signups")).content.decode()
    assert client.get(reverse("testing:signup_detail", args=[signup.pk])).status_code == 404


def test_specimen_detail_is_a_chain_of_custody(staff, make_user):
    tester = make_user("lab_tester", name="褚星河")
    tube = make_specimen(
        make_signup(make_session(day=park_today()).slots.first(), status="collected"), status="verifying"
    )
    make_reading(tube, tester=tester)

    page = staff.get(reverse("testing:specimen_detail", args=[tube.pk])).content.decode()

    for word in ("采样", "交接", "接收", "检测", "已装箱", tube.lab.name):
        assert word in page


def test_signups_export_is_a_job_of_whoever_asked(staff):
    make_signup(make_session().slots.first())

    answer = staff.post(reverse("testing:signups_export"), {"query": "status=registered"})

    job = Job.objects.get()
    assert answer.url == reverse("records:job", args=[job.token])
    assert job.kind == "signup_export"


def test_the_exported_list_has_the_filtered_rows_of_whoever_asked_and_masks_them(staff):
    kept, left = make_signup(make_session().slots.first(), name="陆青禾"), make_signup(status="cancelled")
    staff.post(reverse("testing:signups_export"), {"query": "status=registered"})
    job = Job.objects.get()

    jobs.run(job.pk)

    job.refresh_from_db()
    rows = list(load_workbook(io.BytesIO(content(job.result))).active.iter_rows(values_only=True))
    cells = [str(cell) for row in rows for cell in row]
    assert (job.status, job.message) == ("done", "1 人，姓名、证件和手机已脱敏")
    assert kept.code in cells and left.code not in cells
    assert "陆**" in cells and not any(word in cells for word in ("陆青禾", kept.number, kept.phone))
    assert AuditEntry.objects.get(action="signups.exported").after == {"人数": 1}


def test_signup_cancel_by_staff_frees_the_place(staff):
    slot = make_session().slots.first()
    signup = make_signup(slot)

    staff.post(reverse("testing:signup_cancel_by_staff", args=[signup.pk]), {"reason": "来电"})

    slot.refresh_from_db()
    signup.refresh_from_db()
    assert (slot.taken, signup.status) == (0, "cancelled")


def test_persons_lists_who_is_missing(staff):
    firm = make_enterprise(sishang_kind="IND", status="resumed")
    done, missing = make_employee(firm, name="白檀"), make_employee(firm, name="米禾")
    session = make_session(day=park_today())
    signup = make_signup(session.slots.first(), number=done.number, status="collected")
    make_specimen(signup, session=session)

    page = staff.get(reverse("testing:persons"), {"state": "missing", "group": "B4"}).context["page_obj"]

    assert [person.pk for person in page] == [missing.pk]
    value = figures.get("testing_coverage").value(park_now())
    assert (value.numerator, value.denominator) == (1, 2)
    assert staff.get(value.href).context["page_obj"].paginator.count == 1


def test_persons_counts_two_jobs_once(staff):
    first, second = (
        make_enterprise(sishang_kind="IND", status="resumed"),
        make_enterprise(sishang_kind="SVC", status="resumed"),
    )
    person = make_employee(first)
    person.employments.create(enterprise=second, starts_on="2020-01-01")

    assert figures.get("testing_coverage").value(park_now()).denominator == 1


def test_persons_sampled_counts_a_person_once_and_no_void_tube(db):
    session = make_session(day=park_today())
    signup = make_signup(session.slots.first(), status="collected")
    make_specimen(signup, session=session)
    twice = make_signup(
        make_session(make_campaign(), day=park_today()).slots.first(), number=signup.number, status="collected"
    )
    make_specimen(twice)
    void = make_specimen(make_signup(session.slots.first()), session=session)
    Specimen.objects.filter(pk=void.pk).update(status="void", voided_at=park_now())

    values = {code: figures.get(code).value(park_now()).numerator for code in ("persons_sampled", "tests_collected")}
    assert values == {"persons_sampled": 1, "tests_collected": 2}


def test_figures_of_an_earlier_instant_do_not_know_later_swabs(db):
    session = make_session(day=park_today())
    make_specimen(make_signup(session.slots.first(), status="collected"), session=session)

    assert figures.get("persons_sampled").value(park_now() - timedelta(days=1)).numerator == 0
