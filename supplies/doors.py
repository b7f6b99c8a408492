"""The door through which receipts come in as files: one file, one movement into one warehouse."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse

from parkportal.records.intake import CommitReport, IntakeDoor, Params
from parkportal.records.jobs import Progress
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from parkportal.workbooks.intake import NoHoldings
from parkportal.workbooks.judgement import JudgedRow
from supplies.actions import Received, item_for, receive_stock
from supplies.intake import RECEIPTS
from supplies.models import Lot, Place, reached_warehouses

SOURCES = {label: code for code, label in Lot.Source.choices}


class WarehouseForm(forms.Form):
    """Into which warehouse the goods came."""

    warehouse = forms.ModelChoiceField(Place.objects.none(), label="入到哪个仓库", empty_label=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].queryset = reached_warehouses(user).filter(is_active=True)


def warehouse_of(params: Params, user: Any = None) -> Place:
    """The warehouse of the params, or the park's only one. Raises Refused when it is not within reach."""
    rows = Place.objects.warehouses() if user is None else reached_warehouses(user)
    if params.get("warehouse"):
        found = rows.filter(pk=params["warehouse"]).first()
    else:
        found = rows.first() if rows.count() == 1 else None
    if found is None:
        raise Refused("no_warehouse", "请先选一个仓库。")
    return found


def command_params(options: Mapping[str, str], user: Any) -> Params:
    """`--warehouse NAME`; left out when the park has one warehouse, or in a dry run."""
    name = (options.get("warehouse") or "").strip()
    if not name:
        return {}
    rows = Place.objects.warehouses() if user is None else reached_warehouses(user)
    found = rows.filter(name=name).first()
    if found is None:
        raise Refused("no_warehouse", f"没有叫“{name[:40]}”的仓库。")
    return {"warehouse": found.pk}


def receipts_holdings(user: Any, params: Params) -> NoHoldings:
    """A receipt has no key, so nothing is held; only the warehouse must be within reach."""
    if params.get("warehouse"):
        warehouse_of(params, user)
    return NoHoldings()


def take_in_receipts(
    rows: list[JudgedRow],
    *,
    by: Any,
    params: Params,
    source_file: StoredFile | None = None,
    progress: Progress | None = None,
) -> CommitReport:
    """Every good row becomes a lot (or joins the one of the same values); the file is one movement."""
    place = warehouse_of(params, by)
    received = [received_of(row.values) for row in rows]
    movement = receive_stock(warehouse=place, rows=received, by=by, reason="按入库单导入")
    return CommitReport(created=len(received), words=f"{place}入库 {len(received)} 行，台账第 {movement.pk} 笔。")


def received_of(values: Mapping[str, Any]) -> Received:
    """One row of the file; 2 箱 of an item that is counted in 只 is converted by the item's own pack."""
    item, factor = item_for(name=values["物资名称"], spec=values.get("规格") or "", unit=values["单位"])
    price = values.get("单价")
    return Received(
        item=item,
        quantity=values["数量"] * factor,
        batch=values.get("批号") or "",
        made_on=values.get("生产日期"),
        expires_on=values.get("有效期至"),
        source=SOURCES.get(values.get("来源") or "", ""),
        supplier=values.get("供应商") or "",
        received_on=values.get("入库日期"),
        unit_price=None if price is None else (price / factor).quantize(Decimal("0.0001")),
    )


RECEIPTS_DOOR = IntakeDoor(
    kind=RECEIPTS,
    roles=("committee", "warehouse"),
    commit=take_in_receipts,
    holdings=receipts_holdings,
    params_form=WarehouseForm,
    command_params=command_params,
    place=lambda params: str(warehouse_of(params)),
    success_url=lambda params: reverse("supplies:index"),
    success_label="看库存",
    guidance=(
        "入库单、仓库台账原样上传就行；数量后面带单位（500公斤）也认得。",
        "目录里没有的物资自动建；整张单子记成一笔入库，记错了可以冲正。",
    ),
    row_words="行",
    chunk=None,
    finds_written=False,
    new_word="入库",
    new_note="每一行记成一批",
)
