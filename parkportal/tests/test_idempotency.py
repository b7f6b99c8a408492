"""The same form sent twice makes one row; the unique column decides, and without it two are made."""

from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, models
from django.test.utils import isolate_apps

from parkportal.idempotency import TokenField, TokenFormMixin, made_before, new_token, once
from parkportal.tests import scratch
from parkportal.tests.threads import at_once


class MeetingQuerySet(models.QuerySet):
    """Both threads look before either writes, as two taps on one button do."""

    door: Barrier | None = None

    def first(self):
        found = super().first()
        try:
            if found is None and MeetingQuerySet.door is not None:
                MeetingQuerySet.door.wait(10)
        except BrokenBarrierError:
            pass
        return found


def slip_model(token_field):
    """A slip of paper with a token, in a table of its own."""
    with isolate_apps("parkportal.records"):

        class Slip(models.Model):
            token = token_field
            text = models.CharField(max_length=20)
            objects = MeetingQuerySet.as_manager()

            class Meta:
                app_label = "records"
                db_table = "scratch_slip"

        return Slip


@pytest.fixture
def slips(transactional_db):
    with scratch.table(slip_model(TokenField())) as model:
        yield model


@pytest.fixture
def unguarded_slips(transactional_db):
    with scratch.table(slip_model(models.UUIDField(null=True))) as model:
        yield model


def sent_twice_at_once(model):
    token = new_token()
    MeetingQuerySet.door = Barrier(2)
    try:
        return at_once(2, lambda n: once(model, token, lambda: model.objects.create(token=token, text=f"tap {n}")))
    finally:
        MeetingQuerySet.door = None


@pytest.mark.both
def test_two_taps_at_once_make_one_row_and_both_see_it(slips):
    answers = sent_twice_at_once(slips)
    assert slips.objects.count() == 1
    assert {row.pk for row, _ in answers} == {slips.objects.get().pk}
    assert sorted(is_new for _, is_new in answers) == [False, True]


@pytest.mark.both
def test_control_without_the_unique_column_two_taps_make_two_rows(unguarded_slips):
    sent_twice_at_once(unguarded_slips)
    assert unguarded_slips.objects.count() == 2


def test_the_same_token_later_shows_the_first_outcome(slips):
    token = new_token()
    first, made = once(slips, token, lambda: slips.objects.create(token=token, text="first"))
    again, made_again = once(slips, token, lambda: slips.objects.create(token=token, text="second"))
    assert (made, made_again) == (True, False)
    assert again.pk == first.pk and again.text == "first"


def test_rows_that_no_form_made_need_no_token(slips):
    for _ in range(2):
        _, made = once(slips, None, lambda: slips.objects.create(text="by a task"))
        assert made
    assert slips.objects.count() == 2


def test_another_constraint_is_not_mistaken_for_a_repeat(slips):
    token = new_token()
    kept = slips.objects.create(text="kept")
    with pytest.raises(IntegrityError):
        once(slips, token, lambda: slips.objects.create(pk=kept.pk, token=token, text="x"))
    assert slips.objects.count() == 1


@pytest.mark.parametrize("raw", [None, "", "no-token", "'; DROP TABLE", "44605ea4-0b74-43f3-8ae4-db3f34a52cb6"])
def test_a_token_that_made_nothing_finds_nothing(slips, raw):
    assert made_before(slips, raw) is None


def test_a_form_draws_its_token_when_it_is_shown():
    shown, other = TokenFormMixin(), TokenFormMixin()
    assert shown["token"].value() != other["token"].value()
    assert 'type="hidden"' in str(shown["token"])
    assert "token" in TokenFormMixin({"token": "x"}).errors
