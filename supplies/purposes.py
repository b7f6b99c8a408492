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
PURPOSES = [DELIVERY_NOTICE]
