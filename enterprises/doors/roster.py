"""The roster by file: who is in it, and how good rows become persons, employments and flags."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import IntegrityError
from django.db.models import QuerySet
from django.urls import reverse

from enterprises.actions.people import is_key_post, key_post_words
from enterprises.intake import ROSTER
from enterprises.journeys import flag_days, journey_flags, without_corrected
from enterprises.models import (
    DocumentType,
    Employment,
    Enterprise,
    Person,
    PersonFlag,
)
from enterprises.models.people import number_hash
from enterprises.pinyin import person_key
from parkportal.clock import park_today
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.intake import CommitReport, IntakeDoor, Params
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from parkportal.workbooks.intake import Key
from parkportal.workbooks.judgement import JudgedRow

BATCH = 1000
LOOK_UP = 500
UPDATE_BATCH = 100
JOB_FIELDS = ("department", "post", "returned_on", "is_key_post", "journey")
PERSON_FIELDS = ("name", "pinyin_key", "sex", "address", "phone", "phone_hash")
DOCUMENT_OF = {label: code for code, label in DocumentType.choices}
SEX_OF = {label: code for code, label in Person.Sex.choices if code}
JOURNEY = ("出发地", "返长日期", "交通方式", "14日内湖北旅居史", "接触史", "症状", "体温")
PERSON_COLUMNS = ("姓名", "性别", "手机", "现住址")


def roster_values(job: Employment) -> dict[str, Any]:
    """A person's work at an enterprise as a row of the roster says it."""
    person, journey = job.person, job.journey or {}
    return {
        "姓名": person.name,
        "性别": dict(Person.Sex.choices).get(person.sex) if person.sex else None,
        "证件类型": person.get_document_type_display(),
        "证件号码": person.number,
        "手机": person.phone or None,
        "部门": job.department or None,
        "岗位": job.post or None,
        "现住址": person.address or None,
        "返岗日期": job.returned_on,
        **{name: journey.get(name, [] if name == "症状" else None) for name in JOURNEY},
    }


class RosterHoldings:
    """Who is in the enterprise's roster; without an enterprise (a dry run) anybody the portal knows."""

    def __init__(self, enterprise_id: int | None) -> None:
        self.enterprise_id = enterprise_id

    def employments(self, keys: list[Key]) -> dict[Key, Employment]:
        """The running employments of these documents, in a few statements."""
        digests = {number_hash(DOCUMENT_OF[str(kind)], str(number)): (kind, number) for kind, number in keys}
        return {digests[digest]: job for digest, job in self.by_digest(list(digests)).items()}

    def by_digest(self, wanted: list[str]) -> dict[str, Employment]:
        """The same by the keyed hash of the document."""
        rows = Employment.objects.current().select_related("person")
        if self.enterprise_id:
            rows = rows.filter(enterprise=self.enterprise_id)
        found: dict[str, Employment] = {}
        for start in range(0, len(wanted), LOOK_UP):
            for job in rows.filter(person__number_hash__in=wanted[start : start + LOOK_UP]).order_by("pk"):
                found.setdefault(job.person.number_hash, job)
        return found

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        return {key: roster_values(job) for key, job in self.employments(keys).items()}


def take_in_roster(
    rows: list[JudgedRow], *, by: Any, params: Params, source_file: StoredFile | None, progress: jobs.Progress | None
) -> CommitReport:
    """Persons, their employment at the enterprise, and the flags that the rows give reason for."""
    enterprise = Enterprise.objects.get(pk=params["enterprise"])
    digests = [number_hash(DOCUMENT_OF[row.values["证件类型"]], row.values["证件号码"]) for row in rows]
    held = RosterHoldings(enterprise.pk).by_digest(digests)
    people = _People()
    people.meet({digest: row for digest, row in zip(digests, rows, strict=True) if digest not in held})
    fresh, known, flags = [], [], []
    words, lasts = key_post_words(), flag_days()
    for digest, row in zip(digests, rows, strict=True):
        job = held.get(digest)
        if job is None:
            job = Employment(person=people.known[digest], enterprise=enterprise, starts_on=park_today())
            _fill_employment(job, row.values, words)
            fresh.append(job)
        else:
            changed = {name: new for name, (_, new) in row.changes.items()}
            _fill_employment(job, changed, words)
            people.bring_up_to_date(job.person, changed)
            known.append(job)
        flags += journey_flags(job.person, row.values, lasts=lasts, source="花名册", by=by)
    try:
        people.save()
        Employment.objects.bulk_create(fresh, batch_size=BATCH)
        Employment.objects.bulk_update(known, JOB_FIELDS, batch_size=UPDATE_BATCH)
        PersonFlag.objects.bulk_create(without_corrected(flags), batch_size=BATCH, ignore_conflicts=True)
    except IntegrityError as clash:
        raise Refused("changed_meanwhile", "同时有人导入了同样的人，这一批没有写入，请再导入一次。") from clash
    record("roster.imported", by=by, subject=enterprise, after={"新增": len(fresh), "更新": len(known)})
    return CommitReport(created=len(fresh), updated=len(known))


