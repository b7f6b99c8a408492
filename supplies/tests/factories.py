"""People, places and goods for the tests of supplies; names say the role."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image

from enterprises.models import Enterprise, EnterpriseContact, ResumptionStatus, Squad, SquadMember
from parkportal.accounts.models import RoleGrant, User
from parkportal.editing import mark_of, plainly
from parkportal.records import files, terms
from supplies.actions import Received, Signature, adjust_plan, change_terms, new_item, receive_stock
from supplies.models import (
    Allocation,
    Delivery,
    DeliveryLine,
    DeliveryMove,
    Item,
    Lot,
    Movement,
    PackUnit,
    Place,
    WarehouseStaff,
)
from supplies.plan_terms import by_hand, terms_of

LONG_AGO = date(2019, 1, 1)
_numbers = count(1)


def user(*roles: str, name: str = "", **fields: Any) -> User:
    number = next(_numbers)
    made = User.objects.create_user(
        f"{'-'.join(roles) or 'nobody'}-s{number}", "Right-2020-pass", name=name or f"经办{number}", **fields
    )
    RoleGrant.objects.bulk_create([RoleGrant(user=made, role=role, starts_on=LONG_AGO) for role in roles])
    return made


def warehouse(name: str = "中心仓库") -> Place:
    return Place.objects.get_or_create(kind="warehouse", name=name)[0]


def keeper(place: Place | None = None) -> User:
    made = user("warehouse", name="仓管")
    WarehouseStaff.objects.create(place=place or warehouse(), user=made, starts_on=LONG_AGO)
    return made


def squad(number: int = 1) -> Squad:
    return Squad.objects.get_or_create(number=number, defaults={"name": f"第{'〇一二三四五六七八九十'[number]}小分队"})[
        0
    ]


def liaison(of: Squad | None = None) -> User:
    made = user("squad", name="联络员")
    SquadMember.objects.create(squad=of or squad(), user=made, starts_on=LONG_AGO)
    return made


def enterprise(
    name: str = "", *, heads: int = 100, tier: str = "support", of: Squad | None = None, **fields: Any
) -> Enterprise:
    number = next(_numbers)
    fields = {"status": ResumptionStatus.RESUMED, "credit_code": f"TEST{number:014d}", **fields}
    return Enterprise.objects.create(
        name=name or f"长沙测试{number}有限公司",
        headcount=heads,
        tier=tier,
        squad=of,
        pinyin_key=f"{number:06d}",
        **fields,
    )


def contact(of: Enterprise) -> User:
    made = user("contact", name="企业联络员")
    EnterpriseContact.objects.create(enterprise=of, user=made, starts_on=LONG_AGO)
    return made


def item(
    name: str = "一次性医用口罩",
    *,
    unit: str = "只",
    spec: str = "",
    packs: dict[str, int] | None = None,
    **fields: Any,
) -> Item:
    terms.plant()
    known = Item.objects.filter(name=name, spec=spec, unit=unit).first()
    if known is None:
        known = new_item(name=name, spec=spec, unit=unit)
        for key, value in fields.items():
            setattr(known, key, value)
        known.save()
    PackUnit.objects.bulk_create(
        [PackUnit(item=known, name=pack, factor=factor) for pack, factor in (packs or {}).items()]
    )
    return known


def stock(of: Item, quantity: Any, *, place: Place | None = None, by: User | None = None, **lot: Any) -> Lot:
    """Receive so much of an item as one lot."""
    row = Received(item=of, quantity=Decimal(str(quantity)), **lot)
    movement = receive_stock(warehouse=place or warehouse(), rows=[row], by=by or user("warehouse"))
    return movement.lines.get().lot


def signed(name: str, **fields: Any) -> Signature:
    """Somebody's drawn signature."""
    out = BytesIO()
    Image.new("RGB", (64, 26), "white").save(out, "PNG")
    image = files.keep(out.getvalue(), name="签名.png", purpose="supplies_receipt", owner=None, allow=("png",))
    return Signature(name, image, **fields)


def delivery(of: Enterprise, lines: dict[Lot, Any], *, place: Place | None = None, code: str = "") -> Delivery:
    """A delivery that waits to be picked."""
    made = Delivery.objects.create(
        code=code or f"PS2002180{next(_numbers):05d}"[:14],
        enterprise=of,
        squad=of.squad,
        warehouse=place or warehouse(),
    )
    DeliveryMove.objects.create(subject=made, to_status="pending")
    DeliveryLine.objects.bulk_create(
        [DeliveryLine(delivery=made, lot=lot, expected=Decimal(str(n))) for lot, n in lines.items()]
    )
    return made


def movements() -> int:
    return Movement.objects.count()


def set_by_hand(plan: Allocation, numbers: dict[Any, Any], reason: str) -> Allocation:
    """Set numbers of a plan for enterprises, as its form does that was opened just now."""
    quantities = {f"quantity_{firm.pk}": quantity for firm, quantity in numbers.items()}
    seen = mark_of(by_hand(list(plan.lines.all())))
    return adjust_plan(plan=plan, quantities=quantities, reason=reason, seen=seen, spoken=plainly, by=plan.created_by)


def compute_again(plan: Allocation, **said: Any) -> Allocation:
    """Other terms of a plan, or the same, as its form does that was opened just now."""
    stands = Allocation.objects.get(pk=plan.pk)
    seen = mark_of(terms_of(stands))
    return change_terms(plan=plan, said=said, seen=seen, spoken=plainly, by=plan.created_by)
