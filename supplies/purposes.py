"""What supplies send messages for."""

from datetime import timedelta

from parkportal.messaging.purposes import Purpose

DELIVERY_NOTICE = Purpose(
    "delivery_notice",
    "物资送达通知",
    "园区物资配送单{code}已出库：{what}，送达：{who}。收到后请登录工作台签收。",
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
PURPOSES = [DELIVERY_NOTICE, LOT_RECALL]
