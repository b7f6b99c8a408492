"""The figures of testing: one function for each, used by screen, list, workbook and command."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from parkportal.clock import at, day_of
from parkportal.records.figures import Figure, Number
from testing import coverage, settlement
from testing.models import LeftWhy, Result, ResultValue, SignUp, Specimen


def _collected(as_of: datetime) -> QuerySet[Specimen]:
    return Specimen.objects.collected_as_of(as_of)


def _persons(rows: QuerySet, as_of: datetime) -> Number:
    """Distinct documents, of single tubes and of those who lie in mixed ones."""
    person = Coalesce("signup__document_hash", "pool__members__signup__document_hash")
    here = Q(is_pool=False) | Q(pool__members__left_why__in=["", LeftWhy.UNFIT, LeftWhy.RETEST])
    return rows.aggregate(persons=Count(person, filter=here, distinct=True))["persons"]


def _with_result(as_of: datetime, values: tuple[str, ...]) -> QuerySet[Specimen]:
    results = Result.objects.as_of(as_of).filter(specimen=OuterRef("pk"), value__in=values)
    return _collected(as_of).filter(Exists(results))


def _signed_up(as_of: datetime) -> QuerySet[SignUp]:
    start = at(day_of(as_of - timedelta(microseconds=1)))
    return SignUp.objects.filter(created_at__gte=start, created_at__lte=as_of)


def _required(as_of: datetime) -> Number:
    return coverage.due_persons(as_of).count()


def _covered(as_of: datetime) -> Any:
    return coverage.due_persons(as_of).filter(coverage.sampled(as_of))


ALL = [
    Figure(
        "persons_sampled", "已采样", "人", _collected, "testing:specimens",
        "截至此刻采过样的人，按证件去重；一个人采几次只算一次。不等于阴性人数。", total=_persons, block="testing",
    ),
    Figure(
        "tests_collected", "采样人次", "人次", _collected, "testing:specimens",
        "截至此刻采到的标本，作废的不算。", block="testing",
    ),
    Figure(
        "results_negative", "阴性", "份", lambda as_of: _with_result(as_of, (ResultValue.NEGATIVE,)),
        "testing:specimens", "已审核发布、现行版本为阴性的标本。", block="testing",
    ),
    Figure(
        "results_abnormal", "异常", "份",
        lambda as_of: _with_result(as_of, (ResultValue.POSITIVE, ResultValue.SUSPECT)),
        "testing:specimens", "已审核、现行版本为阳性或可疑的标本，由指定负责人处置。", block="testing",
    ),
    Figure(
        "results_pending", "待出", "份", lambda as_of: Specimen.objects.pending_as_of(as_of),
        "testing:specimens", "采了样、还没有发布结果的标本。", block="testing",
    ),
    Figure(
        "results_overdue", "超时", "份", lambda as_of: Specimen.objects.overdue_as_of(as_of),
        "testing:specimens", "实验室收样后一个工作日还没有出结果的标本。", block="testing",
    ),
    Figure(
        "signups_today", "当天登记", "人", _signed_up, "testing:signups", "这一天新登记的人，取消的也算。", block="testing",
    ),
    Figure(
        "testing_coverage", "应检人员覆盖", "人", _covered, "testing:persons",
        "三类人员、密接、医学观察、省外返长、重点项目、四上企业复工和食堂测温保安等岗位的人里，采过样的。",
        whole=_required, block="testing",
    ),
    Figure(
        "testing_cost", "检测费用", "元", settlement.billed_as_of, "testing:specimens",
        "截至此刻发布了结果的管，按当天和实验室约定的每管价格；分母是当天有效的预算，没有登记就不算比例。",
        total=lambda rows, as_of: settlement.cost(rows),
        whole=lambda as_of: settlement.budget_of(day_of(as_of - timedelta(microseconds=1))),
    ),
]  # fmt: skip
