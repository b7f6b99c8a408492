"""The file that a warehouse sends: receipts 物资入库 (intake README §5)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from parkportal.workbooks.cells import TEXT, choice
from parkportal.workbooks.columns import ColumnTable, Parsed, column
from parkportal.workbooks.days import DAY, EXPIRY
from parkportal.workbooks.intake import Draft, Holdings, IntakeKind
from parkportal.workbooks.judgement import Fault, JudgedRow, plain
from parkportal.workbooks.numbers import DIVISIBLE, PRICE, QUANTITY, UNIT

RECEIPTS_COLUMNS = ColumnTable((
    column("物资名称", TEXT, "名称 品名 物品名称 货物名称 物资", required=True, longest=200),
    column("规格", TEXT, "规格型号 型号 规格/型号", longest=200),
    column("单位", UNIT, "计量单位", required=True, needed=False),
    column("数量", QUANTITY, "入库数量 数目 实收数量", required=True),
    column("批号", TEXT, "批次 生产批号 批次号", longest=100),
    column("生产日期", DAY, "生产时间 出厂日期"),
    column("有效期至", EXPIRY, "有效期 失效日期 效期 有效期限"),
    column("来源", choice("采购 ← 购买; 捐赠 ← 爱心捐赠 社会捐赠; 调拨 ← 调入"), "物资来源 入库类型 来源方式"),
    column("供应商", TEXT, "供货单位 供应单位 捐赠单位 捐赠单位/供应商", longest=200),
    column("入库日期", DAY, "入库时间 收货日期 到货日期"),
    column("单价", PRICE, "含税单价"),
))  # fmt: skip


def _receipts_rules(draft: Draft) -> None:
    _unit_rules(draft)
    for name in ("生产日期", "入库日期"):
        day = draft.value(name)
        if day and day > draft.context.as_of:
            draft.fail(name, "future_date")
    made, expires = draft.value("生产日期"), draft.value("有效期至")
    if made and expires and expires < made:
        draft.fail("有效期至", "date_order")


def _unit_rules(draft: Draft) -> None:
    """The unit behind the quantity must be the unit, or becomes it; only 公斤 and 升 can be divided."""
    quantity = draft.parsed["数量"]
    if not draft.given("单位"):
        if quantity.error is None and quantity.unit:
            draft.set("单位", Parsed(quantity.unit))
            draft.warn("单位", "unit_from_quantity")
        else:
            draft.fail("单位", "required")
    if not draft.good("单位", "数量"):
        return
    if quantity.unit and quantity.unit != draft.value("单位"):
        draft.fail("数量", "unit_mismatch")
    elif draft.value("单位") not in DIVISIBLE and quantity.value != int(quantity.value):
        draft.fail("数量", "not_an_integer")


def _settle_receipts(kind: IntakeKind, rows: list[JudgedRow], holdings: Holdings) -> None:
    """Receipts have no key: a row equal to an earlier good one in every value is taken, with a warning."""
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        values = tuple(row.values.values())
        if values in seen:
            row.warnings.append(Fault(None, "possible_duplicate"))
        seen.add(values)


def receipts_figures(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The sum per item; an item that came in several units has one sum for each."""
    sums: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        of_item = sums.setdefault(row["物资名称"], {})
        of_item[row["单位"]] = of_item.get(row["单位"], Decimal(0)) + row["数量"]
    return {
        item if len(by_unit) == 1 else f"{item}({unit})": plain(total)
        for item, by_unit in sums.items()
        for unit, total in by_unit.items()
    }


RECEIPTS = IntakeKind(
    code="receipts",
    title="物资入库",
    columns=RECEIPTS_COLUMNS,
    rules=_receipts_rules,
    settle=_settle_receipts,
    figures=receipts_figures,
)
