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
    "alert.acknowledged": "确认阳性告知",
    "campaign.created": "开检测任务",
    "campaign.changed": "改检测任务",
    "campaign.status": "改检测任务状态",
    "enterprise.contact_added": "加企业联络账号",
    "enterprise.contact_ended": "停企业联络账号",
    "enterprise.corrected": "改企业资料",
    "enterprise.registered": "登记企业",
    "document.judged": "核对制度预案",
    "enterprise.tagged": "改企业标签",
    "enterprise.merged": "合并企业",
    "enterprise.merge_undone": "撤销合并",
    "enterprise.not_double": "判定不是同一家",
    "enterprise.squad": "改所属小分队",
    "enterprise.officer": "定督导帮扶人员",
    "enterprise.bulk_undone": "撤销批量修改",
    "enterprise.planned": "改拟复工日期",
    "enterprise.phone_shown": "看完整号码（企业联系人）",
    "filing.paper_removed": "撤下备案附件",
    "squad.enterprises_given": "交接企业",
    "squad.leader": "换小分队队长",
    "squad.member_added": "加小分队成员",
    "squad.member_ended": "小分队成员离队",
    "visit.plan_dropped": "取消走访计划",
    "filing.filed": "提交复工备案",
    "lead.added": "登记客商",
    "lead.corrected": "改客商",
    "message.address_revealed": "看完整号码（短信）",
    "message.asked": "查短信下落",
    "message.call_unanswered": "电话没有打通",
    "person.employed": "加员工",
    "person.flag_ended": "去人员标记",
    "person.flag_corrected": "更正人员标记",
    "person.employment_ended": "员工离岗",
    "person.employment_corrected": "更正在岗资料",
    "person.flagged": "加人员标记",
    "person.revealed": "看完整号码（人员）",
    "person.updated": "改员工资料",
    "register.exported": "导出企业名录",
    "register.imported": "写入企业名录",
    "roster.imported": "写入花名册",
    "session.added": "加检测场次",
    "session.cancelled": "取消检测场次",
    "session.closed": "提前结束检测场次",
    "session.moved": "改检测场次时间地点",
    "session.reconciled": "场次对账",
    "session.staggered": "定错峰安排",
    "share_link.made": "发分享链接",
    "share_link.withdrawn": "收回分享链接",
    "signup.revealed": "看完整号码（登记）",
    "signup.roster": "花名册批量登记",
    "campaign.erased": "到期删除个人信息",
    "door.planned": "排上门采样",
    "door.outcome": "记上门结果",
    "exemption.asked": "提出豁免",
    "exemption.decided": "定豁免",
    "exemption.withdrawn": "收回豁免",
    "missing.reminded": "提醒没检的人",
    "waiting.dissolved": "结束候补",
    "signups.exported": "导出登记名单",
    "supplies.book_checked": "核对物资账",
    "supplies.item_saved": "改物资目录",
    "supplies.keeper_added": "加仓管",
    "supplies.keeper_ended": "停仓管",
    "supplies.lot_ok": "解除批次隔离",
    "supplies.lot_quarantined": "隔离批次",
    "supplies.lot_recalled": "召回批次",
    "supplies.movement_reversed": "冲正台账",
    "supplies.shelf_changed": "改货位",
    "supplies.stock_take_approved": "批准盘点",
    "supplies.warehouse_opened": "开仓库",
    "tube_range.registered": "登记试管号段",
    "unit.added": "登记房源",
    "unit.corrected": "改房源",
    "weekly.downloaded": "下载周报",
    "weekly.signed": "周报签字",
}
NAMES: dict[str, str] = {
    "role": "角色",
    "purpose": "用途",
    "kind": "种类",
    "created": "新增",
    "updated": "更新",
    "unchanged": "无变化",
    "refused": "退回",
    "skipped": "跳过",
    "label": "名称",
    "code": "代码",
    "report_label": "报表名称",
    "position": "次序",
    "is_active": "在用",
    "is_working": "上班",
    "day": "日期",
    "status": "状态",
    "enterprise": "企业",
    "person": "人员",
    "count": "数量",
    "phone": "手机",
    "name": "名称",
    "register_confirmed_on": "名录核定日期",
    "earliest_resumption_on": "最早可复工日",
    "daily_report_due": "日报截止",
    "filing_needs_approval": "备案要核准",
    "result_due_clock": "结果时限",
    "positive_contact": "阳性告知谁",
    "fever_phone": "发热咨询电话",
    "signup_phone_code": "登记时手机验证",
    "sms_window": "短信发送时段",
}


def name(words: Mapping[str, str]) -> None:
    """Adds an app's acts."""
    _WORDS.update(words)


def action_words(code: str) -> str:
    """The act in words; one that nobody named shows its code."""
    return _WORDS.get(code, code)


def facts_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What changed: name, before, after; only what differs."""
    keys = dict.fromkeys([*entry.before, *entry.after])
    pairs = [(NAMES.get(key, key), _text(entry.before.get(key)), _text(entry.after.get(key))) for key in keys]
    return [(name, old, new) for name, old, new in pairs if old != new]


def _text(value: object) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)
