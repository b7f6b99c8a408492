"""The database side of the two files that enterprises send: what the portal holds, and how good rows are written."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from enterprises.actions.people import is_key_post, key_post_words
from enterprises.actions.registering import set_search_keys
from enterprises.actions.resuming import redating_moves
from enterprises.dictionaries import OBSERVATION, OUT_OF_PROVINCE, THREE_CLASSES
from enterprises.intake import REGISTER, ROSTER, SQUADS
from enterprises.models import (
    DocumentType,
    Employment,
    Enterprise,
    KeyLevel,
    Person,
    PersonFlag,
    ResumptionMove,
    ResumptionStatus,
    SishangListing,
    Squad,
    Tier,
    UnitKind,
)
from enterprises.models.people import number_hash
from enterprises.pinyin import person_key
from enterprises.tiers import derived_tier
from parkportal.clock import at, park_now, park_today
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.intake import CommitReport, IntakeDoor, Params
from parkportal.records.models import StoredFile, Term
from parkportal.states import Refused
from parkportal.workbooks.intake import Key
from parkportal.workbooks.judgement import JudgedRow

BATCH = 1000
LOOK_UP = 500
PLACE = re.compile(r"([A-Za-z]?\d*[A-Za-z]?\d+栋)(?:(\d{1,2})[楼层])?")
STATUS_OF = {label: code for code, label in ResumptionStatus.choices}
SISHANG_OF = {label: code for code, label in Enterprise.Sishang.choices}
TIER_OF = {label: code for code, label in Tier.choices}
LEVEL_OF = {label: code for code, label in KeyLevel.choices if code}
KIND_OF = {label: code for code, label in UnitKind.choices}
DOCUMENT_OF = {label: code for code, label in DocumentType.choices}
SEX_OF = {label: code for code, label in Person.Sex.choices if code}
JOURNEY = ("出发地", "返长日期", "交通方式", "14日内湖北旅居史", "接触史", "症状", "体温")
HOME_PROVINCE = ("湖南", "长沙")


# --- register ------------------------------------------------------------------------------------------------


def register_values(unit: Enterprise) -> dict[str, Any]:
    """A unit as a row of the register says it (intake README §5)."""
    dated = unit.resumed_on if unit.status in {ResumptionStatus.RESUMED, ResumptionStatus.STOPPED} else unit.planned_on
    return {
        "单位名称": unit.name,
        "统一社会信用代码": unit.credit_code,
        "类型": UnitKind(unit.kind).label,
        "地址/楼栋": unit.address or None,
        "行业": unit.industry or None,
        "四上类别": unit.get_sishang_kind_display() if unit.sishang_kind else None,
        "标签": [term.label for term in unit.tags.all()],
        "分类": unit.get_tier_display() or None,
        "主要负责人": unit.principal_name or None,
        "负责人手机": unit.principal_phone or None,
        "联络员": unit.liaison_name or None,
        "联络员手机": unit.liaison_phone or None,
        "职工总数": unit.headcount,
        "复工状态": unit.get_status_display(),
        "复工日期": dated,
        "所属小分队": unit.squad.name if unit.squad else None,
        "重点项目级别": unit.get_key_level_display() if unit.key_level else None,
    }


class RegisterHoldings:
    """What the register holds, by credit code, without one by name."""

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        return {key: register_values(unit) for key, unit in held_units(keys).items()}


def held_units(keys: list[Key]) -> dict[Key, Enterprise]:
    """The units of these keys, in a few statements."""
    found: dict[Key, Enterprise] = {}
    for column, name in (("统一社会信用代码", "credit_code"), ("单位名称", "name")):
        wanted = [key[1] for key in keys if key[0] == column]
        for start in range(0, len(wanted), LOOK_UP):
            part = wanted[start : start + LOOK_UP]
            rows = Enterprise.objects.current().filter(**{f"{name}__in": part})
            if name == "name":
                rows = rows.filter(credit_code__isnull=True)
            for unit in rows.select_related("squad").prefetch_related("tags"):
                found[(column, getattr(unit, name))] = unit
    return found


def squads() -> dict[str, Squad]:
    """The ten squads, which always exist."""
    Squad.objects.bulk_create([Squad(number=n, name=name) for n, name in enumerate(SQUADS, 1)], ignore_conflicts=True)
    return {squad.name: squad for squad in Squad.objects.all()}


def take_in_register(
    rows: list[JudgedRow], *, by: Any, params: Params, source_file: StoredFile | None, progress: jobs.Progress | None
) -> CommitReport:
    """New units and changed cells, with the dated history of their status."""
    key = REGISTER.key
    assert key is not None
    held = held_units([key(row.values) for row in rows])
    terms = {term.label: term for term in Term.objects.of("tag")}
    words = (squads(), terms)
    fresh, changed = [], []
    for number, row in enumerate(rows, 1):
        unit = held.get(key(row.values))
        (changed if unit else fresh).append((row, unit or Enterprise()))
        if progress:
            progress.tick(number, len(rows))
    _write_new(fresh, words, by=by)
    for row, unit in changed:
        _write_changes(unit, row, words, by=by)
    record("register.imported", by=by, after={"新增": len(fresh), "更新": len(changed)})
    return CommitReport(created=len(fresh), updated=len(changed))


Words = tuple[dict[str, Squad], dict[str, Term]]


def _fill(unit: Enterprise, values: Mapping[str, Any], words: Words) -> None:
    """Write the plain cells that the file fills; an empty cell leaves what is known."""
    plain = {"单位名称": "name", "统一社会信用代码": "credit_code", "地址/楼栋": "address", "行业": "industry"}
    plain |= {"职工总数": "headcount"}
    for column, name in plain.items():
        if values.get(column) is not None:
            setattr(unit, name, values[column])
    coded = {"类型": ("kind", KIND_OF), "四上类别": ("sishang_kind", SISHANG_OF), "分类": ("tier", TIER_OF)}
    coded |= {"重点项目级别": ("key_level", LEVEL_OF)}
    for column, (name, codes) in coded.items():
        if values.get(column):
            setattr(unit, name, codes[values[column]])
    if values.get("所属小分队"):
        unit.squad = words[0][values["所属小分队"]]
    unit.set_principal(
        values.get("主要负责人") or unit.principal_name, values.get("负责人手机") or unit.principal_phone
    )
    unit.set_liaison(values.get("联络员") or unit.liaison_name, values.get("联络员手机") or unit.liaison_phone)
    if values.get("地址/楼栋") and (found := PLACE.search(values["地址/楼栋"])):
        unit.building = found.group(1)
        unit.floor = int(found.group(2)) if found.group(2) else None
    set_search_keys(unit)


def _write_new(rows: list[tuple[JudgedRow, Enterprise]], words: Words, *, by: Any) -> None:
    now = park_now()
    units = []
    for row, unit in rows:
        values = row.values
        _fill(unit, values, words)
        unit.status = STATUS_OF.get(values.get("复工状态") or "", ResumptionStatus.NOT_RESUMED)
        _date_status(unit, values.get("复工日期"))
        if not unit.tier:
            codes = [words[1][label].code for label in values.get("标签") or [] if label in words[1]]
            unit.tier = derived_tier(tag_codes=codes, key_level=unit.key_level)
        unit.changed_by, unit.registered_at, unit.changed_at = by, now, now
        units.append(unit)
    Enterprise.objects.bulk_create(units, batch_size=BATCH)
    tagged = Enterprise.tags.through
    tagged.objects.bulk_create(
        [
            tagged(enterprise_id=unit.pk, term_id=words[1][label].pk)
            for row, unit in rows
            for label in row.values.get("标签") or []
            if label in words[1]
        ],
        batch_size=BATCH,
    )
    year = date(park_today().year, 1, 1)
    listed = [SishangListing(enterprise=u, kind=u.sishang_kind, valid_from=year) for u in units if u.sishang_kind]
    SishangListing.objects.bulk_create(listed, batch_size=BATCH)
    moves = [_first_move(unit, by) for unit in units if unit.status != ResumptionStatus.NOT_RESUMED]
    ResumptionMove.objects.bulk_create(moves, batch_size=BATCH)


def _date_status(unit: Enterprise, day: date | None) -> None:
    if unit.status in {ResumptionStatus.RESUMED, ResumptionStatus.STOPPED}:
        unit.resumed_on = day or unit.resumed_on
    elif day:
        unit.planned_on = day


def _first_move(unit: Enterprise, by: Any) -> ResumptionMove:
    """Resumed counts from the day's 00:00; without a day, and for what is only planned, from now."""
    dated = unit.status == ResumptionStatus.RESUMED and unit.resumed_on
    moved_at = at(unit.resumed_on) if dated and unit.resumed_on else park_now()
    return ResumptionMove(subject=unit, to_status=unit.status, effective_at=moved_at, by=by, reason="名录导入")


