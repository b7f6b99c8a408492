"""What this app sends messages for."""

from datetime import timedelta

from parkportal.messaging.purposes import Purpose

CARE_WHY = "管委会按名录的筛选发的问候，一批一个人只发一条。"
REPORT_MISSING = Purpose(
    "report_missing",
    "催报日报",
    "{name}您好，贵单位今天的日报还没有交，请在 {clock} 前报送，没有变化也要报：{link}",
    why="今天应报日报，到提醒时还没有收到。交了就撤回。",
    context_url="dashboard:enterprise_file",
)
FILING_RETURNED = Purpose(
    "filing_returned",
    "备案退回补正",
    "{name}您好，贵单位的复工备案有 {count} 项要补正，请登录查看：{link}",
    lifetime=timedelta(days=3),
    why="管委会退回了备案，写明了要补正的内容。",
    context_url="enterprises:filing_detail",
)
DOCUMENT_TO_CORRECT = Purpose(
    "document_to_correct",
    "制度或预案要修改",
    "{name}您好，贵单位的{what}有内容要修改，请登录查看：{link}",
    lifetime=timedelta(days=3),
    why="督导看过以后写明了要改的内容。",
    context_url="enterprises:document_list",
)
RECTIFICATION_ORDERED = Purpose(
    "rectification_ordered",
    "限期整改",
    "{name}您好，今天的检查有要整改的地方，请在 {day}前改好并上传照片：{link}",
    lifetime=timedelta(days=7),
    why="检查发现了问题，写明了整改期限。作废就撤回。",
    context_url="enterprises:inspection_detail",
)
RECTIFICATION_OVERDUE = Purpose(
    "rectification_overdue",
    "整改逾期",
    "{name}您好，一件整改 {day}到期，还没有收到整改材料，请尽快处理：{link}",
    lifetime=timedelta(days=1),
    why="整改期限过了，企业没有交整改材料。交了或者复查过了就撤回。",
    context_url="enterprises:inspection_detail",
)
REPORT_OVERDUE = Purpose(
    "report_overdue",
    "日报过时催报",
    "{name}您好，贵单位今天的日报过了 {clock} 还没有交，请尽快补报，没有变化也要报：{link}",
    why="过了截止时间还没有收到日报。交了就撤回。",
    context_url="dashboard:enterprise_file",
)
REPORT_CHASE = Purpose(
    "report_chase",
    "日报催办（小分队联络员）",
    "{name}您好，您联系的企业有 {count} 家还没有交今天的日报，其中有{firm}，请打电话问一下：{link}",
    why="过了截止时间，催过企业，还没有交；由小分队联络员打电话。都交了就撤回。",
    context_url="enterprises:squad_detail",
)
REPORT_CHASE_LEADER = Purpose(
    "report_chase_leader",
    "日报催办（小分队队长）",
    "{name}您好，您的小分队还有 {count} 家企业没有交今天的日报，其中有{firm}，请过问：{link}",
    why="联络员催过以后仍然没有交，报到队长。都交了就撤回。",
    context_url="enterprises:squad_detail",
)
NEED_OVERDUE = Purpose(
    "need_overdue",
    "诉求超期",
    "{name}您好，{firm}的一件诉求应在 {day} 前办结，已经超期，请处理：{link}",
    lifetime=timedelta(days=2),
    why="诉求过了办结期限还没有办结，告诉承办人和小分队队长，每个期限一次。",
    context_url="enterprises:need_detail",
)
NEED_CLOSED = Purpose(
    "need_closed",
    "诉求办结请确认",
    "{name}您好，贵单位提的一件诉求已经办结，请看结果，确认解决了没有：{link}",
    lifetime=timedelta(days=3),
    why="承办部门写了办结，请企业确认；没有解决的可以重新办理。",
    context_url="enterprises:need_detail",
)
NOTICE_SENT = Purpose(
    "notice_sent",
    "管委会通知",
    "{name}您好，管委会发来一份通知，请登录查看，看完点“看过了”：{link}",
    lifetime=timedelta(days=3),
    why="管委会给这家企业发了通知。有人看过就不再发，通知撤回也撤回。",
    context_url="enterprises:notice_detail",
)
NOTICE_REMINDER = Purpose(
    "notice_reminder",
    "通知未看提醒",
    "{name}您好，管委会的一份通知贵单位还没有人看过，请尽快登录查看：{link}",
    why="通知发了，这家企业还没有人看过，管委会提醒一次；一天最多一次。",
    context_url="enterprises:notice_detail",
)
PERMIT_MOVED = Purpose(
    "permit_moved",
    "绿色通道进展",
    "{name}您好，贵单位的{what}有新进展（{stage}），请登录查看：{link}",
    lifetime=timedelta(days=3),
    why="帮办人登记了补正或者办结，告诉企业的联络人。",
    context_url="enterprises:permit_detail",
)
GUIDANCE_ASSIGNED = Purpose(
    "guidance_assigned",
    "食堂指导员",
    "{name}您好，食堂指导员{officer}定于 {day}到{firm}指导定点分时供餐，详情请登录查看：{link}",
    lifetime=timedelta(days=2),
    why="企业申请了食堂指导，管委会派了指导员，两边都告诉。",
    context_url="enterprises:guidance_detail",
)
LETTER_SENT = Purpose(
    "letter_sent",
    "慰问信",
    "{name}您好，园区管委会给贵单位写了一封信，请登录查看：{link}",
    lifetime=timedelta(days=3),
    why="管委会按名录的筛选写了一封慰问信，告诉收信人去看。",
    context_url="enterprises:greeting_detail",
)
# 暖心短信: fixed words, since nothing that is typed may stand in a text message's template.
CARE = tuple(
    Purpose(code, title, words, lifetime=timedelta(days=2), why=CARE_WHY, context_url="enterprises:greeting_detail")
    for code, title, words in (
        (
            "care_thanks",
            "暖心短信：感谢",
            "{name}您好，复工这些天，您和贵单位的同事辛苦了，园区都记着。有困难请找小分队，我们随时都在。",
        ),
        (
            "care_health",
            "暖心短信：保重",
            "{name}您好，天冷事多，请您和同事做好防护、按时吃饭休息，发热咳嗽先报告。园区和大家在一起。",
        ),
        (
            "care_return",
            "暖心短信：返岗平安",
            "{name}您好，外地同事陆续返岗，祝一路平安。到了先测温登记，缺什么告诉小分队，我们来办。",
        ),
    )
)
ALL = (
    REPORT_MISSING,
    FILING_RETURNED,
    DOCUMENT_TO_CORRECT,
    RECTIFICATION_ORDERED,
    RECTIFICATION_OVERDUE,
    REPORT_OVERDUE,
    REPORT_CHASE,
    REPORT_CHASE_LEADER,
    NEED_OVERDUE,
    NEED_CLOSED,
    NOTICE_SENT,
    NOTICE_REMINDER,
    PERMIT_MOVED,
    GUIDANCE_ASSIGNED,
    LETTER_SENT,
    *CARE,
)
