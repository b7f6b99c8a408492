"""What the frame of every page shows: the menu of the person's roles, park time, and who is signed in."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from parkportal.clock import park_now


@dataclass(frozen=True)
class Door:
    """A word of the menu: for whom, and the first of these URL names that exists."""

    label: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    icon: str = ""


@dataclass(frozen=True)
class MenuItem:
    label: str
    url: str
    current: bool = False
    icon: str = ""


COMMITTEE = ("committee", "leader")
DOORS = (
    Door("今日", (), ("dashboard:home",), "list-check"),
    Door("走访", ("supervisor", "squad"), ("enterprises:member_day",), "people"),
    Door("企业", (*COMMITTEE, "supervisor", "squad"), ("enterprises:enterprise_list",), "buildings"),
    Door("我的企业", ("contact", "principal"), ("enterprises:own", "enterprises:enterprise_list"), "buildings"),
    Door("诉求", ("contact", "principal"), ("enterprises:need_list",), "chat-text"),
    Door("通知", ("contact", "principal"), ("enterprises:notice_list",), "list-check"),
    Door("检测", COMMITTEE, ("testing:index",)),
    Door("采样台", ("station",), ("testing:station",), "upc-scan"),
    Door("上门", ("squad", "station"), ("testing:door_rounds",)),
    Door("实验室", ("lab_tester", "lab_verifier"), ("testing:lab",), "list-check"),
    Door("物资", (*COMMITTEE, "warehouse", "squad", "contact", "principal"), ("supplies:index",)),
    Door("招商", (*COMMITTEE, "investment"), ("investment:index",), "people"),
    Door("看板", COMMITTEE, ("dashboard:dashboard",)),
    Door("周报", COMMITTEE, ("dashboard:weekly_list",)),
    Door("账号", ("admin",), ("accounts:user_list",), "people"),
    Door("字典", ("admin",), ("records:term_list",)),
    Door("设置", ("admin",), ("records:setting_list",)),
    Door("审计", ("admin",), ("records:audit_list",)),
)
ACCOUNT_DOORS = (
    Door("我的账号", (), ("accounts:profile",)),
    Door("我的后台任务", (), ("records:job_list",)),
    Door("短信箱", ("admin", "committee"), ("messaging:mailbox", "messaging:index")),
    Door("账号和角色", ("committee",), ("accounts:user_list",)),
    Door("字典", ("committee",), ("records:term_list",)),
    Door("工作日历", ("admin", "committee"), ("records:calendar",)),
    Door("园区设置", ("committee",), ("records:setting_list",)),
    Door("审计记录", ("committee",), ("records:audit_list",)),
    Door("对账自检", ("admin", "committee"), ("dashboard:invariants",)),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """`menu`, `foot_menu`, `account_menu`, `park_now`, `demo_mode`, `role_line`, `user_unit`, `park_name`, `scan_url`."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    menu = _items(DOORS, user, request.path) if known else []
    return {
        "menu": menu,
        "foot_menu": [item for item in menu if item.icon][:3] if known else [],
        "account_menu": _items(ACCOUNT_DOORS, user, request.path) if known else [],
        "scan_url": _address(("dashboard:search",)) or "",
        "park_now": park_now(),
        "demo_mode": settings.DEMO_MODE,
        "role_line": _role_line(user) if known else "",
        "user_unit": _role_line(user) if known else "",
        "park_name": settings.PARK_SHORT_NAME,
    }


def _items(doors: tuple[Door, ...], user: Any, path: str) -> list[MenuItem]:
    """The doors that this person can open; of those whose address the path lies under, the longest is current."""
    found = [(door, _address(door.names)) for door in doors if not door.roles or user.has_role(*door.roles)]
    open_doors = [(door, address) for door, address in found if address]
    here = max((address for _, address in open_doors if _lies_under(path, address)), key=len, default=None)
    return [MenuItem(door.label, address, address == here, door.icon) for door, address in open_doors]


def _lies_under(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(address))


def _address(names: tuple[str, ...]) -> str | None:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None


def _role_line(user: Any) -> str:
    """复工组, or without a department the first of the person's roles."""
    return user.department or user.role_labels.split("、")[0]
