"""What the testing app sends messages for. None of them says a result (handbook §7)."""

from datetime import timedelta

from parkportal.messaging.purposes import Purpose

PURPOSES = [
    Purpose(
        "signup_confirmed",
        "登记成功",
        "{name}您好，采样已登记：{when}，{place}。到时出示采样码：{link}",
        lifetime=timedelta(days=2),
        why="登记成功后，把采样码发给本人。",
    ),
    Purpose(
        "signup_door",
        "上门采样登记",
        "{name}您好，采样已登记，工作人员会联系您上门采样，请不要自行前往采样点。查看登记：{link}",
        lifetime=timedelta(days=2),
        why="需要上门采样的人登记后，告诉本人等待联系。",
    ),
    Purpose(
        "signup_again",
        "重复登记",
        "{name}您好，这个证件已经登记过本次采样，登记和采样码在这里：{link}",
        lifetime=timedelta(hours=24),
        why="有人用同一证件再次登记，链接只发给第一次登记的手机。",
    ),
    Purpose(
        "appointment_reminder",
        "采样提醒",
        "{name}您好，您约了{when}到{place}采样，请带有效证件、戴口罩，提前看采样码：{link}",
        lifetime=timedelta(hours=24),
        why="采样前一天提醒本人。",
    ),
    Purpose(
        "slot_changed",
        "采样时间变更",
        "{name}您好，您的采样时间有变：{what}。请查看：{link}",
        lifetime=timedelta(days=2),
        why="场次取消或改期时告诉已约的人。",
    ),
    Purpose(
        "recollect_notice",
        "请重新采样",
        "{name}您好，您的采样需要重做一次，请再到采样点，采样码不变：{link}",
        lifetime=timedelta(days=3),
        why="标本不合格，要请本人重新采样。",
    ),
    Purpose(
        "result_notice",
        "结果通知",
        "{name}您好，您预约的采样有新消息，请登录查看：{link}",
        lifetime=timedelta(days=3),
        why="结果发布后告诉本人；短信里不写结果。",
    ),
    Purpose(
        "positive_alert",
        "结果告警",
        "{name}您好，有一份采样记录要您马上处理，请登录工作台查看：{link}",
        urgent=True,
        lifetime=timedelta(hours=12),
        why="需要人工告知的结果，提醒指定负责人；短信里不写结果和姓名。",
    ),
]
