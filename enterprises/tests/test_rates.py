"""复工率 and 返岗率 by handbook §4: the vectors of its sources, one decimal half up, with denominators that stay frozen."""

from datetime import date, timedelta

import pytest

from enterprises.models import Enterprise
from enterprises.tests.factories import make_enterprise, make_report, make_site
from parkportal.clock import end_of
from parkportal.records import figures

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY = date(2020, 2, 18), date(2020, 2, 17)
# part, whole, what is printed (handbook §2 and §4); 0 of 0 is no rate
VECTORS = [(14, 15, "93.3%"), (59, 61, "96.7%"), (33, 58, "56.9%"), (21, 59, "35.6%"), (1, 8, "12.5%"), (12, 12, "100%"), (0, 4, "0.0%"), (0, 0, "—")]  # fmt: skip


@pytest.mark.parametrize(("resumed", "due", "printed"), VECTORS)
def test_the_resumption_rate_of_a_frozen_day_keeps_its_denominator(resumed, due, printed):
    for n in range(due):
        make_enterprise(sishang_kind="IND", status="resumed" if n < resumed else "not_resumed")
    figures.freeze(YESTERDAY)
    make_enterprise(
        sishang_kind="IND", status="resumed", resumed_on=TODAY, registered_at=end_of(YESTERDAY) + timedelta(hours=9)
    )
    frozen = figures.of_day(YESTERDAY)["sishang_resumed"]
    assert (frozen.numerator, frozen.denominator, frozen.rate_text) == (resumed, due, printed)
    live = figures.of_day(TODAY)["sishang_resumed"]
    assert (live.numerator, live.denominator) == (resumed + 1, due + 1)


@pytest.mark.parametrize(("on_duty", "headcount", "printed"), [(54, 117, "46.2%"), *VECTORS])
def test_the_return_rate_counts_reported_people_of_resumed_units(on_duty, headcount, printed):
    unit = make_enterprise(status="resumed", headcount=headcount)
    make_report(unit, YESTERDAY, on_duty=on_duty)
    make_enterprise(status="not_resumed", headcount=500)  # not resumed: in neither part
    figures.freeze(YESTERDAY)
    Enterprise.objects.filter(pk=unit.pk).update(headcount=headcount + 40)
    value = figures.of_day(YESTERDAY)["staff_on_duty"]
    assert (value.numerator, value.denominator, value.rate_text) == (on_duty, headcount, printed)


def test_percentages_are_never_averaged():
    """58 + 59 = 117 firms, 33 + 21 = 54 resumed: 46.2%, not the mean of 56.9% and 35.6%."""
    for kind, resumed, due in (("IND", 33, 58), ("SVC", 21, 59)):
        for n in range(due):
            make_enterprise(sishang_kind=kind, status="resumed" if n < resumed else "not_resumed")
    assert figures.of_day(TODAY)["sishang_resumed"].rate_text == "46.2%"


@pytest.mark.parametrize("exclusion", ["maintenance", "deregistered"])
def test_stopped_for_maintenance_and_deregistered_are_not_due_and_sites_are_no_enterprises(exclusion):
    make_enterprise(sishang_kind="IND", status="resumed")
    make_enterprise(sishang_kind="IND", status="not_resumed", exclusion=exclusion)
    make_site(status="resumed")
    value = figures.of_day(TODAY)["sishang_resumed"]
    assert (value.numerator, value.denominator) == (1, 1)


def test_the_whole_register_has_no_rate_until_it_is_confirmed():
    make_enterprise(status="resumed")
    value = figures.of_day(TODAY)["enterprises_resumed"]
    assert (value.numerator, value.denominator, value.rate_text) == (1, None, "—")
