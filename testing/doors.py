"""The database side of the file that a laboratory sends: which tubes may get a result, and how good rows are written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from parkportal.clock import SHANGHAI
from parkportal.records.intake import CommitReport, IntakeDoor, Params
from parkportal.records.jobs import Progress
from parkportal.records.models import StoredFile
from parkportal.workbooks.intake import Key
from parkportal.workbooks.judgement import JudgedRow
from testing import result_words
from testing.actions import record_readings
from testing.actions.lab import NewReading, latest_readings
from testing.intake import RESULTS
from testing.models import Result, ResultValue, Specimen, SpecimenStatus

LOOK_UP = 500
VALUE_OF = {label: code for code, label in ResultValue.choices}
LABEL_OF = dict(ResultValue.choices)
STATUS_LABEL = dict(SpecimenStatus.choices)


class TubeHoldings:
    """The tubes sent to the person's laboratories with their status and result; None (the command) sees all."""

    def __init__(self, user: Any) -> None:
        self.tubes = Specimen.objects.all() if user is None else Specimen.objects.at_bench(user)

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """barcode → status and result, in the words of the file."""
        found: dict[Key, Mapping[str, Any]] = {}
        for start in range(0, len(keys), LOOK_UP):
            part = [str(key[0]) for key in keys[start : start + LOOK_UP]]
            tubes = list(self.tubes.filter(barcode__in=part).only("pk", "barcode", "status"))
            readings = latest_readings([tube.pk for tube in tubes if tube.status == SpecimenStatus.VERIFYING])
            out = [tube.pk for tube in tubes if tube.status == SpecimenStatus.RELEASED]
            values = {pk: reading.value for pk, reading in readings.items()}
            values |= dict(Result.objects.in_force().filter(specimen__in=out).values_list("specimen", "value"))
            for tube in tubes:
                result = LABEL_OF[values[tube.pk]] if tube.pk in values else None
                found[(tube.barcode,)] = {"status": STATUS_LABEL[tube.status], "result": result}
        return found


def take_in_results(
    rows: list[JudgedRow], *, by: Any, params: Params, source_file: StoredFile | None, progress: Progress | None
) -> CommitReport:
    """Good rows become readings that wait for a second person; nothing is released by a file."""
    barcodes = [row.values["条码号"] for row in rows]
    ids = {
        barcode: pk
        for start in range(0, len(barcodes), LOOK_UP)
        for barcode, pk in Specimen.objects.at_bench(by)
        .filter(barcode__in=barcodes[start : start + LOOK_UP])
        .values_list("barcode", "pk")
    }
    count = record_readings(readings=[_reading(row.values, ids) for row in rows], by=by)
    return CommitReport(created=count, words=f"{count} 管等另一个人审核，审核后才发布")


def _reading(values: Mapping[str, Any], ids: Mapping[str, int]) -> NewReading:
    return NewReading(
        specimen_id=ids[values["条码号"]],
        value=VALUE_OF[values["结果"]],
        tested_at=_in_park(values.get("检验时间")),
        ct_orf1ab=values.get("CT值ORF1ab"),
        ct_n=values.get("CT值N"),
        tester_name=values.get("检验者") or "",
        note=(values.get("备注") or "")[:200],
    )


def _in_park(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=SHANGHAI)


RESULTS_DOOR = IntakeDoor(
    kind=RESULTS,
    roles=("lab_tester", "lab_verifier"),
    holdings=lambda user, params: TubeHoldings(user),
    commit=take_in_results,
    success_url=lambda params: reverse("testing:lab"),
    success_label="看检验工作台",
    guidance=(
        "仪器和 LIS 导出的表原样上传；阴性(-)、未检出、ND 都认得，认不出的词会退回。",
        "导入的结果等另一个人审核，审核以前谁也查不到。",
    ),
    row_words="管",
    new_word="录入",
    new_note="等第二个人审核",
    meanings={"结果": result_words.meanings},
)
