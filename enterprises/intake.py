"""The two files that enterprises send: the register 企业名录 and the roster 返岗人员花名册 (intake README §5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from parkportal import identifiers
from parkportal.workbooks.cells import (
    CREDIT_CODE,
    DOCUMENT,
    NAME,
    PHONE,
    TEXT,
    UNIT_NAME,
    choice,
    flag,
    listing,
    read_document,
)
from parkportal.workbooks.columns import ColumnTable, Parsed, column
from parkportal.workbooks.days import DAY
from parkportal.workbooks.intake import Draft, Holdings, IntakeKind, Key, settle_by_key
from parkportal.workbooks.judgement import Fault, JudgedRow
from parkportal.workbooks.numbers import COUNT, TEMPERATURE

SITE, ENTERPRISE, RESUMED = "工地", "企业", "已复工"
NO_KEY_PROJECT = "无"
SQUADS = tuple(f"第{numeral}小分队" for numeral in "一二三四五六七八九十")


def _squad_words() -> dict[str, list[str]]:
    """第一小分队 is also written 第1小分队, 第一分队, 一分队, 1 and the like."""
    return {
        squad: [
            f"{before}{numeral}{after}"
            for numeral in (squad[1], str(number), f"{number:02d}")
            for before in ("第", "")
            for after in ("小分队", "分队", "小队", "队", "")
        ]
        for number, squad in enumerate(SQUADS, 1)
    }


REGISTER_COLUMNS = ColumnTable((
    column("单位名称", UNIT_NAME, "企业名称 公司名称 名称 企业全称 单位 企业(项目)名称", required=True, longest=200),
    column("统一社会信用代码", CREDIT_CODE, "信用代码 社会信用代码 统一信用代码 营业执照号 税号", required=True, needed=False),
    column("类型", choice("企业 ← 公司; 工地 ← 项目 建筑工地 在建工地"), "单位类型 企业/工地", default=ENTERPRISE),
    column("地址/楼栋", TEXT, "地址 楼栋 经营地址 所在楼栋 详细地址"),
    column("行业", TEXT, "所属行业 行业类别", longest=200),
    column(
        "四上类别",
        choice(
            "规上工业 ← 规模以上工业; 资质建筑业 ← 建筑业; 限上批发零售业 ← 规上批发零售业 限上批零 批零业;"
            "限上住宿餐饮业 ← 限上住餐; 房地产开发经营业 ← 房地产业 房地产; 规上服务业 ← 规模以上服务业",
            empty="非四上 否",
        ),
        "四上类型 四上企业类别 四上单位类别",
    ),
    column(
        "标签",
        listing("规上 ← 规上企业; 重点 ← 重点企业; 骨干 ← 骨干企业; 中小 ← 中小企业; 招商引资 ← 招商引资企业"),
        "企业标签 企业类别标签",
    ),
    column("分类", choice("必须开 ← 必开; 引导开; 支持开; 其他"), "开工分类 复工分类 帮扶分类"),
    column("主要负责人", NAME, "负责人 法人/主要负责人 法定代表人 负责人姓名 主要负责人/姓名"),
    column("负责人手机", PHONE, "负责人电话 主要负责人手机 负责人联系电话 主要负责人/手机 主要负责人/电话"),
    column("联络员", NAME, "联系人 联络员姓名 企业联络员 联络员/姓名"),
    column("联络员手机", PHONE, "联系电话 联络员电话 联系人电话 联系方式 联络员/手机 联络员/电话"),
    column("职工总数", COUNT, "职工人数 员工人数 员工总数 人数 从业人数"),
    column(
        "复工状态",
        choice("未复工 ← 否 未开工; 拟复工; 已备案; 已复工 ← 是 复工 已开工; 再停工"),
        "是否复工 状态 开工状态",
    ),
    column("复工日期", DAY, "复工时间 复产日期 开工日期 复工(开工)日期"),
    column("所属小分队", choice(_squad_words()), "小分队 帮扶小分队 包联小分队 责任小分队"),
    column("重点项目级别", choice("无; 市重点 ← 市级 市级重点; 省重点 ← 省级 省级重点"), "重点级别 项目级别 重点工程级别"),
))  # fmt: skip


def _register_rules(draft: Draft) -> None:
    """A code is needed except for sites; a day of resumption that has passed may not lie ahead."""
    if not draft.given("统一社会信用代码") and draft.good("类型") and draft.value("类型") != SITE:
        draft.fail("统一社会信用代码", "required")
    if draft.good("复工状态", "复工日期") and draft.value("复工状态") == RESUMED:
        day = draft.value("复工日期")
        if day is None:
            draft.warn("复工日期", "date_missing")
        elif day > draft.context.as_of:
            draft.fail("复工日期", "future_date")


def register_key(values: Mapping[str, Any]) -> Key:
    """The credit code; without one the name."""
    code = values.get("统一社会信用代码")
    return ("统一社会信用代码", code) if code else ("单位名称", values["单位名称"])


def register_figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The counts of a register's printed page; sites are never counted as enterprises (handbook §1, §2)."""
    rows = list(rows)
    firms = [row for row in rows if row["类型"] != SITE]
    sites = [row for row in rows if row["类型"] == SITE]
    sishang = [row for row in firms if row.get("四上类别")]
    kinds = dict.fromkeys(row["四上类别"] for row in sishang)
    return {
        "enterprises": len(firms),
        "enterprises_resumed": _resumed(firms),
        "sites": len(sites),
        "sites_resumed": _resumed(sites),
        "key_project_sites": sum(row.get("重点项目级别") not in {None, NO_KEY_PROJECT} for row in sites),
        "sishang": len(sishang),
        "sishang_resumed": _resumed(sishang),
        "by_kind": {
            kind: {"all": len(of_kind), "resumed": _resumed(of_kind)}
            for kind in kinds
            for of_kind in [[row for row in sishang if row["四上类别"] == kind]]
        },
        "squads": len({row["所属小分队"] for row in rows if row.get("所属小分队")}),
        "headcount": sum(row.get("职工总数") or 0 for row in rows),
    }


