"""Paper forms filled from the one record (handbook §4): fill once, print many.

备案表, 承诺书, 员工信息表, 涉疫地人员健康监测表, 物资统计表; each on pages of its own, to be signed and stamped.
"""

from collections.abc import Iterable
from datetime import date

from enterprises.dictionaries import OBSERVATION
from enterprises.filing_pack import STEPS, spoken_answer
from enterprises.models import Employment, Enterprise, Filing, PersonFlag, UnitKind
from enterprises.symptoms import symptom_words
from parkportal.clock import local, park_now
from parkportal.printing.paper_forms import (
    Field,
    FieldGrid,
    FormTable,
    PaperForm,
    SignatureBox,
    SignatureBoxes,
    Statement,
    forms_pdf,
)
from parkportal.printing.tables import Column
from parkportal.privacy import mask_phone
from parkportal.records import terms

PROMISES = (
    "一、填报的情况真实、完整，如有变化，当天更正。",
    "二、落实疫情防控主体责任，每天按时报送日报，没有情况也报告。",
    "三、发现发热、咳嗽或有接触史的人员，立即隔离并报告园区管委会。",
    "四、食堂定点分时供餐，重点部位每天消毒并做记录。",
)
WATCHED_DAYS = 14
STOCK = (  # what is asked, how many days it lasts, its words
    ("masks", "mask_days", "一次性医用口罩"),
    ("thermometers", "thermometer_days", "测温设备"),
    ("disinfectant", "disinfectant_days", "消毒液"),
    ("alcohol", "alcohol_days", "酒精"),
)
PEOPLE_COLUMNS = (  # the roster's (handbook §4)
    Column("序号", 9.5, "center"),
    Column("姓名", 15),
    Column("性别", 9.5, "center"),
    Column("证件类型、号码", 32),
    Column("手机", 20),
    Column("部门、岗位", 19),
    Column("现住址", 30),
    Column("出发地", 19),
    Column("返长日期", 17, "center"),
    Column("交通方式\n车次座位", 18),
    Column("14日内\n湖北旅居", 15.5, "center"),
    Column("接触史", 12.5, "center"),
    Column("症状", 14),
    Column("体温", 9.5, "center"),
    Column("隔离起止", 17, "center"),
    Column("返岗日期", 17, "center"),
)
WITHHELD = "*"  # what the reader of a print may not see of somebody's health and home
WATCH_COLUMNS = (
    Column("序号", 5, "center"),
    Column("姓名", 10),
    Column("出发地、类别", 24),
    Column("返长日期", 12, "center"),
    Column("监测到", 12, "center"),
    Column("早体温", 9),
    Column("晚体温", 9),
    Column("症状", 10),
    Column("记录人", 9),
)
STOCK_COLUMNS = (
    Column("物资", 24),
    Column("单位", 8, "center"),
    Column("现有数量", 14, "right"),
    Column("可用天数", 12, "right"),
    Column("每天消耗", 14, "right"),
    Column("备注", 28),
)


def filing_pdf(filing: Filing, people: Iterable[Employment] = (), *, is_own: bool = False) -> bytes:
    """The whole pack as one PDF. `people` are the employments that the reader may see; their numbers are masked.

    The phones of principal and liaison, and the staff's homes and health, are written out where the reader may correct
    them anyway (`is_own`).
    """
    jobs = list(people)
    marks = _marks(jobs)
    forms = (
        _application(filing, is_own),
        _promise(filing),
        _staff(filing, jobs, marks, is_own),
        _watched(filing, jobs, marks),
        _stock(filing),
    )
    return forms_pdf("复工复产备案材料", forms)


def _form(filing: Filing, title: str, *sections: object, landscape: bool = False) -> PaperForm:
    filed = f"备案时间：{local(filing.filed_at):%Y-%m-%d %H:%M}" if filing.filed_at else "还没有备案"
    return PaperForm(
        title,
        sections,  # type: ignore[arg-type]
        left=f"填报单位：{filing.enterprise.name}" if title != "复工复产备案表" else filed,
        right=f"打印时间：{park_now():%Y-%m-%d %H:%M}",
        foot=f"备案编号 {filing.pk:06d}　{title}",
        landscape=landscape,
    )


def _application(filing: Filing, full_phones: bool) -> PaperForm:
    head = FieldGrid(_unit_fields(filing.enterprise, full_phones), title="单位情况")
    grids = [
        FieldGrid(
            tuple(Field(q.label, spoken_answer(q.name, filing.pack.get(q.name))) for q in step.questions),
            title=step.title,
        )
        for step in STEPS
        if step.code != "promise"
    ]
    opinion = "已备案" if filing.status == Filing.Status.FILED else ""
    boxes = SignatureBoxes((SignatureBox("填报单位"), SignatureBox("园区管委会意见", opinion)), height=29)
    return _form(filing, "复工复产备案表", head, *grids, boxes)


def _unit_fields(unit: Enterprise, full_phones: bool) -> tuple[Field, ...]:
    """Who and where, as the register knows it (handbook §4); a site is asked other things than an enterprise."""
    is_site = unit.kind == UnitKind.SITE

    def reached(name: str, number: str) -> str:
        phone = number if full_phones else mask_phone(number) if number else ""
        return f"{name} {phone}".strip() or "—"

    own = (
        (
            Field("建设单位", unit.developer or "—"),
            Field("施工单位", unit.builder or "—"),
            Field("工地负责人", reached(unit.manager_name, unit.manager_phone)),
            Field("重点项目级别", unit.get_key_level_display() or "—"),
        )
        if is_site
        else (
            Field("四上类别", unit.get_sishang_kind_display() or "非四上"),
            Field("行业", unit.industry or "—"),
            Field("法定代表人", unit.legal_name or "—"),
        )
    )
    return (
        Field("单位名称", unit.name, span=2),
        Field("统一社会信用代码", unit.credit_code or "—"),
        Field("地址/楼栋", unit.place or "—"),
        *own,
        Field("所属小分队", unit.squad.name if unit.squad else "—"),
        Field("主要负责人", reached(unit.principal_name, unit.principal_phone)),
        Field("联络员", reached(unit.liaison_name, unit.liaison_phone)),
    )