def _write_changes(unit: Enterprise, row: JudgedRow, words: Words, *, by: Any) -> None:
    """The changed cells of one unit; a changed status or day is a move, the old ones stay."""
    was, was_on = unit.status, unit.resumed_on
    sishang_before = unit.sishang_kind
    changed = {name: new for name, (_, new) in row.changes.items()}
    _fill(unit, changed, words)
    unit.status = STATUS_OF.get(changed.get("复工状态") or "", was)
    _date_status(unit, changed.get("复工日期"))
    unit.version += 1
    unit.changed_at, unit.changed_by = park_now(), by
    unit.save()
    if "标签" in changed:
        unit.tags.set([words[1][label] for label in changed["标签"] if label in words[1]])
    if unit.sishang_kind != sishang_before:
        SishangListing.objects.create(enterprise=unit, kind=unit.sishang_kind, valid_from=park_today())
    if unit.status != was:
        move = _first_move(unit, by)
        move.from_status, move.is_correction = was, not _allowed(was, unit.status)
        move.save()
    elif unit.status == ResumptionStatus.RESUMED and unit.resumed_on and unit.resumed_on != was_on:
        for move in redating_moves(unit, unit.resumed_on, by=by, reason="名录导入"):
            move.save()


def _allowed(was: str, to: str) -> bool:
    return to in Enterprise.MOVES.get(was, frozenset())


