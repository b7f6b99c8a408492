"""What a laboratory writes for a result: fixed words first, then the dictionary that staff edit, else refused by row."""

import pytest
from django.urls import reverse

from parkportal.clock import park_now, park_today
from parkportal.records import terms
from parkportal.records.models import Term
from parkportal.workbooks.cells import Cell, word_key
from testing import result_words
from testing.doors import RESULTS_DOOR
from testing.tests.factories import make_box, make_lab_user, make_session, make_signup, make_specimen

pytestmark = pytest.mark.django_db


def read(text):
    """What the file's result column makes of a text: the word, or the error."""
    column = RESULTS_DOOR.kind_now().columns.by_name["结果"]
    parsed = column.type.parse(Cell(text), text, None)
    return parsed.error or parsed.value


def put(label, value=None, **fields):
    return Term.objects.create(
        kind="result_word", code=f"w{Term.objects.count()}", label=label, settings={"value": value} if value else {}, **fields
    )  # fmt: skip


def test_a_fresh_park_reads_the_fixed_words_and_the_seeds():
    terms.plant()

    assert [read(text) for text in ("阴性(-)", "ND", "检出", "灰区", "不合格", "核酸阴性", "核酸阳性")] == [
        "阴性", "阴性", "阳性", "可疑", "无效", "阴性", "阳性",
    ]  # fmt: skip
    assert read("弱阳性") == "bad_result"


def test_a_word_that_staff_add_is_read_from_then_on_as_what_they_say_it_is():
    put("弱阳性", "suspect")
    put("NEG.", "negative")

    assert (read("弱阳性"), read("neg."), read("ＮＥＧ.")) == ("可疑", "阴性", "阴性")


def test_a_word_without_a_meaning_a_retired_one_and_a_contradiction_change_nothing():
    put("样本异常")
    put("待定", "suspect", is_active=False)
    put("阳性", "negative")
    put("假阴", "nonsense")

    assert (read("样本异常"), read("待定"), read("假阴")) == ("bad_result",) * 3
    assert read("阳性") == "阳性" and result_words.codes()[word_key("阳性")] == "positive"


def test_the_plate_reads_the_same_words(client, sign_in):
    put("弱阳性", "suspect")
    session = make_session(day=park_today())
    tester = make_lab_user(session.campaign.lab)
    tube = make_specimen(make_signup(session.slots.first(), status="collected"), session=session, status="received")
    box = make_box(session, [tube], status="received", seal="x", handed_at=park_now(), handed_by=tester)

    page = sign_in(tester).get(reverse("testing:lab_bench", args=[box.code]))

    assert page.context["words"][word_key("弱阳性")] == "suspect"
    assert page.context["words"][word_key("ND")] == "negative"
