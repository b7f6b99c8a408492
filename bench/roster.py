"""A roster of 20,000 persons, from the upload to rows in the register, against reading the file and one bulk insert."""

import io
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.intake import through_intake
from bench.scratch import scratch_database

PEOPLE, MOST_TIMES = 20_000, 3.0
GIVEN = "青禾星河知远清和南舟临川云起时雨长风可心"
HEADS = ("姓名", "证件类型", "证件号码", "手机", "部门", "岗位", "返岗日期", "出发地")


def run() -> bool:
    """Print the seconds of checking, of taking in and of the baseline; True when both together reach the figure."""
    with scratch_database() as vendor:
        from enterprises.models import Employment, Person
        from enterprises.tests.factories import make_account, make_enterprise

        enterprise, clerk = make_enterprise(), make_account("committee")
        raw = _file()
        baseline = _baseline(raw)
        Person.objects.all().delete()
        file = {"name": "花名册.xlsx", "by": clerk, "rows": PEOPLE}
        checking, taking = through_intake("roster", raw, **file, enterprise=enterprise.pk)
        if Employment.objects.count() != PEOPLE:
            raise RuntimeError(f"{Employment.objects.count()} of {PEOPLE} are employed")
    whole = (checking + taking) / baseline
    print(
        f"roster ({vendor}): {PEOPLE} persons checked in {checking:.1f} s, taken in in {taking:.1f} s; reading and one "
        f"bulk insert {baseline:.1f} s, ratio {whole:.2f} (aim ≤ {MOST_TIMES}), taking in alone {taking / baseline:.2f}"
    )
    return whole <= MOST_TIMES


def _baseline(raw: bytes) -> float:
    """Seconds to read the file as the intake reads it, and to insert its persons at once."""
    from enterprises.models import Person
    from enterprises.models.people import number_hash
    from parkportal.workbooks.reading import read_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        path.write_bytes(raw)
        began = time.perf_counter()
        rows = list(read_workbook(path).sheets[0].rows.values())
        people = []
        for row in rows[1:]:
            name, _, number, phone = (cell.value for cell in row.cells[:4])
            person = Person(
                name=name, document_type="id_card", number=number, number_hash=number_hash("id_card", number)
            )
            person.set_phone(phone)
            people.append(person)
        Person.objects.bulk_create(people, batch_size=1000)
        return time.perf_counter() - began


def _file() -> bytes:
    from enterprises.tests.factories import id_number
    from parkportal.workbooks.writing import write_table

    def people() -> Any:
        for number in range(PEOPLE):
            phone = f"1990{number:07d}"
            name = f"陆{GIVEN[number % len(GIVEN)]}{GIVEN[number // len(GIVEN) % len(GIVEN)]}"
            yield name, "身份证", id_number(number), phone, "总装车间", "装配工", "2020-02-17", "湖南长沙"

    out = io.BytesIO()
    write_table(out, HEADS, people())
    return out.getvalue()
