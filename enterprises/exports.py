"""The register as a workbook: exactly what the list shows, phones masked."""

import io
from typing import Any

from enterprises import listing
from enterprises.models import Enterprise
from enterprises.models.register_rows import REPORTING
from parkportal.clock import SHANGHAI, park_now
from parkportal.privacy import mask_name, mask_phone
from parkportal.quantities import rate_text
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE
from parkportal.workbooks.writing import write_table

KIND = "enterprise_export"
HEADS = ("单位名称", "统一社会信用代码", "类型", "地址/楼栋", "行业", "四上类别", "分类", "联络员", "联络员手机")
HEADS += ("职工总数", "复工状态", "复工日期", "所属小分队", "重点项目级别")  # type: ignore[assignment]
HEADS += ("标签", "拟复工日期", "到岗人数", "返岗率", "今日零报告", "责任牌")  # type: ignore[assignment]
BOARDS = {"generated": "已生成未张贴", "posted": "已张贴待核验", "verified": "已核验"}


@jobs.handler(KIND, unit="家")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """Write the rows of the kept query, within the owner's scope as it is now."""
    rows = listing.rows_of(job.params["query"], job.owner).for_list().prefetch_related("tags")
    if job.params["picked"]:
        rows = rows.filter(pk__in=job.params["picked"])
    units = list(rows)
    out = io.BytesIO()
    write_table(
        out,
        HEADS,
        [_row(unit) for unit in units],
        title=f"企业名录（已脱敏）　{job.owner.name} {park_now():%Y-%m-%d %H:%M} 导出",
    )
    progress.tick(len(units), len(units), at_once=True)
    stored = keep_made(out.getvalue(), "xlsx", name="企业名录", purpose="export", owner=job.owner, life=JOB_LIFE)
    record("register.exported", by=job.owner, after={"家数": len(units)})
    return jobs.Finished(message=f"{len(units)} 家，姓名和手机已脱敏", result=stored)


def _row(unit: Enterprise) -> list[object]:
    return [
        unit.name,
        unit.credit_code or "",
        unit.get_kind_display(),
        unit.address,
        unit.industry,
        unit.get_sishang_kind_display() if unit.sishang_kind else "",
        unit.get_tier_display(),
        mask_name(unit.liaison_name),
        mask_phone(unit.liaison_phone),
        unit.headcount if unit.headcount is not None else "",
        unit.get_status_display(),
        unit.resumed_on.isoformat() if unit.resumed_on else "",
        str(unit.squad or ""),
        unit.get_key_level_display() if unit.key_level else "",
        *_as_listed(unit),
    ]


def _as_listed(unit: Any) -> list[object]:
    """What a line of the list says beyond the register's own columns."""
    has_said = unit.on_duty is not None
    return [
        "、".join(tag.label for tag in unit.tags.all()),
        unit.planned_on.isoformat() if unit.planned_on else "",
        unit.on_duty if has_said else "",
        rate_text(unit.on_duty, unit.headcount) if has_said and unit.headcount else "",
        _report(unit),
        BOARDS.get(unit.board_status, "未生成"),
    ]


def _report(unit: Any) -> str:
    if unit.reported_at is not None:
        clock = f"{unit.reported_at.astimezone(SHANGHAI):%H:%M}"
        return f"迟报 {clock}" if unit.report_is_late else clock
    return "未交" if unit.status in REPORTING else ""
