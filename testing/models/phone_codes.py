"""Codes sent to a phone: to confirm it at sign-up, to open a result, to find a lost code. In real time."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from parkportal.privacy import EncryptedTextField
from testing.models.signups import SignUp


class PhoneCode(models.Model):
    """Six digits on their way to a phone, or to nobody: who asks about a stranger gets a row like everybody else.

    `signup` is what the code opens; empty when nothing agreed. The row is made and read in the same way in both cases.
    """

    class Purpose(models.TextChoices):
        SIGNUP = "signup", "确认手机"
        RESULT = "result", "查结果"
        LOST = "lost", "找回采样码"

    public_token = models.UUIDField(unique=True, default=uuid4, editable=False)
    purpose = models.CharField("用途", max_length=8, choices=Purpose)
    signup = models.ForeignKey(SignUp, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记")
    subject_hash = models.CharField(max_length=32, db_index=True)
    phone = EncryptedTextField("手机", blank=True)
    phone_hash = models.CharField(max_length=32, blank=True)
    digits = EncryptedTextField("验证码")
    tries = models.PositiveSmallIntegerField("试了几次", default=0)
    created_at = models.DateTimeField("何时要的", db_index=True)
    expires_at = models.DateTimeField("何时失效")
    used_at = models.DateTimeField("何时用了", null=True, blank=True)
    language = models.CharField("语言", max_length=8, default="zh-hans")

    class Meta:
        verbose_name = verbose_name_plural = "短信验证码"
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=["signup", "result", "lost"]), name="phone_code_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"