# --- roster --------------------------------------------------------------------------------------------------


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
        **{name: journey.get(name) for name in JOURNEY},
    }


class RosterHoldings:
    """Who is in the enterprise's roster; without an enterprise (a dry run) anybody the portal knows."""

    def __init__(self, enterprise_id: int | None) -> None:
        self.enterprise_id = enterprise_id

    def employments(self, keys: list[Key]) -> dict[Key, Employment]:
        """The running employments of these documents, in a few statements."""
        hashes = {number_hash(DOCUMENT_OF[str(kind)], str(number)): (kind, number) for kind, number in keys}
        rows = Employment.objects.current().select_related("person")
        if self.enterprise_id:
            rows = rows.filter(enterprise=self.enterprise_id)
        found: dict[Key, Employment] = {}
        wanted = list(hashes)
        for start in range(0, len(wanted), LOOK_UP):
            for job in rows.filter(person__number_hash__in=wanted[start : start + LOOK_UP]).order_by("pk"):
                found.setdefault(hashes[job.person.number_hash], job)
        return found

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        return {key: roster_values(job) for key, job in self.employments(keys).items()}


def take_in_roster(
    rows: list[JudgedRow], *, by: Any, params: Params, source_file: StoredFile | None, progress: jobs.Progress | None
) -> CommitReport:
    """Persons, their employment at the enterprise, and the flags that the rows give reason for."""
    enterprise = Enterprise.objects.get(pk=params["enterprise"])
    key = ROSTER.key
    assert key is not None
    holdings = RosterHoldings(enterprise.pk)
    held = holdings.employments([key(row.values) for row in rows])
    persons = _persons([row for row in rows if key(row.values) not in held])
    fresh, flags = [], []
    words = key_post_words()
    for number, row in enumerate(rows, 1):
        job = held.get(key(row.values))
        is_new = job is None
        if job is None:
            job = Employment(person=persons[key(row.values)], enterprise=enterprise, starts_on=park_today())
            fresh.append(job)
        _fill_employment(job, row, words, is_new=is_new)
        flags += _flags(job, row.values, by)
        if progress:
            progress.tick(number, len(rows))
    Employment.objects.bulk_create(fresh, batch_size=BATCH)
    PersonFlag.objects.bulk_create(flags, batch_size=BATCH, ignore_conflicts=True)
    record("roster.imported", by=by, subject=enterprise, after={"新增": len(fresh), "更新": len(rows) - len(fresh)})
    return CommitReport(created=len(fresh), updated=len(rows) - len(fresh))


