"""What supplies count: unissued stock by kind, deliveries nobody signed for, enterprises that received something."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from enterprises.models import Enterprise
from parkportal.records.figures import Figure
from parkportal.states import status_as_of
from supplies.models import Delivery, DeliveryMove, DeliveryStatus, Lot, Movement, Place, PlaceKind

# kind of item, words on the dashboard, unit in which it is counted
STOCK = (
    ("masks", "口罩", "只"),
    ("alcohol", "酒精", "公斤"),
    ("disinfectant", "消毒液", "公斤"),
    ("thermometers", "额温枪", "支"),
)


def _lots_of(kind: str, unit: str) -> Callable[[datetime], QuerySet]:
    def rows(as_of: datetime) -> QuerySet:
        warehouses = Place.objects.filter(kind=PlaceKind.WAREHOUSE)
        lots = Lot.objects.filter(item__kind=kind, item__unit=unit).held_at(as_of, warehouses)
        return lots.filter(held__gt=0).select_related("item").first_expired_first()

    return rows


def _held(rows: QuerySet, as_of: datetime) -> Decimal:
    return rows.order_by().aggregate(total=Sum("held"))["total"] or Decimal(0)


def _deliveries_unsigned(as_of: datetime) -> QuerySet:
    then = Delivery.objects.annotate(status_then=status_as_of(DeliveryMove.objects, as_of))
    return then.filter(status_then__in=[DeliveryStatus.ISSUED, DeliveryStatus.WITH_LIAISON])


def _enterprises_supplied(as_of: datetime) -> QuerySet:
    signed = Movement.objects.filter(kind=Movement.Kind.SIGNED, at__lte=as_of).exclude(reversed_by__at__lte=as_of)
    return Enterprise.objects.current().among(signed.values("delivery__enterprise"))


FIGURES = [
    *(
        Figure(
            code=f"stock_{kind}",
            label=f"{label}未发放",
            unit=unit,
            rows=_lots_of(kind, unit),
            total=_held,
            list_url="supplies:index",
            definition=f"仓库账上还没有出库的{label}，按{unit}计；已批准待拣的也在内。",
            block="supplies",
        )
        for kind, label, unit in STOCK
    ),
    Figure(
        code="deliveries_unsigned",
        label="未签收配送单",
        unit="张",
        rows=_deliveries_unsigned,
        list_url="supplies:delivery_list",
        definition="已经出库、企业还没有签收的配送单。",
        block="supplies",
    ),
    Figure(
        code="enterprises_supplied",
        label="领到物资的企业",
        unit="家",
        rows=_enterprises_supplied,
        list_url="supplies:enterprise_list",
        definition="至少签收过一次园区物资的企业和工地。",
        block="supplies",
    ),
]
