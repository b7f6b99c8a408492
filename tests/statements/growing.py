"""The small park grown by a hundred of everything that a list shows."""

from typing import Any
from uuid import uuid4

from django.db import models

from enterprises.models import DailyReport
from parkportal.clock import park_now
from parkportal.messaging.models import MailboxMessage
from parkportal.records.audit import record
from tests.scope.park import Park


def copies(row: Any, count: int = 100, **changes: Any) -> list[Any]:
    """`count` more rows like this one; what has to be unique is, and a change may be a function of the number."""
    model = type(row)
    made = []
    for number in range(count):
        copy = model.objects.get(pk=row.pk) if number == 0 else _like(made[0])
        copy.pk, copy._state.adding = None, True
        for field in model._meta.concrete_fields:
            if (field.unique and not field.primary_key) or field.name == "token":
                setattr(copy, field.attname, _fresh(field, number))
        for name, value in changes.items():
            setattr(copy, name, value(number) if callable(value) else value)
        made.append(copy)
    return model.objects.bulk_create(made)


def _like(row: Any) -> Any:
    return type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})


def _fresh(field: models.Field, number: int) -> Any:
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.IntegerField):
        return 1000 + number
    return None if field.null else f"G{number:05d}{uuid4().hex}"[: field.max_length or 32]


def grow(park: Park, viewer: Any) -> None:
    """`viewer` is whose own jobs, files and messages grow."""
    own = park.own
    enterprises = copies(
        own.enterprise, name=lambda n: f"湖南生长{n}号有限公司", credit_code=lambda n: f"GROWN{n:013d}"
    )
    _people(park, enterprises)
    _services(park, enterprises)
    _testing(park)
    _supplies(park, enterprises)
    _investment(park)
    _office(park, viewer)


def _people(park: Park, enterprises: list[Any]) -> None:
    own, viewer = park.own, park.clerk
    people = copies(own.employment.person, number_hash=lambda n: f"grown{n}")
    copies(own.employment, person=lambda n: people[n])
    copies(own.filing, enterprise=lambda n: enterprises[n])
    users = copies(park.shared["user"])
    copies(park.shared["grant"], user=lambda n: users[n])
    copies(own.enterprise_contact, user=lambda n: users[n])
    DailyReport.objects.bulk_create(
        [
            DailyReport(enterprise=one, day=park_now().date(), on_duty=1, reported_by=viewer, reported_at=park_now())
            for one in enterprises[:60]
        ]
    )


def _services(park: Park, enterprises: list[Any]) -> None:
    own = park.own
    copies(own.permit, enterprise=lambda n: enterprises[n])
    copies(own.guidance, enterprise=lambda n: enterprises[n])
    points = copies(own.meal_point, name=lambda n: f"食堂G{n}", enterprise=lambda n: enterprises[n])
    copies(own.meal_slot, point=lambda n: points[n])
    outlets = copies(park.shared["outlet"], name=lambda n: f"外卖G{n}")
    copies(park.shared["outlet_check"], outlet=lambda n: outlets[n])
    copies(own.greeting)
    copies(own.greeting_contact, enterprise=lambda n: enterprises[n])
    copies(own.notice)
    copies(own.notice.receipts.get(), enterprise=lambda n: enterprises[n])


def _testing(park: Park) -> None:
    own = park.own
    points = copies(own.point, name=lambda n: f"产业园 G{n} 栋")
    copies(own.campaign, slug=lambda n: f"grown-{n}")
    copies(own.session, point=lambda n: points[n])
    signups = copies(own.signup, 100, document_hash=lambda n: f"grown{n:027d}")
    tubes = copies(own.specimen, signup=lambda n: signups[n], box=None, position=None, status="verifying")
    copies(own.box, number=lambda n: 100 + n, session=own.session)
    readings = copies(own.alert.result.reading, specimen=lambda n: tubes[n])
    results = copies(own.alert.result, specimen=lambda n: tubes[n], reading=lambda n: readings[n])
    copies(own.alert, result=lambda n: results[n], specimen=lambda n: tubes[n])


def _supplies(park: Park, enterprises: list[Any]) -> None:
    own = park.own
    items = copies(park.shared["item"], name=lambda n: f"生长物资{n}")
    lots = copies(own.lot, item=lambda n: items[n], batch=lambda n: f"G{n}")
    movements = copies(own.movement)
    copies(own.movement.lines.get(), movement=lambda n: movements[n], lot=lambda n: lots[n])
    copies(own.lot.balances.filter(place=own.warehouse).get(), lot=lambda n: lots[n])
    copies(own.warehouse, name=lambda n: f"仓库{n}")
    copies(own.allocation)
    signed = copies(
        own.signed_delivery, 50, enterprise=lambda n: enterprises[n], receipt=None, handover=None, status="issued"
    )
    copies(own.delivery, enterprise=lambda n: enterprises[n])
    copies(own.delivery.lines.get(), 50, delivery=lambda n: signed[n])


def _investment(park: Park) -> None:
    shared = park.shared
    units = copies(shared["unit"], number=lambda n: f"G{n}")
    leads = copies(shared["lead"], company=lambda n: f"Grown {n}")
    copies(shared["photo"], unit=lambda n: units[n])
    copies(shared["building"], name=lambda n: f"G{n}栋")
    copies(shared["contact_note"], lead=lambda n: leads[n])
    copies(shared["link"], lead=lambda n: leads[n])


def _office(park: Park, viewer: Any) -> None:
    mine = park.personal["committee"]
    copies(mine["job"], owner=viewer)
    copies(mine["batch"], owner=viewer)
    copies(mine["message"], occasion=lambda n: f"grown-{n}")
    copies(park.shared["invitation"], phone_hash=lambda n: f"grown{n}")
    copies(park.shared["term"], code=lambda n: f"grown{n}", label=lambda n: f"生长{n}")
    copies(park.shared["issue"], 20, week=lambda n: f"2019-W{n + 1:02d}", number=lambda n: 100 + n)
    for number in range(100):
        record("scope.looked", by=viewer, subject=park.own.enterprise, after={"n": number})
        MailboxMessage.objects.create(out_id=f"grown-{number}", address="19900000000", recipient_hash="x", text="短信")
