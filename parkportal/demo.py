"""The stage on which each app plants its part of the demo park: one seed, one cast, one moment.

`<app>/demo.py` has `plant(stage)`; `manage.py demo --seed N` calls them from the lowest app up.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DEMO_PASSWORD = "Yuelu-2020-demo"  # noqa: S105 - demo accounts cannot exist outside demo mode

# username, invented name, role, department
CAST: tuple[tuple[str, str, str, str], ...] = (
    ("admin", "乔知远", "admin", "信息中心"),
    ("guanwei1", "贺立行", "committee", "复工组"),
    ("guanwei2", "祁月", "committee", "防疫组"),
    ("lingdao", "厉长风", "leader", "管委会"),
    ("dudao", "莫清和", "supervisor", "督导组"),
    ("xiaodui1", "沈知遥", "squad", "第一小分队"),
    ("xiaodui3", "卫长庚", "squad", "第三小分队"),
    ("caiyang1", "易安", "station", "A1 栋采样点"),
    ("caiyang2", "时雨", "station", "A1 栋采样点"),
    ("jianyan", "褚星河", "lab_tester", "检验实验室"),
    ("shenhe", "陆观澜", "lab_verifier", "检验实验室"),
    ("cangguan1", "顾南舟", "warehouse", "中心仓库"),
    ("cangguan2", "谢临川", "warehouse", "中心仓库"),
    ("lianluo1", "苗可心", "contact", ""),
    ("lianluo2", "宁远", "contact", ""),
    ("fuzeren", "闻人朗", "principal", ""),
    ("zhaoshang1", "叶知秋", "investment", "招商合作局"),
    ("zhaoshang2", "韦可", "investment", "招商合作局"),
)


@dataclass
class Stage:
    """What planting needs: the seeded generator, the users by username, the park's moment, and what lower apps left."""

    rng: random.Random
    users: dict[str, Any]
    now: datetime
    notes: dict[str, Any] = field(default_factory=dict)
