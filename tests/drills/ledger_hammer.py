"""One process of the ledger's drill: so many random operations on a shared book. Prints how many were done and refused."""

import os
import random
import sys
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkportal.settings")
django.setup()

from parkportal.accounts.models import User  # noqa: E402
from parkportal.records import terms  # noqa: E402
from parkportal.states import Refused  # noqa: E402
from supplies.actions import (  # noqa: E402
    Received,
    correct_movement,
    move_stock,
    new_item,
    receive_stock,
    reverse_movement,
)
from supplies.models import Item, Lot, Movement, Place  # noqa: E402

HOUSES = ("东仓", "西仓", "南仓")


def plant() -> None:
    """A keeper, three warehouses, two items, four lots."""
    terms.plant()
    keeper = User.objects.create_user("drill-keeper", "Right-2020-pass", name="仓管")
    houses = [Place.objects.create(kind="warehouse", name=name) for name in HOUSES]
    for name, unit in (("口罩", "只"), ("酒精", "公斤")):
        item = new_item(name=name, spec="", unit=unit)
        item.save()
        for batch in ("A", "B"):
            row = Received(item=item, quantity=Decimal(200), batch=batch)
            receive_stock(warehouse=houses[0], rows=[row], by=keeper)
    Place.objects.the("loss")


def hammer(seed: int, count: int) -> tuple[int, int]:
    rng, done, refused = random.Random(seed), 0, 0
    keeper, houses = User.objects.get(username="drill-keeper"), list(Place.objects.filter(kind="warehouse"))
    lots, loss = list(Lot.objects.select_related("item").order_by("id")), Place.objects.the("loss")
    items = list(Item.objects.order_by("id"))
    for _ in range(count):
        kind, lot = rng.choice(("receive", "move", "move", "move", "lose", "undo", "put right")), rng.choice(lots)
        quantity = Decimal(rng.randint(1, 120)) if lot.item.is_integer else Decimal(rng.randint(1, 120_000)) / 1000
        here, there = rng.sample(houses, 2)
        try:
            if kind == "receive":
                row = Received(item=rng.choice(items), quantity=Decimal(rng.randint(1, 90)), batch=rng.choice("AB"))
                receive_stock(warehouse=here, rows=[row], by=keeper)
            elif kind == "undo":
                last = Movement.objects.exclude(kind="reversal").order_by("-id")[rng.randint(0, 5)]
                reverse_movement(movement=last, by=keeper, reason="记错了")
            elif kind == "put right":
                last = Movement.objects.exclude(kind="reversal").order_by("-id")[rng.randint(0, 5)]
                right = {line.pk: Decimal(rng.randint(1, 120)) for line in last.lines.all()}
                correct_movement(movement=last, quantities=right, by=keeper, reason="记错了")
            else:
                way = {"kind": "loss", "to_place": loss} if kind == "lose" else {"kind": "transfer", "to_place": there}
                move_stock(lot=lot, from_place=here, quantity=quantity, by=keeper, reason="演练", **way)
            done += 1
        except (Refused, IndexError):
            refused += 1
    return done, refused


if __name__ == "__main__":
    if sys.argv[1] == "plant":
        plant()
    else:
        print(*hammer(int(sys.argv[2]), int(sys.argv[3])))