def _resumed(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(row.get("复工状态") == RESUMED for row in rows)


REGISTER = IntakeKind(
    code="register",
    title="企业名录",
    columns=REGISTER_COLUMNS,
    rules=_register_rules,
    settle=settle_by_key,
    key=register_key,
    key_column=lambda values: "统一社会信用代码" if values.get("统一社会信用代码") else "单位名称",  # type: ignore[return-value]
    always=("类型",),
    firm_key="统一社会信用代码",
    figures=register_figures,
)


# --- roster ----------------------------------------------------------------------------------------------------------

_YES_NO = flag("是 有 Y √ 1", "否 无 没有 N × 0")

ROSTER_COLUMNS = ColumnTable((
    column("姓名", NAME, "员工姓名 名字 返岗人员姓名", required=True),
    column("性别", choice("男; 女")),
    column(
        "证件类型",
        choice(
            "身份证 ← 居民身份证 二代身份证; 护照 ← PASSPORT; 港澳居民来往内地通行证 ← 港澳通行证 回乡证;"
            "台湾居民来往大陆通行证 ← 台胞证; 港澳台居民居住证; 外国人永久居留身份证 ← 永居证 外国人永久居留证"
        ),
        "证件种类 证件名称",
        default=identifiers.ID_CARD,
    ),
    column("证件号码", DOCUMENT, "身份证号 身份证号码 证件号 身份证", required=True),
    column("手机", PHONE, "手机号 手机号码 联系电话 电话 联系方式 本人电话", required=True),
    column("部门", TEXT, "所在部门 车间 部门/车间 科室", longest=200),
    column("岗位", TEXT, "工种 职务 岗位/工种", longest=200),
    column("现住址", TEXT, "住址 现居住地 居住地址 现住地址"),
    column("出发地", TEXT, "来自何地 返程出发地"),
    column("返长日期", DAY, "返长时间 到长日期 抵长日期 抵长时间"),
    column("交通方式", TEXT, "交通工具 返程方式 交通方式/车次"),
    column("14日内湖北旅居史", _YES_NO, "湖北旅居史 是否有湖北旅居史 14天内湖北旅居史 近14天是否到过湖北"),
    column("接触史", _YES_NO, "密切接触史 是否接触确诊或疑似病例 有无接触史"),
    column(
        "症状",
        listing(
            "发热; 咳嗽; 无力 ← 乏力; 干咳; 咽痛; 头痛; 肌肉酸痛; 腹泻; 胸闷; 呼吸困难; 流涕; 嗅味觉减退",
            unknown="unknown_symptom",
        ),
        "身体状况 有无症状 目前症状",
    ),
    column("体温", TEMPERATURE, "测温 今日体温"),
    column("返岗日期", DAY, "返岗时间 上岗日期 复工日期 到岗日期"),
))  # fmt: skip


def _roster_rules(draft: Draft) -> None:
    """The number is read as its type says; an ID card's number knows the sex better than the person who typed it."""
    kind = draft.value("证件类型")
    if kind is None or not draft.good("证件号码"):
        return
    draft.set("证件号码", read_document(kind, draft.cells["证件号码"], draft.context))
    if kind != identifiers.ID_CARD or not draft.good("证件号码", "性别"):
        return
    sex, written = identifiers.id_sex(draft.value("证件号码")), draft.value("性别")
    if written not in {None, sex}:
        draft.warn("性别", "sex_mismatch")
    draft.set("性别", Parsed(sex))


def roster_key(values: Mapping[str, Any]) -> Key:
    """A person is one by type and number of the document."""
    return (values["证件类型"], values["证件号码"])


def _settle_roster(kind: IntakeKind, rows: list[JudgedRow], holdings: Holdings) -> None:
    settle_by_key(kind, rows, holdings)
    first: dict[str, Key] = {}
    for row in rows:
        if row.is_good and row.values.get("手机"):
            key = roster_key(row.values)
            if first.setdefault(row.values["手机"], key) != key:
                row.warnings.append(Fault("手机", "phone_shared", row.values["手机"]))


ROSTER = IntakeKind(
    code="roster",
    title="返岗人员花名册",
    columns=ROSTER_COLUMNS,
    rules=_roster_rules,
    settle=_settle_roster,
    key=roster_key,
    key_column=lambda values: "证件号码",
    always=("证件类型", "性别"),
    firm_key="证件号码",
)
