"""What this app sends messages for."""

from datetime import timedelta

from parkportal.messaging.purposes import Purpose

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
ALL = (DOCUMENT_TO_CORRECT, REPORT_MISSING, FILING_RETURNED, RECTIFICATION_ORDERED, RECTIFICATION_OVERDUE)
