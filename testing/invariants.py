"""What must always hold in testing, asked again from outside: places, custody, second person, codes."""

from django.db.models import Count, Exists, F, OuterRef, Q

from testing.models import PoolMember, Result, SignUp, SignUpStatus, Slot, Specimen, SpecimenStatus, TubeRange


def check() -> list[str]:
    """One Chinese line for each thing that does not hold; empty when all is well."""
    return [*places(), *tubes(), *custody()]


def places() -> list[str]:
    """One function counts places: what a slot says is taken is who holds a place there."""
    holders = Count("signups", filter=~Q(signups__status=SignUpStatus.CANCELLED))
    wrong = Slot.objects.annotate(held=holders).exclude(taken=F("held"))[:50]
    return [f"时段 {slot.pk} 记 {slot.taken} 人，实有 {slot.held} 人" for slot in wrong]


def tubes() -> list[str]:
    """A tube that does not carry a label of the portal's own comes from a registered range of a laboratory."""
    ranges = list(TubeRange.objects.filter(is_own=False).values_list("first", "last"))
    foreign = Specimen.objects.exclude(barcode__startswith="YL").order_by().values_list("barcode", flat=True)
    return [
        f"标本 {code} 不在登记过的号段里"
        for code in foreign.iterator()
        if not any(len(code) == len(first) and first <= code <= last for first, last in ranges)
    ][:50]


def custody() -> list[str]:
    """Every tube has one way through time and hands, every sampled person a tube, every result a second person."""
    return [*_order(), *_states(), *_results()]


def _order() -> list[str]:
    backwards = Specimen.objects.filter(
        Q(handed_at__lt=F("collected_at"))
        | Q(received_at__lt=F("handed_at"))
        | Q(tested_at__lt=F("received_at"))
        | Q(released_at__lt=F("tested_at"))
    )[:50]
    double = (
        Specimen.objects.live()
        .values("signup")
        .annotate(tubes=Count("pk"))
        .filter(tubes__gt=1, signup__isnull=False)[:50]
    )
    return [f"标本 {tube.barcode} 的时间倒了" for tube in backwards] + [
        f"登记 {row['signup']} 有 {row['tubes']} 支有效的管" for row in double
    ]


def _states() -> list[str]:
    """A sign-up that says 已采样 has a tube that was collected."""
    collected = Specimen.objects.live().filter(collected_at__isnull=False)
    mixed = PoolMember.objects.live().order_by()
    said = SignUp.objects.filter(status=SignUpStatus.COLLECTED)
    without = said.exclude(Exists(collected.filter(signup=OuterRef("pk")))).exclude(
        Exists(mixed.filter(signup=OuterRef("pk")))
    )[:50]
    no_result = Specimen.objects.filter(status=SpecimenStatus.RELEASED, results__isnull=True)[:50]
    return [f"登记 {signup.code} 已采样却没有管" for signup in without] + [
        f"标本 {tube.barcode} 已发布却没有结果" for tube in no_result
    ]


def _results() -> list[str]:
    alone = Result.objects.filter(verifier=F("tester"))[:50]
    return [f"结果 {result.pk} 由同一人检验和审核" for result in alone]
