"""The demo park's canteens: plans, guidance and take-away outlets. Persons, firms and shops are invented."""

from datetime import date, time, timedelta

from enterprises.models import Enterprise, Guidance, MealPoint, MealSlot, Outlet, OutletCheck
from enterprises.models.canteen import GuidanceStatus
from parkportal.clock import at
from parkportal.demo import Stage

# starts, ends, group, cap
PARK_HALL = (
    (time(11, 20), time(11, 50), "A1、A2栋", 110),
    (time(11, 50), time(12, 20), "A3栋、B1栋", 120),
    (time(12, 20), time(12, 50), "B2、B3栋", 100),
    (time(17, 30), time(18, 10), "各栋加班人员", 90),
)
BATCHES = ((time(11, 30), "一车间"), (time(12, 0), "二车间"), (time(12, 30), "研发和行政"))
SEATS = (60, 80, 48, 120, 56, 40)
# wish, how far it went, the days of February of each step
GUIDANCES = (
    ("320 人怎样分批，两个门怎样进出", ("requested",), (18,)),
    ("自带饭盒的员工在哪里吃，微波炉怎样排队", ("requested", "assigned"), (16, 17)),
    ("食堂座位怎样隔开，要不要加隔板", ("requested", "assigned", "done"), (11, 12, 13)),
)
DONE_WORDS = "撤掉一半椅子，贴地标，分三批，每批 60 人"
# name, English name, place, offers, opens, closes, (day of February, passed, words) of each check, whether it is closed
OUTLETS = (
    ("湘禾小厨", "Xianghe Kitchen", "A1栋东门", "盒饭、套餐", time(10, 30), time(19, 30), ((17, True, ""),), False),
    ("一碗知味面馆", "Zhiwei Noodles", "A3栋 1 层", "粉面", time(7), time(20), ((16, True, "已加取餐口"),), False),
    ("早晚包子铺", "Zaowan Buns", "创新园 C4栋", "早点", time(6, 30), time(10), ((15, True, ""),), False),
    (
        "橙叶轻食",
        "Orange Leaf",
        "B2栋大厅",
        "轻食、咖啡",
        time(8),
        time(18),
        ((14, False, "没有戴手套"), (17, True, "")),
        False,
    ),
    ("山脚快餐", "Foothill Meals", "南门外", "快餐", time(10), time(14), ((17, False, "顾客围桌堂食"),), False),
    ("柚子便当", "Pomelo Bento", "B3栋 1 层", "便当", time(10), time(20), ((9, True, ""),), False),
    ("河街粥铺", "River Street Congee", "A2栋西门", "粥", time(7), time(19), ((12, True, ""),), True),
)
# English name → place and offers for the same readers
IN_ENGLISH = {
    "Xianghe Kitchen": ("East gate, Building A1", "Lunch boxes, set meals"),
    "Zhiwei Noodles": ("Building A3, ground floor", "Rice and wheat noodles"),
    "Zaowan Buns": ("Innovation Park, Building C4", "Breakfast"),
    "Orange Leaf": ("Lobby, Building B2", "Salads, coffee"),
    "Foothill Meals": ("Outside the south gate", "Fast food"),
    "Pomelo Bento": ("Building B3, ground floor", "Bento boxes"),
    "River Street Congee": ("West gate, Building A2", "Congee"),
}


def plant(stage: Stage, resumed: list[Enterprise]) -> None:
    """The contacts' own canteens first; no draw of the seed."""
    own = stage.notes["contact_enterprises"]
    firms = [*own, *(unit for unit in resumed[3:] if unit not in own)]
    _plans(firms[: len(SEATS)])
    _guidances(stage, firms[6:9])
    _outlets(stage)


def _plans(firms: list[Enterprise]) -> None:
    made = at(date(2020, 2, 14), time(9))
    hall = MealPoint.objects.create(name="园区一食堂", place="产业园 A1栋 1 层", seats=120)
    slots = [
        MealSlot(point=hall, starts=start, ends=end, group=group, cap=cap, added_at=made)
        for start, end, group, cap in PARK_HALL
    ]
    for unit, seats in zip(firms, SEATS, strict=True):
        Enterprise.objects.filter(pk=unit.pk).update(has_canteen=True)
        point = MealPoint.objects.create(
            enterprise=unit, name=f"{unit.name}食堂", place=unit.place or "一楼", seats=seats
        )
        for start, group in BATCHES[: 2 + unit.pk % 2]:
            end = time(start.hour + (start.minute + 25) // 60, (start.minute + 25) % 60)
            slots.append(MealSlot(point=point, starts=start, ends=end, group=group, cap=seats - 4, added_at=made))
    MealSlot.objects.bulk_create(slots)


def _guidances(stage: Stage, firms: list[Enterprise]) -> None:
    officer, by = stage.users["dudao"], stage.users["guanwei1"]
    for unit, (wish, life, days) in zip(firms, GUIDANCES, strict=True):
        asked = at(date(2020, 2, days[0]), time(9, 20))
        guidance = Guidance(enterprise=unit, wish=wish, status=life[-1], requested_at=asked)
        if life[-1] != GuidanceStatus.REQUESTED:
            guidance.officer, guidance.visit_on = officer, date(2020, 2, days[-1] + (2 if len(life) == 2 else 0))
        guidance.save()
        before = ""
        for status, day in zip(life, days, strict=True):
            when = at(date(2020, 2, day), time(9, 20))
            reason = {"assigned": officer.name, "done": DONE_WORDS}.get(status, "")
            who = by if status == "assigned" else officer if status == "done" else None
            guidance.moves.create(
                from_status=before, to_status=status, effective_at=when, recorded_at=when, reason=reason, by=who
            )
            before = status


def _outlets(stage: Stage) -> None:
    by = stage.users["dudao"]
    for n, (name, english, place, offers, opens, closes, checks, is_closed) in enumerate(OUTLETS):
        outlet = Outlet.objects.create(
            name=name, english_name=english, place=place, offers=offers, opens=opens, closes=closes,
            english_place=IN_ENGLISH[english][0], english_offers=IN_ENGLISH[english][1],
            closed_at=at(date(2020, 2, 15), time(12)) if is_closed else None,
        )  # fmt: skip
        OutletCheck.objects.bulk_create(
            [
                OutletCheck(
                    outlet=outlet, passed=passed, words=words, by=by,
                    checked_at=at(date(2020, 2, day), time(9)) + timedelta(minutes=20 * n),
                )
                for day, passed, words in checks
            ]
        )  # fmt: skip
