"""Tube ranges and label runs: unique for ever, registered before they are used."""

from uuid import uuid4

import pytest
from django.urls import reverse

from parkportal.printing.labels import NO_OFFSET
from parkportal.records.files import content
from parkportal.records.models import Job
from parkportal.states import Refused
from testing.actions import tubes
from testing.models import LabelPrinter, TubeRange
from testing.papers import labels_of_run
from testing.tests.factories import make_lab

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(make_user):
    return make_user("committee")


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("HZ2000001", "HZ2000900", None),
        (" hz2000001 ", "ＨＺ2000900", None),
        ("HZ2000900", "HZ2000001", "range_order"),
        ("HZ2000001", "QW2000900", "range_code"),
        ("HZ2000001", "HZ20009000", "range_code"),
        ("YL2002180", "YL2002189", "range_code"),
        ("RY2002180", "RY2002189", "range_code"),
        ("12345678", "12345699", "range_code"),
        ("HZ12", "HZ13", "range_code"),
        ("HZ-200001", "HZ-200009", "range_code"),
    ],
)
def test_a_range_is_registered_or_refused_by_name(clerk, first, last, code):
    if code is None:
        row = tubes.register_range(first=first, last=last, lab=make_lab(), by=clerk)
        assert (row.first, row.last, row.count) == ("HZ2000001", "HZ2000900", 900)
    else:
        with pytest.raises(Refused) as refused:
            tubes.register_range(first=first, last=last, lab=make_lab(), by=clerk)
        assert refused.value.code == code
        assert not TubeRange.objects.exists()


def test_ranges_do_not_overlap(clerk):
    tubes.register_range(first="HZ2000001", last="HZ2000100", lab=make_lab(), by=clerk)

    with pytest.raises(Refused) as refused:
        tubes.register_range(first="HZ2000100", last="HZ2000200", lab=make_lab(), by=clerk)

    assert refused.value.code == "range_overlap"


def test_a_label_run_draws_consecutive_codes_with_right_check_digits(clerk):
    row, codes = tubes.issue_label_run(count=25, by=clerk)

    assert (codes[0], codes[-1], len(set(codes))) == (row.first, row.last, 25)
    assert all(tubes.read_tube(code).barcode == code for code in codes)


def test_two_runs_share_no_code(clerk):
    first, second = (set(tubes.issue_label_run(count=10, by=clerk)[1]) for _ in range(2))

    assert not first & second


def test_the_same_run_asked_twice_is_one(clerk):
    token = uuid4()

    assert tubes.issue_label_run(count=5, by=clerk, token=token) == tubes.issue_label_run(
        count=5, by=clerk, token=token
    )


@pytest.mark.parametrize("count", [0, -1, 5001])
def test_a_run_has_a_sensible_size(clerk, count):
    with pytest.raises(Refused):
        tubes.issue_label_run(count=count, by=clerk)


def measured(client, **fields):
    data = {"name": "A1 栋 1 号机", "label_format": "a4-4x13", "left": "5.6", "top": "10.2", **fields}
    return client.post(reverse("testing:printer_keep"), data, follow=True).content.decode()


def test_what_was_measured_is_kept_for_the_printer_and_its_paper(client, sign_in, clerk):
    sign_in(clerk)

    # given the first frame lies 0.6 mm too far right and 0.8 mm too high
    assert "向右 -0.6 mm，向下 0.8 mm" in measured(client)
    # a second page, printed with that offset, is still 0.2 mm off
    printer = LabelPrinter.objects.get()
    assert "向右 -0.8 mm，向下 0.8 mm" in measured(client, left="5.2", top="11.0", used=printer.pk)
    assert "向右 0 mm" in measured(client, label_format="roll-50x20", left="2", top="2")
    assert LabelPrinter.objects.count() == 2

    # too far off is refused: the paper lies wrong
    assert "偏移不能超过 5 mm" in measured(client, left="12")
    assert "请填打印机的名字" in measured(client, name="")
    page = client.get(reverse("testing:calibration", args=["a4-4x13"]) + f"?printer={printer.pk}")
    assert page["Content-Type"] == "application/pdf"


def test_tubes_page_starts_a_job_that_prints_two_labels_for_each(client, sign_in, clerk):
    from parkportal.records import jobs

    sign_in(clerk)
    measured(client)
    printer = LabelPrinter.objects.get()
    data = {
        "count": "6",
        "label_format": "a4-4x13",
        "printer": printer.pk,
        "note": "A1",
        "token": str(uuid4()),
    }

    client.post(reverse("testing:tubes"), data)
    client.post(reverse("testing:tubes"), data)
    job = Job.objects.get()
    assert (job.params["format"], job.params["x"], job.params["y"]) == ("a4-4x13", "-0.6", "0.8")
    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.total) == ("done", 12)
    codes = tubes.codes_of_run(TubeRange.objects.get(pk=job.params["run"]))
    made = content(job.result)
    assert made == labels_of_run(codes, "a4-4x13", printer.offset, "A1")
    assert made != labels_of_run(codes, "a4-4x13", NO_OFFSET, "A1")
    assert "要 12 张，出 12 张" in job.message


def test_tubes_page_says_what_is_wrong(client, sign_in, clerk):
    sign_in(clerk)

    page = client.post(
        reverse("testing:tubes"), {"count": "0", "label_format": "a4-4x13", "token": str(uuid4())}
    ).content.decode()

    assert 'class="error-summary"' in page
    assert not Job.objects.exists()


def test_range_add_page(client, sign_in, clerk):
    sign_in(clerk)
    data = {"lab": make_lab().pk, "first": "HZ2000001", "last": "HZ2000100", "note": "", "token": str(uuid4())}

    wrong = client.post(reverse("testing:range_add"), data | {"last": "HZ1"}).content.decode()
    client.post(reverse("testing:range_add"), data)

    assert "首尾要用同样的字母开头" in wrong
    assert TubeRange.objects.get().count == 100


def test_calibration_page(client, sign_in, clerk):
    sign_in(clerk)

    assert client.get(reverse("testing:calibration", args=["a4-4x13"])).content.startswith(b"%PDF")


def test_void_tube_page(client, sign_in, clerk):
    sign_in(clerk)

    form = {"barcode": "HZ2000001", "token": str(uuid4())}
    done, twice = (client.post(reverse("testing:tube_void"), form, follow=True).content.decode() for _ in "12")
    form["token"] = str(uuid4())
    again = client.post(reverse("testing:tube_void"), form, follow=True).content.decode()

    assert "已作废" in done and "已作废" in twice and "已经用过或作废" in again