def _persons(rows: list[JudgedRow]) -> dict[Key, Person]:
    """The person of each new row: known by document, or entered now. A known person keeps name and sex."""
    key = ROSTER.key
    assert key is not None
    hashes = {}
    for row in rows:
        kind, number = key(row.values)
        hashes[number_hash(DOCUMENT_OF[str(kind)], str(number))] = row
    known: dict[str, Person] = {}
    wanted = list(hashes)
    for start in range(0, len(wanted), LOOK_UP):
        for person in Person.objects.filter(number_hash__in=wanted[start : start + LOOK_UP]):
            known[person.number_hash] = person
    fresh = [_new_person(row) for digest, row in hashes.items() if digest not in known]
    Person.objects.bulk_create(fresh, batch_size=BATCH)
    known |= {person.number_hash: person for person in fresh}
    return {key(row.values): known[digest] for digest, row in hashes.items()}


def _new_person(row: JudgedRow) -> Person:
    values = row.values
    person = Person(
        name=values["姓名"], sex=SEX_OF.get(values.get("性别") or "", ""), address=values.get("现住址") or ""
    )
    person.pinyin_key = person_key(person.name)
    person.set_document(DOCUMENT_OF[values["证件类型"]], values["证件号码"])
    person.set_phone(values["手机"])
    return person


def _fill_employment(job: Employment, row: JudgedRow, words: list[str], *, is_new: bool) -> None:
    """What the row says about the work; a changed row also brings the person's phone, address, name and sex up to date."""
    values = row.values if is_new else {name: new for name, (_, new) in row.changes.items()}
    job.department = values.get("部门") or job.department
    job.post = values.get("岗位") or job.post
    job.returned_on = values.get("返岗日期") or job.returned_on
    job.is_key_post = is_key_post(job.post, words)
    said = {name: values[name] for name in JOURNEY if values.get(name) not in (None, [])}
    job.journey = {**(job.journey or {}), **said}
    if is_new:
        return
    job.save()
    person = job.person
    if any(values.get(name) for name in ("姓名", "性别", "手机", "现住址")):
        person.name = values.get("姓名") or person.name
        person.pinyin_key = person_key(person.name)
        person.sex = SEX_OF.get(values.get("性别") or "", person.sex)
        person.address = values.get("现住址") or person.address
        if values.get("手机"):
            person.set_phone(values["手机"])
        person.save()


def _flags(job: Employment, values: Mapping[str, Any], by: Any) -> list[PersonFlag]:
    """省外返长 by where from; 医学观察 after a stay in Hubei; 三类人员 by contact with a case (handbook §1, §3)."""
    today = park_today()
    came = values.get("返长日期") or today
    flags = []
    origin = values.get("出发地") or ""
    if origin and not origin.startswith(HOME_PROVINCE):
        flags.append((OUT_OF_PROVINCE, came, came + timedelta(days=14)))
    if values.get("14日内湖北旅居史"):
        flags.append((OBSERVATION, came, came + timedelta(days=14)))
    if values.get("接触史"):
        flags.append((THREE_CLASSES, today, None))
    return [
        PersonFlag(person=job.person, kind=kind, starts_on=since, ends_on=until, source="花名册", recorded_by=by)
        for kind, since, until in flags
    ]


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


REGISTER_DOOR = IntakeDoor(
    kind=REGISTER,
    roles=("committee",),
    holdings=lambda user, params: RegisterHoldings(),
    commit=take_in_register,
    success_url=lambda params: reverse("enterprises:enterprise_list"),
    success_label="看企业名录",
    guidance=(
        "名录原样上传就行：有标题行、合并的表头、小计和说明都认得。",
        "同一个信用代码算同一家；空着的格子不会抹掉原来的内容。",
    ),
    row_words="家",
)
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
)
