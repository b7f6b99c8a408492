"""What each enterprise received at its price, all of it, as a workbook: made by a job."""

import io

from parkportal.clock import park_now
from parkportal.records import jobs
from parkportal.records.audit import record
from parkportal.records.files import keep_made
from parkportal.records.models import Job
from parkportal.records.models.files import JOB_LIFE
from parkportal.workbooks.writing import write_table
from supplies import reports
from supplies.models import reached_warehouses

KIND = "supplies_costs"
HEADS = ("序号", "单位名称", "小分队", "价值（元）")


@jobs.handler(KIND, unit="家")
def run(job: Job, progress: jobs.Progress) -> jobs.Finished:
    """The largest first, within the warehouses that the job's owner reaches now."""
    rows = reports.cost_by_enterprise(reached_warehouses(job.owner))
    out = io.BytesIO()
    write_table(
        out,
        HEADS,
        [
            (number, row["enterprise"].name, str(row["enterprise"].squad or ""), row["cost"])
            for number, row in enumerate(rows, 1)
        ],
        title=f"企业领用物资的价值　只算有单价的批次　{park_now():%Y-%m-%d %H:%M}",
    )
    progress.tick(len(rows), len(rows), at_once=True)
    stored = keep_made(out.getvalue(), "xlsx", name="企业领用价值", purpose="export", owner=job.owner, life=JOB_LIFE)
    record("supplies.costs_exported", by=job.owner, after={"家数": len(rows)})
    return jobs.Finished(message=f"{len(rows)} 家", result=stored)
