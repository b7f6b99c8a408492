"""The register by file: what the portal holds, and how good rows are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.urls import reverse

from enterprises.actions.doubting import note_doubts
from enterprises.actions.registering import set_search_keys
from enterprises.actions.resuming import redating_moves
from enterprises.dictionaries import words_of
from enterprises.intake import REGISTER, SQUADS
from enterprises.models import (
    Enterprise,
    ResumptionMove,
    ResumptionStatus,
    SishangListing,
    Squad,
    UnitKind,
)
from enterprises.tiers import derived_tier
from parkportal.clock import at, park_now, park_today
from parkportal.records import jobs, terms
from parkportal.records.audit import record
from parkportal.records.intake import CommitReport, IntakeDoor, Params
from parkportal.records.models import StoredFile, Term
from parkportal.states import Refused
from parkportal.workbooks.intake import Key
from parkportal.workbooks.judgement import JudgedRow

BATCH = 1000
LOOK_UP = 500
GIVEN = "名录填报"
PLACE = re.compile(r"([A-Za-z]?\d*[A-Za-z]?\d+栋)(?:(\d{1,2})[楼层])?")
STATUS_OF = {label: code for code, label in ResumptionStatus.choices}
KIND_OF = {label: code for code, label in UnitKind.choices}
# Columns of the file whose words staff edit, and the dictionary that has them.
DICTIONARIES = {"四上类别": "sishang", "标签": "tag", "分类": "tier", "重点项目级别": "key_level"}


def register_values(unit: Enterprise) -> dict[str, Any]:
    """A unit as a row of the register says it (intake README §5): in the words of the file, whatever staff call them."""
    dated = unit.resumed_on if unit.status in {ResumptionStatus.RESUMED, ResumptionStatus.STOPPED} else unit.planned_on
    return {
        "单位名称": unit.name,
        "统一社会信用代码": unit.credit_code,
        "类型": UnitKind(unit.kind).label,
        "地址/楼栋": unit.address or None,
        "行业": unit.industry or None,
        "四上类别": terms.file_word("sishang", unit.sishang_kind) if unit.sishang_kind else None,
        "标签": [terms.file_word("tag", term.code) for term in unit.tags.all()],
        "分类": terms.file_word("tier", unit.tier) or None,
        "主要负责人": unit.principal_name or None,
        "负责人手机": unit.principal_phone or None,
        "联络员": unit.liaison_name or None,
        "联络员手机": unit.liaison_phone or None,
        "职工总数": unit.headcount,
        "复工状态": unit.get_status_display(),
        "复工日期": dated,
        "所属小分队": unit.squad.name if unit.squad else None,
        "重点项目级别": terms.file_word("key_level", unit.key_level) if unit.key_level else None,
    }


class RegisterHoldings:
    """What the register holds, by credit code, without one by name."""

    def present(self, keys: list[Key]) -> Mapping[Key, Mapping[str, Any]]:
        with terms.read_once():
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


@dataclass(frozen=True)
class Words:
    """What the words of a file mean today: squads and tags as rows, the other dictionaries' words as codes."""

    squads: dict[str, Squad]
    tags: dict[str, Term]
    codes: dict[str, dict[str, str]]


def words_now() -> Words:
    """Retired words included: a file may be older than the notice that retired them."""
    rows = {term.code: term for term in words_of("tag")}
    tags = {word: rows[code] for word, code in terms.codes_by_file_word("tag").items() if code in rows}
    return Words(squads(), tags, {kind: terms.codes_by_file_word(kind) for kind in DICTIONARIES.values()})


def take_in_register(
    rows: list[JudgedRow], *, by: Any, params: Params, source_file: StoredFile | None, progress: jobs.Progress | None
) -> CommitReport:
    """New units and changed cells, with the dated history of their status."""
    key = REGISTER.key
    assert key is not None
    held = held_units([key(row.values) for row in rows])
    words = words_now()
    fresh, changed = [], []  # type: ignore[var-annotated]
    for row in rows:
        unit = held.get(key(row.values))
        (changed if unit else fresh).append((row, unit or Enterprise()))
    try:
        _write_new(fresh, words, by=by)
        for row, unit in changed:
            _write_changes(unit, row, words, by=by)
    except IntegrityError as clash:
        raise Refused("changed_meanwhile", "同时有人登记了同样的企业，什么都没有写入，请再导入一次。") from clash
    note_doubts(units=[unit.pk for _, unit in [*fresh, *changed]])
    record("register.imported", by=by, after={"新增": len(fresh), "更新": len(changed)})
    return CommitReport(created=len(fresh), updated=len(changed))


def _fill(unit: Enterprise, values: Mapping[str, Any], words: Words) -> None:
    """Write the plain cells that the file fills; an empty cell leaves what is known."""
    plain = {"单位名称": "name", "统一社会信用代码": "credit_code", "地址/楼栋": "address", "行业": "industry"}
    plain |= {"职工总数": "headcount"}
    for column, name in plain.items():
        if values.get(column) is not None:
            setattr(unit, name, values[column])
    coded = {"类型": ("kind", KIND_OF), "四上类别": ("sishang_kind", words.codes["sishang"])}
    coded |= {"分类": ("tier", words.codes["tier"]), "重点项目级别": ("key_level", words.codes["key_level"])}
    for column, (name, codes) in coded.items():
        if values.get(column):
            setattr(unit, name, codes[values[column]])
    if values.get("所属小分队"):
        unit.squad = words.squads[values["所属小分队"]]
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
        _tier(unit, values.get("标签") or [], words.tags, is_given=bool(values.get("分类")))
        unit.changed_by, unit.registered_at, unit.changed_at = by, now, now
        units.append(unit)
    Enterprise.objects.bulk_create(units, batch_size=BATCH)
    tagged = Enterprise.tags.through
    tagged.objects.bulk_create(
        [
            tagged(enterprise_id=unit.pk, term_id=words.tags[label].pk)
            for row, unit in rows
            for label in row.values.get("标签") or []
            if label in words.tags
        ],
        batch_size=BATCH,
    )
    year = date(park_today().year, 1, 1)
    listed = [SishangListing(enterprise=u, kind=u.sishang_kind, valid_from=year) for u in units if u.sishang_kind]
    SishangListing.objects.bulk_create(listed, batch_size=BATCH)
    moves = [_first_move(unit, by) for unit in units if unit.status != ResumptionStatus.NOT_RESUMED]
    ResumptionMove.objects.bulk_create(moves, batch_size=BATCH)


def _tier(unit: Enterprise, labels: list[str], terms_by_label: dict[str, Term], *, is_given: bool) -> None:
    """The file's own word holds as given; without one the tier follows tags and key project."""
    codes = [terms_by_label[label].code for label in labels if label in terms_by_label]
    derived = derived_tier(tag_codes=codes, key_level=unit.key_level, exemption=unit.exemption)
    if is_given:
        unit.tier_reason = "" if unit.tier == derived else GIVEN
    elif not unit.tier_reason:
        unit.tier = derived


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
    if changed.keys() & {"分类", "标签", "重点项目级别"}:
        labels = changed.get("标签") or [terms.file_word("tag", term.code) for term in unit.tags.all()]
        _tier(unit, labels, words.tags, is_given="分类" in changed)
    unit.version += 1
    unit.changed_at, unit.changed_by = park_now(), by
    unit.save()
    if "标签" in changed:
        unit.tags.set([words.tags[label] for label in changed["标签"] if label in words.tags])
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
    dictionaries=DICTIONARIES,
)