def _promise(filing: Filing) -> PaperForm:
    unit, signer = filing.enterprise, filing.pack.get("signed_by", "")
    lead = (f"{unit.name}（统一社会信用代码 {unit.credit_code or '—'}）就复工复产期间疫情防控工作承诺如下：",)
    text = Statement((*lead, *PROMISES, "以上承诺如有违反，愿意承担相应责任。"))
    box = SignatureBox("承诺单位", f"主要负责人：{signer}")
    return _form(filing, "疫情防控承诺书", text, SignatureBoxes((box,), height=50))


def _marks(jobs: list[Employment]) -> dict[int, list[PersonFlag]]:
    """The marks in force, by person."""
    found: dict[int, list[PersonFlag]] = {}
    for flag in PersonFlag.objects.in_force().filter(person__in=[job.person_id for job in jobs]):
        found.setdefault(flag.person_id, []).append(flag)
    return found


def _staff(filing: Filing, jobs: list[Employment], marks: dict[int, list[PersonFlag]], is_own: bool) -> PaperForm:
    rows = tuple(
        (
            str(number),
            *_person(job),
            *_way_back(job, is_own),
            *_apart(marks.get(job.person_id, [])),
            _day(job.returned_on),
        )
        for number, job in enumerate(jobs, 1)
    )
    table = FormTable(PEOPLE_COLUMNS, rows, title=f"返岗员工 {len(rows)} 人", blank_rows=0 if rows else 12, size=8)
    hidden = "证件号码和手机" if is_own else "证件号码、手机、住址和健康情况"
    note = Statement((f"{hidden}按规定遮盖，完整名单留存企业备查。",), size=9)
    return _form(filing, "员工信息表", table, note, landscape=True)


def _person(job: Employment) -> tuple[str, ...]:
    person = job.person
    return (
        person.name,
        person.get_sex_display(),
        f"{person.get_document_type_display()}\n{person.masked_number}",
        person.masked_phone or "—",
        "\n".join(word for word in (job.department, job.post) if word) or "—",
    )


def _way_back(job: Employment, is_own: bool) -> tuple[str, ...]:
    said = job.journey
    symptoms = said.get("症状")
    felt = symptoms if symptoms is None else symptom_words(symptoms)
    private = (job.person.address, said.get("接触史"), felt, said.get("体温"))
    told = [_spoken(value if is_own else value and WITHHELD) for value in private]
    way = (_spoken(said.get(name)) for name in ("出发地", "返长日期", "交通方式", "14日内湖北旅居史"))
    return (told[0], *way, *told[1:])


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "有" if value else "无"
    if isinstance(value, list | tuple):
        return "、".join(value) or "无"
    return "—" if value in (None, "") else str(value)


def _apart(marks: list[PersonFlag]) -> tuple[str]:
    """From when to when somebody stays apart: the medical observation."""
    days = [f"{_day(mark.starts_on)}\n{_day(mark.ends_on)}" for mark in marks if mark.kind == OBSERVATION]
    return ("\n".join(days) or "—",)


def _watched(filing: Filing, jobs: list[Employment], flags: dict[int, list[PersonFlag]]) -> PaperForm:
    """Who came from or through Hubei in fourteen days, or carries a mark; temperatures are written in by hand."""
    words = terms.labels("person_flag") if flags else {}
    rows: list[tuple[str, ...]] = []
    for job in jobs:
        marks = flags.get(job.person_id, [])
        if not marks and not job.journey.get("14日内湖北旅居史"):
            continue
        kinds = [words.get(mark.kind, mark.kind) for mark in marks]
        until = max((mark.ends_on for mark in marks if mark.ends_on), default=None)
        whence = "，".join([job.journey.get("出发地") or "—", *kinds])
        came = job.journey.get("返长日期") or _day(min((mark.starts_on for mark in marks), default=None))
        rows.append((str(len(rows) + 1), job.person.name, whence, str(came), _day(until), "", "", "", ""))
    title = f"监测对象 {len(rows)} 人，每天两次" if rows else "没有监测对象时写“无”"
    table = FormTable(WATCH_COLUMNS, tuple(rows), title=title, blank_rows=max(WATCHED_DAYS - len(rows), 4), size=8.5)
    return _form(filing, "涉疫地人员健康监测表", table)


def _stock(filing: Filing) -> PaperForm:
    pack = filing.pack
    rows = []
    for name, lasts, label in STOCK:
        unit = spoken_answer(name, 0).removeprefix("0 ")
        rows.append((label, unit, _spoken(pack.get(name)), _spoken(pack.get(lasts)), "", ""))
    rows.append(("临时隔离间", "间", str(pack.get("isolation_rooms", "—")), "", "", ""))
    table = FormTable(STOCK_COLUMNS, tuple(rows), title="现有防疫物资", blank_rows=6)
    boxes = SignatureBoxes((SignatureBox("物资保管人"), SignatureBox("填报单位")), height=34)
    return _form(filing, "疫情防控物资统计表", table, boxes)


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else "—"
