"""The demo park's warehouse: the stock of the printed page, and an earlier donation that reached its enterprises in full."""

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.workbooks.intake import judge
from parkportal.workbooks.judgement import ACCEPTED
from supplies.actions import (
    Received,
    Signature,
    hand_to_squad,
    issue_deliveries,
    item_for,
    new_deliveries,
    receive_stock,
    sign_delivery,
)
from supplies.doors import take_in_receipts
from supplies.intake import RECEIPTS
from supplies.models import DeliveryLine, Lot, Place, WarehouseStaff

RECEIPTS_FILE = "12-物资入库.xlsx"
DONATED = date(2020, 2, 11)
MASKS_EACH = 500
RECEIVERS = 10


def plant(stage: Stage) -> None:
    """One warehouse with two keepers; a donation handed out on 12 February; then the receipts of the printed page."""
    warehouse = Place.objects.create(kind="warehouse", name="中心仓库", address="产业园A2栋1楼")
    for username in ("cangguan1", "cangguan2"):
        WarehouseStaff.objects.create(place=warehouse, user=stage.users[username], starts_on=date(2020, 1, 24))
    _donation(stage, warehouse)
    path = Path(settings.BASE_DIR) / "tests" / "intake" / RECEIPTS_FILE
    judgement = judge(RECEIPTS, path, as_of=stage.now.date())
    rows = [row for row in judgement.rows if row.outcome == ACCEPTED]
    params = {"warehouse": warehouse.pk}
    take_in_receipts(rows, by=stage.users["cangguan1"], params=params, source_file=None, progress=None)
    _kits(stage, warehouse)
    stage.notes["warehouse"] = warehouse


def _donation(stage: Stage, warehouse: Place) -> None:
    """5,000 donated masks, all given to ten enterprises and signed for, squad by squad."""
    keeper = stage.users["cangguan1"]
    item, _ = item_for(name="一次性医用口罩", spec="独立包装（爱心捐赠）", unit="只")
    row = Received(
        item=item,
        quantity=Decimal(MASKS_EACH * RECEIVERS),
        batch="JZ20200211",
        made_on=date(2020, 1, 15),
        expires_on=date(2022, 1, 14),
        source=Lot.Source.DONATION,
        supplier="湖南槐荫公益基金会",
        received_on=DONATED,
    )
    receive_stock(warehouse=warehouse, rows=[row], by=keeper, reason="爱心捐赠", at=at(DONATED, time(10)))
    lot = Lot.objects.get(batch=row.batch)
    firms = [unit for unit in stage.notes["marked"] if unit not in stage.notes["contact_enterprises"]][:RECEIVERS]
    deliveries = new_deliveries(warehouse, firms, by=keeper)
    DeliveryLine.objects.bulk_create(
        [DeliveryLine(delivery=delivery, lot=lot, expected=Decimal(MASKS_EACH)) for delivery in deliveries]
    )
    when = at(DONATED + timedelta(days=1), time(9))
    issue_deliveries(deliveries=deliveries, by=keeper, at=when)
    for squad_id in sorted({delivery.squad_id for delivery in deliveries}):
        bag = [delivery for delivery in deliveries if delivery.squad_id == squad_id]
        hand_to_squad(deliveries=bag, signature=Signature("小分队联络员"), by=keeper, at=when + timedelta(hours=1))
    for number, delivery in enumerate(deliveries):
        moment = when + timedelta(hours=3, minutes=10 * number)
        signature = Signature(delivery.enterprise.liaison_name)
        sign_delivery(delivery=delivery, arrivals={}, signature=signature, by=stage.users["xiaodui1"], at=moment)


def _kits(stage: Stage, warehouse: Place) -> None:
    """Swab kits in stock, for the sampling point to draw on."""
    item, _ = item_for(name="一次性采样套装（咽拭子+采样管）", spec="单人份", unit="套")
    row = Received(
        item=item,
        quantity=Decimal(2000),
        batch="CY200205",
        made_on=date(2020, 2, 5),
        expires_on=date(2021, 2, 4),
        source=Lot.Source.PURCHASE,
        supplier="湖南砚桉采样器材有限公司",
        received_on=date(2020, 2, 9),
    )
    receive_stock(
        warehouse=warehouse,
        rows=[row],
        by=stage.users["cangguan2"],
        reason="采样耗材",
        at=at(date(2020, 2, 9), time(16)),
    )
    stage.notes["kit_item"] = item
