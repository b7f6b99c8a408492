"""What a 防疫管理制度 and an 应急预案 begin with: the park's template, filled from the record (handbook §4, §6)."""

from enterprises.dictionaries import EMERGENCY, SYSTEM
from enterprises.models import Enterprise
from parkportal.records import settings

BLANK = "＿＿＿＿"

_SYSTEM = """{name}疫情防控管理制度

一、组织
成立疫情防控领导小组，组长由主要负责人{principal}担任，负责统筹方案、物资和应急处置；联络员{liaison}负责日常排查、测温登记、每日零报告和异常上报。

二、人员排查
返岗前逐人登记 14 天内的行程、接触史和症状；湖北旅居、接触史或有症状的人员不返岗，先隔离观察 14 天。新到人员当天补入花名册。

三、测温和出入
进门必测温、必戴口罩，体温 37.3 ℃ 及以上不得进入，复测后按应急预案处置。隔离和住宿人员每天早晚各测一次，逐人登记。

四、消毒
门把手、电梯、食堂、卫生间等重点部位每天至少消毒 2 次，记录时间、药剂和浓度。

五、办公和生产
保持通风，人员间隔 1 米以上，减少聚集和会议，错峰上下班。

六、食堂
{canteen}

七、宿舍
{dormitory}

八、物资
口罩、消毒液、额温枪专人保管、逐次登记，库存不少于 3 天用量。

九、零报告
每天 12:00 前在园区平台报送日报，没有变化也要报告。

十、监督
接受园区督导帮扶人员检查，提出的问题按期改好。

{name}
"""

_EMERGENCY = """{name}疫情应急预案

一、指挥
总指挥：主要负责人{principal}；现场联络：{liaison}。24 小时保持电话畅通。

二、发现
测温 37.3 ℃ 及以上，或有咳嗽、乏力、呼吸困难等症状，或得知员工与病例接触过，即启动本预案。

三、当场处置
1. 本人戴好口罩，由专人带到临时隔离间（{isolation}），不乘公共电梯。
2. 5 分钟内报联络员和总指挥，30 分钟内报园区管委会。
3. 由专车送发热门诊，陪同人员做好防护，不乘公共交通工具。

四、接触人员
登记同车间、同宿舍、同桌就餐人员，原地等待，按管委会和疾控部门的要求隔离观察或检测。

五、场所
停用并封闭相关区域，通风后终末消毒，记录时间和药剂；未经同意不得恢复使用。

六、信息
由联络员统一对外报告，不传未经核实的消息，保护员工个人信息。

七、恢复
检测结果阴性或观察期满、场所消毒合格，经管委会同意后恢复。

八、演练
本预案每月演练一次并记录。

{name}
"""

_TEXTS = {SYSTEM: _SYSTEM, EMERGENCY: _EMERGENCY}


def template_text(kind: str, enterprise: Enterprise) -> str:
    """The text to start from; what the record does not know is left as a blank to fill."""
    template = _TEXTS.get(kind, "")
    return template.format(
        name=enterprise.name,
        principal=enterprise.principal_name or BLANK,
        liaison=enterprise.liaison_name or BLANK,
        isolation=f"位置：{BLANK}",
        canteen=_canteen(enterprise),
        dormitory=_dormitory(enterprise),
    )


def _canteen(enterprise: Enterprise) -> str:
    if enterprise.has_canteen is False:
        return "本单位没有食堂，员工自带餐或用打包外卖，不聚集就餐。"
    return f"从业人员持健康证上岗，每天测温；定点分时供餐，分 {BLANK} 批；餐具消毒、食品留样，责任人：{BLANK}。"


def _dormitory(enterprise: Enterprise) -> str:
    if enterprise.has_dormitory is False:
        return "本单位没有宿舍。"
    return f"每间不超过 {settings.get('dormitory_limit')} 人，人均不少于 2.5 平方米；每天通风消毒，外出登记。"
