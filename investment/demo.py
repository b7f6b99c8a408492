"""The demo park's buildings, leads and contacts. Firms and people are invented."""

import io
from datetime import date, timedelta
from decimal import Decimal

from PIL import Image, ImageDraw

from investment.models import Building, Contact, Lead, LeadStage, Meeting, Photo, ShareLink, ShareView, Unit, UnitStatus
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.files import keep

INK, AZURE, WASH, PAPER = (26, 31, 36), (19, 79, 128), (231, 239, 246), (255, 255, 255)

# company, country, city, zone, language, industry, person, stage, days since the last contact, next step, in days
LEADS = (
    (
        "Hallberg Präzision GmbH",
        "德国",
        "柏林",
        "Europe/Berlin",
        "德语、英语",
        "精密机械",
        "Ms Lena Hallberg",
        "talks",
        1,
        "视频看房，B3栋 4 层",
        2,
    ),
    (
        "Norrvik Sensor AB",
        "瑞典",
        "斯德哥尔摩",
        "Europe/Stockholm",
        "英语",
        "传感器",
        "Mr Nils Norrvik",
        "clue",
        3,
        "发邮件，附荷载和货梯参数",
        1,
    ),
    (
        "Castelvento Valvole S.r.l.",
        "意大利",
        "米兰",
        "Europe/Rome",
        "英语",
        "阀门",
        "Ms Chiara Castelvento",
        "intent",
        9,
        "打电话问复产计划",
        1,
    ),
    ("砺舟半导体", "中国", "", "Asia/Shanghai", "中文", "封装", "贺砺舟", "intent", 8, "发洁净厂房资料", 0),
    ("稷下软件", "中国", "", "Asia/Shanghai", "中文", "工业软件", "田稷", "talks", 2, "视频会谈，谈办公面积", 1),
    ("槐序电气", "中国", "", "Asia/Shanghai", "中文", "逆变器", "槐序", "visit", 4, "疫情后来园区看现场", 12),
    ("远汀医药", "中国", "", "Asia/Shanghai", "中文", "制剂", "宋远汀", "signed", 5, "首付款到账", 13),
    ("青蘅医疗器械", "中国", "", "Asia/Shanghai", "中文", "体外诊断", "林青蘅", "clue", 2, "打电话", 1),
)
UNITS = (
    ("B3栋", 5, "5A", "1420", UnitStatus.LET, "湖南青蒿渡软件"),
    ("B3栋", 5, "5B", "1455", UnitStatus.RESERVED, "稷下软件"),
    ("B3栋", 4, "4A", "2875", UnitStatus.FREE, ""),
    ("B3栋", 3, "3A", "960", UnitStatus.FREE, ""),
    ("B3栋", 3, "3B", "955", UnitStatus.FREE, ""),
    ("B3栋", 3, "3C", "960", UnitStatus.LET, "长沙澄隐巷物流"),
    ("B3栋", 1, "1A", "1900", UnitStatus.LET, "湖南蓼汀洲药械"),
    ("A2栋", 2, "2A", "1630", UnitStatus.FREE, ""),
    ("A2栋", 1, "1A", "1630", UnitStatus.LET, "长沙墨池巷数字科技"),
)


def drawing(kind: str) -> bytes:
    """A plain drawing instead of a photo: the floor plan, or where the floor stands in the building."""
    image = Image.new("RGB", (1200, 720), PAPER)
    pen = ImageDraw.Draw(image)
    if kind == "plan":
        pen.rectangle((80, 90, 780, 620), fill=WASH, outline=INK, width=6)
        pen.rectangle((780, 90, 1120, 620), outline=INK, width=6)
        for y in (260, 440):
            pen.line((780, y, 1120, y), fill=INK, width=3)
        for x in range(80, 800, 140):
            for y in (90, 355, 620):
                pen.rectangle((x - 9, y - 9, x + 9, y + 9), fill=INK)
    else:
        for floor in range(5):
            top = 560 - floor * 110
            shade = AZURE if floor == 3 else WASH
            pen.polygon([(250, top), (600, top - 70), (950, top), (600, top + 70)], fill=shade, outline=INK)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def plant(stage: Stage) -> None:
    """Two buildings, nine units, eight leads with their contacts, one meeting, one shared floor."""
    officer = stage.users["zhaoshang1"]
    units = _units(stage)
    leads = [_lead(stage, row, stage.users["zhaoshang1" if n % 3 else "zhaoshang2"]) for n, row in enumerate(LEADS, 1)]
    german = leads[0]
    german.needs = "一层带货梯的生产面积 2,500 m² 以上，荷载 700 kg/m²，节前已有意向，现在来不了。"
    german.visit_blocked, german.visit_condition, german.investment = True, "疫情解除、航班恢复", 8000
    german.save()
    german.units.add(units["4A"])
    Meeting.objects.create(
        lead=german, starts_at=german.next_at, subject=german.next_step, interpreter="祁月", by=officer
    )
    link = ShareLink.objects.create(
        unit=units["4A"],
        lead=german,
        by=officer,
        offered_at=german.next_at,
        created_at=stage.now - timedelta(days=1),
        expires_at=at(date(2020, 3, 3)),
    )
    ShareView.objects.bulk_create([ShareView(link=link, at=stage.now - timedelta(hours=hours)) for hours in (20, 9, 3)])


