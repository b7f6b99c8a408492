"""The report of one result 检测报告: who may have it, what stands on it, and whether a paper is right."""

import hmac
from typing import Any

from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from parkportal.clock import park_today
from parkportal.given import given
from parkportal.identifiers import id_birthday, id_sex
from parkportal.printing.sheets import ResultReport, result_report_pdf
from parkportal.states import Refused
from testing.models import Report, Result, ResultValue, SignUp, Specimen

NOT_FOUND = "未检出"
ID_LENGTH = 18


def report_of(specimen: Specimen) -> Report:
    """The report of the version in force, made at the first printing. Raises Refused `no_result`."""
    result = Result.objects.filter(specimen=specimen).order_by("-version").first()
    if result is None or result.value == ResultValue.INVALID:
        raise Refused("no_result", f"{specimen.barcode} 还没有可以出具报告的结果。")
    number = f"{specimen.barcode}-{result.version}"
    try:
        with transaction.atomic():
            return Report.objects.get_or_create(result=result, defaults={"number": number})[0]
    except IntegrityError:
        return Report.objects.get(result=result)


def report_pdf(specimen: Specimen, signup: SignUp | None = None) -> bytes:
    """One A4 page (handbook §3, Report); of a mixed tube for one of its people. Raises Refused `no_result`."""
    report = report_of(specimen)
    result, signup = report.result, signup or specimen.signup
    if signup is None:
        raise Refused("no_result", "混采管不出具个人报告。")
    sex, age = _sex_and_age(signup)
    path = reverse("public:report_check", args=[report.public_token])
    found = result.get_value_display()
    return result_report_pdf(
        ResultReport(
            lab=given(specimen.lab).name,
            number=report.number,
            specimen_code=specimen.barcode,
            name=signup.name,
            sex=sex,
            age=age,
            id_masked=signup.masked_number,
            unit=signup.unit_name,
            result=found,
            sampled_at=given(specimen.collected_at),
            received_at=given(specimen.received_at),
            reported_at=result.released_at,
            tester=result.tester_name,
            verifier=result.verifier.name,
            point=given(specimen.session).point.name,
            specimen_type=specimen.kind,
            targets=_targets(result),
            version=result.version,
            correction_reason=result.correction_reason,
            verify_url=django_settings.PORTAL_URL.rstrip("/") + path,
        )
    )


def _targets(result: Result) -> tuple[tuple[str, str], ...]:
    """Each gene with what was found of it; a negative is 未检出 whatever the curve did late."""
    if result.value == ResultValue.NEGATIVE:
        return (("ORF1ab 基因", NOT_FOUND), ("N 基因", NOT_FOUND))
    pairs = (("ORF1ab 基因", result.reading.ct_orf1ab), ("N 基因", result.reading.ct_n))
    return tuple((name, f"Ct {cycles}" if cycles is not None else NOT_FOUND) for name, cycles in pairs)


def _sex_and_age(signup: SignUp) -> tuple[str, str]:
    """From the document where it says so; a passport does not."""
    number = signup.number
    born = id_birthday(number) if len(number) == ID_LENGTH and number[:-1].isdigit() else None
    if born is None:
        return "", ""
    today = park_today()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return id_sex(number), f"{years} 岁"


def is_right(token: Any, *, barcode: str, value: str) -> bool:
    """Whether a paper with this code says what the portal says now. Unknown, wrong and superseded are one answer."""
    report = Report.objects.filter(public_token=token).select_related("result__specimen").first()
    known = report.result if report else None
    newest = Result.objects.filter(specimen=known.specimen_id).order_by("-version").first() if known else None
    said = f"{barcode}|{value}"
    true = f"{newest.specimen.barcode}|{newest.value}" if newest and newest == known else "|"
    return hmac.compare_digest(said.encode(), true.encode())
