"""What accounts send messages for."""

from datetime import timedelta

from parkportal.messaging.purposes import Purpose

PURPOSES = [
    Purpose(
        "invitation",
        "账号邀请",
        "{name}您好，{inviter}邀请您担任{place}的{role}。请在3天内打开链接设置账号：{link} 链接只能用一次，请勿转发。",
        lifetime=timedelta(days=3),
        why="有人在门户里邀请了这个号码的主人开通账号。",
    ),
]
