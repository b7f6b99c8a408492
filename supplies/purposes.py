"""What supplies send messages for."""

from datetime import timedelta

from parkportal.messaging.purposes import Kind, Purpose

DELIVERY_NOTICE = Purpose(
    "delivery_notice",
    "物资送达通知",
    "园区物资配送单{code}已出库：{what}，{when}送到{where}，经手：{who}。请登录工作台点“知道了”，收到后签收。",
    lifetime=timedelta(days=3),
    why="配送单出库时发给企业联络员。",
    context_url="supplies:delivery_detail",
)
LOT_RECALL = Purpose(
    "lot_recall",
    "物资召回通知",
    "园区提醒：发给贵单位的{what}（批号{batch}，{quantity}）请立即停用、单独存放，小分队会联系收回。",
    lifetime=timedelta(days=7),
    urgent=True,
    why="这一批被召回，发给签收过它的企业联络员。",
    context_url="supplies:lot_detail",
)
LOT_RECALL_HELD = Purpose(
    "lot_recall_held",
    "物资召回：手上的存货",
    "园区提醒：{where}现有的{what}（批号{batch}，{quantity}）已召回，请立即停发、单独存放，等管委会通知处理。",
    lifetime=timedelta(days=7),
    urgent=True,
    why="这一批被召回，发给手上还有它的小分队和仓管。",
    context_url="supplies:lot_detail",
)
REQUEST_DECLINED = Purpose(
    "request_declined",
    "物资申请不予安排",
    "贵单位申请的{what}这次没有安排，原因请登录工作台的物资申请查看，有疑问可以问小分队。",
    lifetime=timedelta(days=3),
    why="物资申请不予安排时发给企业联络员。",
    context_url="supplies:request_detail",
)
DELIVERY_CHANGED = Purpose(
    "delivery_changed",
    "物资改约通知",
    "园区物资配送单{code}改为{when}送到{where}，请登录工作台点“知道了”。",
    lifetime=timedelta(days=2),
    why="出库以后改了送达的时间或地点。",
    context_url="supplies:delivery_detail",
)
DELIVERY_CORRECTED = Purpose(
    "delivery_corrected",
    "物资签收更正",
    "园区物资配送单{code}的签收数更正了：{what}。和实际不符，请登录工作台查看或联系小分队。",
    lifetime=timedelta(days=3),
    why="签收时写错的数量更正以后发给企业联络员。",
    context_url="supplies:delivery_detail",
)
DELIVERY_REMINDER = Purpose(
    "delivery_reminder",
    "物资签收提醒",
    "园区物资配送单{code}（{what}）出库已超过一天，还没有签收。收到了请登录工作台签收，没有收到请联系小分队。",
    lifetime=timedelta(days=1),
    why="出库超过一天还没有签收，每天提醒一次。",
    context_url="supplies:delivery_detail",
)
DELIVERY_UNREAD = Purpose(
    "delivery_unread",
    "物资通知没看",
    "园区物资配送单{code}（{what}）{when}送到{where}，还没有看到您点“知道了”，请登录工作台看一下。",
    lifetime=timedelta(days=1),
    why="通知发出 4 个小时，企业还没有点“知道了”，每次约定只提醒一次；看了、签了或者改约了就不再发。",
    context_url="supplies:delivery_detail",
)
SIGNING_CODE = Purpose(
    "signing_code",
    "物资签收码",
    "签收码{code}，用于签收园区物资配送单{delivery}，10分钟内有效，请当面告诉送货人。",
    kind=Kind.CODE,
    lifetime=timedelta(minutes=10),
    why="送货人在门口请企业用短信签收。",
)
PURPOSES = [
    DELIVERY_NOTICE,
    DELIVERY_CHANGED,
    DELIVERY_CORRECTED,
    DELIVERY_REMINDER,
    DELIVERY_UNREAD,
    SIGNING_CODE,
    LOT_RECALL,
    LOT_RECALL_HELD,
    REQUEST_DECLINED,
]
