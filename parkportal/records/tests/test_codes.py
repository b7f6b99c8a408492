"""Codes are given out once, whoever asks at the same time; without the locked row they are given out twice."""

from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from parkportal.identifiers import make_code, parse_code
from parkportal.records.codes import take_code, take_codes
from parkportal.records.models import CodeCounter
from parkportal.tests.threads import at_once

DAY = date(2020, 2, 18)


@pytest.mark.django_db
class TestOneAfterAnother:
    def test_codes_are_consecutive_and_carry_prefix_day_and_check_digit(self):
        assert take_codes("YL", 2, day=DAY) == [make_code("YL", DAY, 1), make_code("YL", DAY, 2)]
        assert take_code("YL", day=DAY) == make_code("YL", DAY, 3)
        assert take_code("YL", day=DAY) != make_code("YL", DAY, 3)

    def test_the_first_tube_of_the_handbook(self):
        assert take_code("YL", day=DAY) == "YL200218000012"

    def test_each_prefix_and_each_day_counts_for_itself(self):
        first = [take_code(prefix, day=day) for prefix in ("RY", "YX") for day in (DAY, date(2020, 2, 19))]
        assert len(set(first)) == 4 and {parse_code(code).serial for code in first} == {1}

    def test_a_day_that_has_used_up_five_digits_is_refused(self):
        CodeCounter.objects.create(prefix="YL", day=DAY, last=99_998)
        take_code("YL", day=DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            take_code("YL", day=DAY)

    def test_codes_of_a_transaction_that_fails_are_free_again(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            take_codes("YL", 5, day=DAY)
            1 / 0  # noqa: B018
        assert take_code("YL", day=DAY) == make_code("YL", DAY, 1)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_eight_desks_of_fifty_tubes_each_never_share_a_code():
    taken = at_once(8, lambda n: [take_code("YL", day=DAY) for _ in range(50)])
    codes = [code for desk in taken for code in desk]
    assert len(codes) == len(set(codes)) == 400
    assert CodeCounter.objects.get(prefix="YL", day=DAY).last == 400


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_control_without_the_locked_row_two_desks_take_the_same_code():
    counter = CodeCounter.objects.create(prefix="YL", day=DAY, last=0)
    both_have_read = Barrier(2)

    def take_without_lock(n):
        last = CodeCounter.objects.values_list("last", flat=True).get(pk=counter.pk)
        both_have_read.wait(10)
        CodeCounter.objects.filter(pk=counter.pk).update(last=last + 1)
        return make_code("YL", DAY, last + 1)

    first, second = at_once(2, take_without_lock)
    assert first == second
