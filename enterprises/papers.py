"""Paper forms filled from the one record (handbook §4): 备案表, 承诺书, 物资统计表. Fill once, print many."""

from enterprises.filing_pack import STEPS, spoken_answer
from enterprises.models import Filing
from parkportal.clock import park_now
from parkportal.printing.paper_forms import Field, FieldGrid, SignatureBox, SignatureBoxes, Statement, form_pdf

PROMISES = (
    "一、填报的情况真实、完整，如有变化，当天更正。",
    "二、落实疫情防控主体责任，每天按时报送日报，没有情况也报告。",
    "三、发现发热、咳嗽或有接触史的人员，立即隔离并报告园区管委会。",
    "四、食堂定点分时供餐，重点部位每天消毒并做记录。",
)


def filing_pdf(filing: Filing) -> bytes:
    """The whole pack as one PDF, to be signed and stamped."""
    unit = filing.enterprise
    head = FieldGrid(
        (
            Field("单位名称", unit.name, span=2),
            Field("统一社会信用代码", unit.credit_code or "—"),
            Field("四上类别", unit.get_sishang_kind_display() or "—"),
            Field("地址/楼栋", unit.place or "—"),
            Field("行业", unit.industry or "—"),
            Field("主要负责人", unit.principal_name or "—"),
            Field("联络员", unit.liaison_name or "—"),
        ),
        title="单位情况",
    )
    pack = filing.pack
    grids = [
        FieldGrid(
            tuple(Field(q.label, spoken_answer(q.name, pack.get(q.name))) for q in step.questions), title=step.title
        )
        for step in STEPS
        if step.code != "promise"
    ]
    promise = Statement(PROMISES, title="承诺书", size=11)
    boxes = SignatureBoxes(
        (
            SignatureBox("单位承诺", f"承诺人：{pack.get('signed_by', '')}"),
            SignatureBox("园区管委会意见", "已备案" if filing.status == Filing.Status.FILED else ""),
        )
    )
    filed = f"备案时间：{filing.filed_at:%Y-%m-%d %H:%M}" if filing.filed_at else "还没有备案"
    return form_pdf(
        "复工复产备案表",
        [head, *grids, promise, boxes],
        left=filed,
        right=f"打印时间：{park_now():%Y-%m-%d %H:%M}",
        foot=f"备案编号 {filing.pk:06d}",
    )