def _units(stage: Stage) -> dict[str, Unit]:
    buildings = {
        name: Building.objects.create(name=name, address=f"产业园{name}", floors=5) for name in ("A2栋", "B3栋")
    }
    units = {}
    for building, floor, number, area, status, tenant in UNITS:
        units[number] = Unit.objects.create(
            building=buildings[building],
            floor=floor,
            number=number,
            title="带办公和货梯的生产层",
            title_en="Production floor with offices and goods lift",
            area=Decimal(area),
            rentable=Decimal(area) - Decimal("40"),
            clear_height=Decimal("5.2"),
            floor_load=750,
            power=630,
            lift=Decimal(3),
            water="楼层有水表，可接排污",
            water_en="on the floor, metered",
            limits="不得喷漆、电镀",
            limits_en="no painting, no plating",
            fit_out="毛坯，可改造",
            fit_out_en="shell, can be adapted",
            available_on=date(2020, 4, 1) if status == UnitStatus.FREE else None,
            adaptable="可加固到 1,000 kg/m²，可加装一部货梯",
            adaptable_en="floor can be reinforced to 1,000 kg/m², a second goods lift can be added",
            status=status,
            tenant=tenant,
        )
    whole = Unit.objects.get(building=buildings["B3栋"], number="4A")
    for position, (kind, caption, caption_en) in enumerate(
        (("plan", "平面图", "Floor plan"), ("stack", "所在楼层", "Where it stands")), 1
    ):
        stored = keep(
            drawing(kind), name=f"{kind}.png", purpose="unit-photo", owner=stage.users["zhaoshang1"], allow=("png",)
        )
        Photo.objects.create(unit=whole, file=stored, caption=caption, caption_en=caption_en, position=position)
    units["4A"] = whole
    return units


def _lead(stage: Stage, row: tuple, owner: object) -> Lead:
    company, country, city, zone, language, industry, person, status, silent, next_step, ahead = row
    created = stage.now - timedelta(days=20)
    lead = Lead.objects.create(
        company=company,
        country=country,
        city=city,
        timezone=zone,
        language=language,
        industry=industry,
        person=person,
        source="节前来访" if country != "中国" else "以商招商",
        investment=stage.rng.randrange(10, 90) * 100,
        status=status,
        next_step=next_step,
        next_at=at((stage.now + timedelta(days=ahead)).date())
        + timedelta(hours=16 if country != "中国" else 18, minutes=30),
        owner=owner,
        created_at=created,
    )
    lead.moves.create(to_status=LeadStage.CLUE, by=owner, effective_at=created, recorded_at=created)
    if status != LeadStage.CLUE:
        moved = created + timedelta(days=5)
        lead.moves.create(from_status=LeadStage.CLUE, to_status=status, by=owner, effective_at=moved, recorded_at=moved)
    for days, channel, summary in (
        (silent + 7, "email", "发去楼宇资料，问了面积和荷载。"),
        (silent, "video", "视频看了两处，谈到搬迁时间。"),
    ):
        when = stage.now - timedelta(days=days, hours=stage.rng.randrange(1, 8))
        Contact.objects.create(
            lead=lead,
            channel=channel,
            at=when,
            recorded_at=when,
            minutes=30,
            summary=summary,
            by=owner,
            next_step=next_step,
        )
    return lead
