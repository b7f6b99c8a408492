"""The register's later acts in the words of the audit page (the first ones stand in `parkportal.records.audit_words`)."""

WORDS = {
    "board.outdated": "责任牌标为过时",
    "filing.step_saved": "填备案",
    "inspection.voided": "作废检查",
    "notice.sent": "发通知",
    "notice.reminded": "提醒没看通知的",
    "notice.told": "电话告知通知",
    "notice.withdrawn": "撤回通知",
    "greeting.sent": "发慰问",
    "meals.opened": "登记供餐点",
    "meals.closed": "停用供餐点",
    "meals.slot_added": "排供餐时段",
    "meals.slot_ended": "取消供餐时段",
    "outlet.added": "登记外卖店",
    "outlet.changed": "改外卖店资料",
    "outlet.opened": "外卖店重新营业",
    "outlet.closed": "外卖店停业",
}
