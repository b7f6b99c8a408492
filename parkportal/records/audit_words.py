"""The audit's acts in words. An app adds its own in AppConfig.ready(): `name({"enterprise.changed": "改企业资料"})`."""

from collections.abc import Mapping

from parkportal.records.models import AuditEntry

_WORDS: dict[str, str] = {
    "account.signed_in": "登录",
    "account.signed_out": "退出",
    "account.deactivated": "停用账号",
    "account.activated": "启用账号",
    "account.other_sessions_ended": "退出其他设备",
    "password.reset": "给临时密码",
    "password.changed": "改密码",
    "role.granted": "授予角色",
    "role.ended": "收回角色",
    "second_factor.set_up": "绑定验证器",
    "second_factor.reset": "重置验证器",
    "second_factor.recovery_codes": "换备用码",
    "second_factor.recovery_used": "用备用码登录",
    "second_factor.locked": "验证器试错锁住",
    "invitation.sent": "发邀请",
    "invitation.withdrawn": "撤回邀请",
    "invitation.accepted": "接受邀请",
    "file.downloaded": "下载文件",
    "intake.taken_in": "导入文件",
    "intake.annotated_downloaded": "下载标注文件",
    "setting.changed": "改设置",
    "term.changed": "改字典",
    "term.added": "加字典词",
    "calendar.changed": "改工作日历",
    "calendar.removed": "删工作日历",
}


def name(words: Mapping[str, str]) -> None:
    """Adds an app's acts."""
    _WORDS.update(words)


def action_words(code: str) -> str:
    """The act in words; one that nobody named shows its code."""
    return _WORDS.get(code, code)


def facts_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What changed: name, before, after; only what differs."""
    names = dict.fromkeys([*entry.before, *entry.after])
    pairs = [(name, _text(entry.before.get(name)), _text(entry.after.get(name))) for name in names]
    return [(name, old, new) for name, old, new in pairs if old != new]


def _text(value: object) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)
