"""A frozen week stays as it was; what came late is listed beside it."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from enterprises.models import DailyReport, ResumptionMove
from enterprises.models.needs import Need, NeedMove
from enterprises.tests.factories import make_enterprise
from parkportal.clock import SHANGHAI, at
from parkportal.dashboard.actions import freeze_week
from parkportal.dashboard.corrections import corrections_of
from parkportal.dashboard.weekly.tables import needs

pytestmark = pytest.mark.django_db
MONDAY_MORNING = datetime(2020, 2, 17, 8, tzinfo=SHANGHAI)


@pytest.fixture
def frozen_week():
    with time_machine.travel(datetime(2020, 2, 17, 0, 5, tzinfo=SHANGHAI), tick=False):
        firm = make_enterprise(name="湖南稻浪坡农业科技有限公司")
        yield firm, freeze_week("2020-W07")


def test_late_facts_are_listed_and_never_applied(frozen_week, make_user):
    firm, issue = frozen_week
    clerk, before = make_user("committee"), dict(issue.figures)
    # Given a resumption and a report of the week that became known on Monday morning, when the issue had been printed
    friday = at(date(2020, 2, 14)) + timedelta(hours=9)
    ResumptionMove.objects.create(
        subject=firm, to_status="resumed", effective_at=friday, recorded_at=MONDAY_MORNING, by=clerk
    )
    DailyReport.objects.create(
        enterprise=firm, day=friday.date(), on_duty=69, reported_at=MONDAY_MORNING, reported_by=clerk, is_late=True
    )
    # and a move that belongs to the next week
    ResumptionMove.objects.create(
        subject=firm,
        from_status="resumed",
        to_status="stopped",
        effective_at=MONDAY_MORNING,
        recorded_at=MONDAY_MORNING,
    )
    # Then both are listed, and the issue says what it said
    told = {(row.what, row.then, row.now) for row in corrections_of(issue)}
    assert told == {("复工状态", "—", "已复工"), ("2月14日到岗（人）", "未报", "69")}
    assert freeze_week("2020-W07").figures == before


def test_the_page_of_an_issue_lists_its_corrections(frozen_week, make_user, sign_in, client):
    firm, issue = frozen_week
    leader = sign_in(make_user("leader"))
    assert "没有。冻结以后没有人" in leader.get(f"/reports/weekly/{issue.week}/").content.decode()
    ResumptionMove.objects.create(
        subject=firm,
        to_status="resumed",
        effective_at=at(date(2020, 2, 14)),
        recorded_at=MONDAY_MORNING,
    )
    page = leader.get(f"/reports/weekly/{issue.week}/").content.decode()
    assert "冻结以后的更正 1 条" in page and firm.name in page


def test_needs_stand_by_kind_as_they_stood(frozen_week):
    firm, issue = frozen_week
    early, late = at(date(2020, 2, 12)), at(date(2020, 2, 17)) + timedelta(hours=9)
    first = Need.objects.create(
        enterprise=firm, kind="supplies", description="口罩只够两天", due_on=date(2020, 2, 14), registered_at=early
    )
    NeedMove.objects.create(subject=first, to_status="registered", effective_at=early, recorded_at=early)
    after = Need.objects.create(
        enterprise=firm, kind="supplies", description="下周的事", due_on=date(2020, 2, 20), registered_at=late
    )
    NeedMove.objects.create(subject=after, to_status="registered", effective_at=late, recorded_at=late)
    table = needs(issue.as_of)
    assert [row[1:] for row in table.rows] == [[1, 0, 0, 0, 0, 1]]
    assert table.total == ["合计", 1, 0, 0, 0, 0, 1]