def employments_of(rows: list[JudgedRow], enterprise: Enterprise) -> list[tuple[JudgedRow, Employment, set[str]]]:
    """Each row's work at the enterprise as it would be after the file, with the codes of its flags; nothing is written."""
    digests = [number_hash(DOCUMENT_OF[row.values["证件类型"]], row.values["证件号码"]) for row in rows]
    held = RosterHoldings(enterprise.pk).by_digest(digests)
    people = _People()
    people.meet({digest: row for digest, row in zip(digests, rows, strict=True) if digest not in held})
    words, lasts, found = key_post_words(), flag_days(), []
    for digest, row in zip(digests, rows, strict=True):
        job = held.get(digest) or Employment(person=people.known[digest], enterprise=enterprise, starts_on=park_today())
        job.enterprise = enterprise
        _fill_employment(job, row.values, words)
        flags = journey_flags(job.person, row.values, lasts=lasts, source="花名册", by=None)
        found.append((row, job, {flag.kind for flag in flags}))
    return found


class _People:
    """The persons behind the rows: known by document or entered now, written together."""

    def __init__(self) -> None:
        self.known: dict[str, Person] = {}
        self.fresh: list[Person] = []
        self.changed: dict[int, Person] = {}

    def meet(self, rows: dict[str, JudgedRow]) -> None:
        """Find or make the person of each row that is new to the roster; what the row says of a known one is taken over."""
        wanted = list(rows)
        for start in range(0, len(wanted), LOOK_UP):
            for person in Person.objects.filter(number_hash__in=wanted[start : start + LOOK_UP]):
                self.known[person.number_hash] = person
        for digest, row in rows.items():
            person = self.known.get(digest)  # type: ignore[assignment]
            if person is None:
                number, kind = row.values["证件号码"], DOCUMENT_OF[row.values["证件类型"]]
                person = self.known[digest] = Person(document_type=kind, number=number, number_hash=digest)
                _write_person(person, row.values)
                self.fresh.append(person)
            else:
                self.bring_up_to_date(person, row.values)

    def bring_up_to_date(self, person: Person, values: Mapping[str, Any]) -> None:
        before = (person.name, person.sex, person.phone, person.address)
        _write_person(person, values)
        if person.pk and before != (person.name, person.sex, person.phone, person.address):
            self.changed[person.pk] = person

    def save(self) -> None:
        Person.objects.bulk_create(self.fresh, batch_size=BATCH)
        Person.objects.bulk_update(self.changed.values(), PERSON_FIELDS, batch_size=UPDATE_BATCH)


def _write_person(person: Person, values: Mapping[str, Any]) -> None:
    """What a row says of the person; an empty cell leaves what is known."""
    if values.get("姓名") and values["姓名"] != person.name:
        person.name = values["姓名"]
        person.pinyin_key = person_key(person.name)
    person.sex = SEX_OF.get(values.get("性别") or "", person.sex)
    person.address = values.get("现住址") or person.address
    if values.get("手机") and values["手机"] != person.phone:
        person.set_phone(values["手机"])


def _fill_employment(job: Employment, values: Mapping[str, Any], words: list[str]) -> None:
    """What a row says about the work and the way back; an empty cell leaves what is known."""
    job.department = values.get("部门") or job.department
    job.post = values.get("岗位") or job.post
    job.returned_on = values.get("返岗日期") or job.returned_on
    job.is_key_post = is_key_post(job.post, words)
    said = {name: values[name] for name in JOURNEY if values.get(name) not in (None, [])}
    job.journey = {**(job.journey or {}), **said}


class RosterForm(forms.Form):
    """Whose roster it is."""

    enterprise = forms.ModelChoiceField(Enterprise.objects.none(), label="哪家企业的花名册")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = _own(user)  # type: ignore[attr-defined]


def _own(user: Any) -> QuerySet[Enterprise]:
    return Enterprise.objects.editable_by(user).current()


def roster_holdings(user: Any, params: Params) -> RosterHoldings:
    enterprise_id = params.get("enterprise")
    if user is not None and not _own(user).filter(pk=enterprise_id).exists():
        raise Refused("no_enterprise", "没有这家企业，或者不归您管。")
    return RosterHoldings(enterprise_id)


def roster_command_params(options: Mapping[str, str], user: Any) -> Params:
    code = options.get("enterprise")
    if not code:
        return {}
    unit = Enterprise.objects.current().filter(credit_code=code).first()
    if unit is None:
        raise Refused("no_enterprise", f"没有信用代码是 {code} 的企业。")
    return {"enterprise": unit.pk}


def _name_of(params: Params) -> str:
    return Enterprise.objects.filter(pk=params.get("enterprise")).values_list("name", flat=True).first() or ""


ROSTER_DOOR = IntakeDoor(
    kind=ROSTER,
    roles=("committee", "contact", "principal"),
    holdings=roster_holdings,
    commit=take_in_roster,
    params_form=RosterForm,
    command_params=roster_command_params,
    place=_name_of,
    success_url=lambda params: reverse("enterprises:people_list", args=[params["enterprise"]]),
    success_label="看花名册，批量报名检测",
    guidance=(
        "车间、物业、小程序导出的名单都可以原样上传。",
        "姓名、证件号码、手机每人都要有；哪一格不对会逐格说明，对的人先进来。",
    ),
    row_words="人",
    dictionaries={"症状": "symptom"},
)
