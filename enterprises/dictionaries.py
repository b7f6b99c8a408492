"""The words of this app that a notice can change; staff edit them, these are what a fresh park starts with."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from parkportal.records import terms
from parkportal.records.models import Term
from parkportal.records.terms import Rule

# Codes that rules ask for by name.
ABOVE_SCALE, KEY, BACKBONE, SMALL, INVITED = "above_scale", "key", "backbone", "small", "invited"
THREE_CLASSES, WUHAN_CONTACT, OBSERVATION, OUT_OF_PROVINCE = (
    "three_classes",
    "wuhan_contact",
    "observation",
    "out_of_province",
)
LAB = "lab"
CALL, AT_THE_DOOR = "phone", "door"
SYSTEM, EMERGENCY = "system", "emergency"


def _duty(code: str, label: str, content: str, *, must: bool = False) -> dict[str, Any]:
    """A line of the responsibility board (handbook §6)."""
    return {"code": code, "label": label, "settings": {"content": content, "must": must}}


def _permit(code: str, label: str, statutory: int, promised: int, office: str) -> dict[str, Any]:
    """A permit with its terms in working days, as the office publishes them; staff correct them in the dictionary."""
    return {"code": code, "label": label, "settings": {"statutory": statutory, "promised": promised, "office": office}}


def _symptom(code: str, label: str, english: str) -> dict[str, Any]:
    """A complaint as the public sign-up asks for it in two languages."""
    return {"code": code, "label": label, "settings": {"english": english}}


TITLES = {
    "need_kind": "诉求类别",
    "department": "承办部门",
    "board_duty": "责任牌岗位",
    "inspection_item": "检查清单",
    "visit_check": "走访核对项",
    "visit_channel": "走访方式",
    "symptom": "症状",
    "filing_paper": "备案材料",
    "permit_kind": "绿色通道许可证",
}
# What staff may say of a word beyond its name; the rules that ask for it stand beside the actions.
RULES: dict[str, tuple[Rule, ...]] = {
    "need_kind": (Rule("days", "几个工作日办结", "number"),),
    "permit_kind": (
        Rule("statutory", "法定时限（工作日）", "number"),
        Rule("promised", "承诺时限（工作日）", "number"),
        Rule("office", "审批部门"),
    ),
    "person_flag": (Rule("days", "几天后自己结束", "number"),),
    "board_duty": (Rule("content", "职责"), Rule("must", "必须有人", "flag")),
    "filing_paper": (Rule("required", "必须交", "flag"),),
    "key_post": (Rule("words", "从岗位里认出来的词", "words"),),
    "visit_channel": (Rule("on_site", "人到现场", "flag"),),
    "symptom": (Rule("english", "英文"),),
    "inspection_item": (
        Rule("only", "查哪些企业", "choice", (("", "都查"), ("canteen", "有食堂的"), ("dormitory", "有宿舍的"))),
    ),
}
# Sources: handbook §1 and §3.
WORDS: dict[str, tuple[dict[str, Any], ...]] = {
    "sishang": (
        {"code": "IND", "label": "规上工业"},
        {"code": "CON", "label": "资质建筑业"},
        {"code": "WRT", "label": "限上批发零售业", "report_label": "规上批发零售业"},
        {"code": "HCT", "label": "限上住宿餐饮业"},
        {"code": "RE", "label": "房地产开发经营业"},
        {"code": "SVC", "label": "规上服务业"},
    ),
    "tag": (
        {"code": ABOVE_SCALE, "label": "规上"},
        {"code": KEY, "label": "重点"},
        {"code": BACKBONE, "label": "骨干"},
        {"code": SMALL, "label": "中小"},
        {"code": INVITED, "label": "招商引资"},
    ),
    "tier": (
        {"code": "must", "label": "必须开"},
        {"code": "guide", "label": "引导开"},
        {"code": "support", "label": "支持开"},
        {"code": "other", "label": "其他"},
    ),
    "key_level": (
        {"code": "none", "label": "无"},
        {"code": "city", "label": "市重点"},
        {"code": "province", "label": "省重点"},
    ),
    "exclusion": (
        {"code": "maintenance", "label": "停产检修"},
        {"code": "deregistered", "label": "注销"},
    ),
    "document_kind": (
        {"code": SYSTEM, "label": "防疫管理制度"},
        {"code": EMERGENCY, "label": "应急预案"},
    ),
    "person_flag": (
        {"code": THREE_CLASSES, "label": "三类人员", "settings": {"group": "A1"}},
        {"code": WUHAN_CONTACT, "label": "武汉暴露史密接", "settings": {"group": "A2"}},
        {"code": OBSERVATION, "label": "医学观察期间", "settings": {"group": "B2", "days": 14}},
        {"code": OUT_OF_PROVINCE, "label": "省外返长", "settings": {"group": "B1"}},
    ),
    "org_role": (
        {"code": LAB, "label": "检验实验室"},
        {"code": "caterer", "label": "供餐单位"},
        {"code": "property", "label": "物业单位"},
    ),
    "key_post": (
        {"code": "canteen", "label": "食堂", "settings": {"words": ["食堂", "厨", "配餐", "供餐"]}},
        {"code": "temperature", "label": "测温负责人", "settings": {"words": ["测温", "体温"]}},
        {"code": "guard", "label": "保安", "settings": {"words": ["保安", "门卫", "安保"]}},
        {"code": "key", "label": "重要岗位", "settings": {"words": ["重要岗位"]}},
    ),
    "exemption": (
        {"code": "utilities", "label": "城乡运行保障"},
        {"code": "epidemic", "label": "疫情防控必需"},
        {"code": "livelihood", "label": "群众生活必需"},
        {"code": "other", "label": "其他重要国计民生及急需"},
    ),
    "need_kind": (
        {"code": "supplies", "label": "防疫物资", "settings": {"days": 2}},
        {"code": "staff", "label": "用工返岗", "settings": {"days": 3}},
        {"code": "materials", "label": "原料", "settings": {"days": 3}},
        {"code": "logistics", "label": "物流", "settings": {"days": 2}},
        {"code": "money", "label": "资金", "settings": {"days": 5}},
        {"code": "permit", "label": "审批许可", "settings": {"days": 3}},
        {"code": "canteen", "label": "食堂供餐", "settings": {"days": 2}},
        {"code": "rent", "label": "租金", "settings": {"days": 5}},
        {"code": "other", "label": "其他", "settings": {"days": 3}},
    ),
    "department": (
        {"code": "squad", "label": "帮扶小分队"},
        {"code": "office", "label": "管委会综合部"},
        {"code": "supplies", "label": "物资保障组"},
        {"code": "enterprise", "label": "企业服务部"},
        {"code": "approval", "label": "行政审批部"},
        {"code": "finance", "label": "财政金融部"},
        {"code": "labour", "label": "人力资源部"},
        {"code": "traffic", "label": "交通物流组"},
        {"code": "investment", "label": "招商合作局"},
    ),
    "board_duty": (
        _duty("leader", "领导小组组长", "第一责任人，统筹方案、物资和应急处置", must=True),
        _duty("daily", "日常疫情防控责任人", "人员排查、测温登记、零报告、异常上报", must=True),
        _duty("publicity", "宣传负责人", "宣传防控知识，张贴和传达通知"),
        _duty("disinfection", "消毒人员", "重点部位每天至少两次，记时间、药剂和浓度"),
        _duty("canteen", "食堂管理人员", "从业人员健康、定点分时、餐具消毒、留样"),
        _duty("officer", "园区督导帮扶人员", "定期检查、指导整改、协调需求", must=True),
    ),
    "inspection_item": (
        {"code": "entrance", "label": "进门测温、戴口罩，有登记"},
        {"code": "disinfection", "label": "重点部位每天消毒两次以上，有记录"},
        {"code": "canteen", "label": "食堂定点分时供餐，隔位就餐", "settings": {"only": "canteen"}},
        {"code": "dormitory", "label": "宿舍每间不超过 6 人，通风", "settings": {"only": "dormitory"}},
        {"code": "board", "label": "责任牌上墙，与人相符"},
        {"code": "isolation", "label": "有隔离间，知道怎样处置"},
        {"code": "reports", "label": "每天零报告，人员去向清楚"},
        {"code": "supplies", "label": "防疫物资够 3 天用"},
    ),
    "visit_check": (
        {"code": "door", "label": "进门测温、戴口罩"},
        {"code": "disinfect", "label": "每天消毒，有记录"},
        {"code": "canteen", "label": "食堂分时分批"},
        {"code": "board", "label": "责任牌在墙上，与人相符"},
        {"code": "isolation", "label": "隔离间备好"},
    ),
    "visit_channel": (
        {"code": CALL, "label": "电话联访"},
        {"code": AT_THE_DOOR, "label": "上门拜访", "settings": {"on_site": True}},
    ),
    "symptom": (  # their words are what files and sign-ups keep
        _symptom("fever", "发热", "Fever"),
        _symptom("cough", "咳嗽", "Cough"),
        _symptom("weakness", "无力", "Weakness"),
        _symptom("dry_cough", "干咳", "Dry cough"),
        _symptom("sore_throat", "咽痛", "Sore throat"),
        _symptom("headache", "头痛", "Headache"),
        _symptom("muscle_pain", "肌肉酸痛", "Muscle pain"),
        _symptom("diarrhoea", "腹泻", "Diarrhoea"),
        _symptom("tightness", "胸闷", "Chest tightness"),
        _symptom("breathing", "呼吸困难", "Difficulty breathing"),
        _symptom("runny_nose", "流涕", "Runny nose"),
        _symptom("smell_taste", "嗅味觉减退", "Loss of smell or taste"),
    ),
    "filing_paper": (
        {"code": "plan", "label": "防控方案", "settings": {"required": True}},
        {"code": "emergency", "label": "应急预案"},
        {"code": "licence", "label": "营业执照"},
        {"code": "promise", "label": "承诺书签字页"},
        {"code": "stock", "label": "物资照片"},
        {"code": "other", "label": "其他"},
    ),
    "permit_kind": (
        _permit("food", "食品经营许可证", 20, 5, "市场监督管理局"),
        _permit("building", "建筑工程施工许可证", 7, 3, "住房和城乡建设局"),
        _permit("device", "第二类医疗器械生产许可证", 30, 7, "药品监督管理局"),
        _permit("hygiene", "消毒产品生产企业卫生许可证", 20, 5, "卫生健康委员会"),
        _permit("chemicals", "危险化学品经营许可证", 30, 10, "应急管理局"),
        _permit("discharge", "排污许可证", 30, 10, "生态环境局"),
        _permit("drain", "污水排入排水管网许可证", 20, 5, "住房和城乡建设局"),
        _permit("other", "其他许可", 20, 10, ""),
    ),
}


def declare(**follows: Callable[[], None]) -> None:
    """Called in AppConfig.ready(); `follows` says by kind what is brought up to date when one of its words changes."""
    for kind, words in WORDS.items():
        rules = RULES.get(kind, ())
        terms.declare(kind, *words, title=TITLES.get(kind, ""), rules=rules, follows=follows.get(kind))


def words_of(kind: str) -> QuerySet[Term]:
    """The words of a dictionary that rules need; a park that has never seen its dictionaries gets them now."""
    rows = Term.objects.filter(kind=kind)
    if not rows.exists():
        terms.plant()
    return rows.all()
