"""Persons, where they work, and the dated flags that decide how they are cared for."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from enterprises.models.registry import Enterprise
from parkportal.clock import park_now, park_today
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedJSONField, EncryptedTextField, lookup_hash, mask_id, mask_name, mask_phone


class DocumentType(models.TextChoices):
    """Kinds of identity document (handbook §8)."""

    ID_CARD = "id_card", "身份证"
    PASSPORT = "passport", "护照"
    HM_PERMIT = "hm_permit", "港澳居民来往内地通行证"
    TW_PERMIT = "tw_permit", "台湾居民来往大陆通行证"
    HMT_RESIDENCE = "hmt_residence", "港澳台居民居住证"
    FOREIGN_RESIDENCE = "foreign_residence", "外国人永久居留身份证"


def number_hash(document_type: str, number: str) -> str:
    """The keyed look-up of a document: its type and number together."""
    return lookup_hash(f"{document_type}:{number}", kind="document")


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: Any) -> "PersonQuerySet":
        """The committee all; squads, supervisors and contacts those employed where they reach. Health data has its own door."""
        if not user.is_authenticated:
            return self.none()
        if user.has_role("committee"):
            return self
        reached = Employment.objects.current().filter(enterprise__in=own_enterprises(user))
        return self.filter(pk__in=reached.values("person"))


def own_enterprises(user: Any) -> Any:
    """The enterprises whose people a person may see: never by being a leader, an administrator or a warehouse."""
    if user.is_authenticated and user.has_role("committee"):
        return Enterprise.objects.all()
    return Enterprise.objects.reached_by(user) if user.is_authenticated else Enterprise.objects.none()


class Person(models.Model):
    """One human being, known by type and number of a document.

    Rosters and the pages of the enterprise's staff write it; a sign-up keeps what was declared and writes none.
    """

    class Sex(models.TextChoices):
        MALE = "M", "男"
        FEMALE = "F", "女"
        UNKNOWN = "", "—"

    document_type = models.CharField("证件类型", max_length=20, choices=DocumentType, default=DocumentType.ID_CARD)
    number = EncryptedTextField("证件号码")
    number_hash = models.CharField(max_length=32)
    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    born_on = models.DateField("出生日期", null=True, blank=True)
    phone = EncryptedTextField("手机", blank=True)
    phone_hash = models.CharField(max_length=32, blank=True, db_index=True)
    address = EncryptedTextField("现住址", blank=True)
    pinyin_key = models.CharField(max_length=100, blank=True, db_index=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_rows")
    created_at = models.DateTimeField("登记时间", default=park_now)
    version = models.PositiveIntegerField(default=1)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ["pinyin_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "number_hash"],
                name="person_document",
                violation_error_message="这个证件已经登记过。",
            )
        ]

    def __str__(self) -> str:
        return self.masked_name

    def set_document(self, document_type: str, number: str) -> None:
        self.document_type, self.number = document_type, number
        self.number_hash = number_hash(document_type, number)

    def set_phone(self, phone: str) -> None:
        self.phone = phone
        self.phone_hash = lookup_hash(phone, kind="phone") if phone else ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_number(self) -> str:
        return mask_id(self.number)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)


class EmploymentQuerySet(models.QuerySet["Employment"]):
    def visible_to(self, user: Any) -> "EmploymentQuerySet":
        return self.filter(enterprise__in=own_enterprises(user))

    def current(self, day: Any = None) -> "EmploymentQuerySet":
        """Employed on a day; rows that a correction has replaced do not count."""
        day = day or park_today()
        return self.filter(is_void=False).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def on_duty(self, day: Any = None) -> "EmploymentQuerySet":
        """Back at work: employed on the day and 返岗日期 not after it."""
        day = day or park_today()
        return self.current(day).filter(returned_on__lte=day)

    def counted(self, day: Any = None) -> dict[str, int]:
        """How many of these are back at work, and how many persons are in medical observation. One statement."""
        day = day or park_today()
        marked = Q(person__flags__kind="observation", person__flags__is_void=False, person__flags__starts_on__lte=day)
        marked &= Q(person__flags__ends_on__isnull=True) | Q(person__flags__ends_on__gte=day)
        returned = Count("pk", filter=Q(returned_on__lte=day), distinct=True)
        return self.current(day).aggregate(
            returned=returned, in_observation=Count("person", filter=marked, distinct=True)
        )


class Corrected(models.Model):
    """A row that is never overwritten: a right one takes its place and says which one it corrects."""

    class Meta:
        abstract = True

    def standing(self) -> Self | None:
        """The row that counts: this one, or what corrected it in the end; None where it was taken back."""
        row: Self | None = self
        while row is not None and row.is_void:  # type: ignore[attr-defined]
            row = type(self)._default_manager.filter(corrects=row.pk).first()
        return row


class Employment(Corrected):
    """A person's work at an enterprise, dated; what the roster said about the way back is kept with it."""

    FACTS = ("department", "post", "returned_on", "starts_on")

    person = models.ForeignKey(Person, models.PROTECT, related_name="employments", verbose_name="人员")
    enterprise = models.ForeignKey("Enterprise", models.PROTECT, related_name="employments", verbose_name="企业")
    department = models.CharField("部门", max_length=200, blank=True)
    post = models.CharField("岗位", max_length=200, blank=True)
    is_key_post = models.BooleanField("重要岗位", default=False, help_text="食堂、测温、保安等（手册 §3 ★）")
    returned_on = models.DateField("返岗日期", null=True, blank=True)
    journey = EncryptedJSONField("返程与健康", default=dict, blank=True)
    starts_on = models.DateField("从", default=park_today)
    ends_on = models.DateField("到", null=True, blank=True)
    ended_reason = models.CharField("结束原因", max_length=200, blank=True)
    is_void = models.BooleanField("已更正", default=False, help_text="被更正的一行留着，不再计数")
    void_reason = models.CharField("更正原因", max_length=200, blank=True)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    token = TokenField()

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在岗关系"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "enterprise"],
                condition=Q(ends_on__isnull=True, is_void=False),
                name="employment_open_once",
                violation_error_message="这个人已经在这家企业的名单里。",
            )
        ]
        indexes = [models.Index(fields=["enterprise", "ends_on", "returned_on"], name="employment_on_duty")]

    def __str__(self) -> str:
        return f"{self.person} {self.enterprise}"

    def facts(self) -> dict[str, Any]:
        """What its correction asks, as it stands."""
        return {name: getattr(self, name) for name in self.FACTS}


class PersonFlagQuerySet(models.QuerySet["PersonFlag"]):
    def visible_to(self, user: Any) -> "PersonFlagQuerySet":
        return self.filter(person__in=Person.objects.visible_to(user))

    def in_force(self, day: Any = None) -> "PersonFlagQuerySet":
        """Holds on a day: a mark with an end lapses by itself, a corrected one never counted."""
        day = day or park_today()
        return self.filter(is_void=False, starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class PersonFlag(Corrected):
    """A dated mark on a person: 三类人员, 武汉暴露史密接, 医学观察期间, 省外返长 (dictionary `person_flag`)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="flags", verbose_name="人员")
    kind = models.CharField("类别", max_length=32)
    starts_on = models.DateField("从")
    ends_on = models.DateField("到（含）", null=True, blank=True)
    source = models.CharField("来源", max_length=40, blank=True)
    ended_reason = models.CharField("结束原因", max_length=200, blank=True)
    is_void = models.BooleanField("已更正", default=False, help_text="被更正的一行留着，不再计数")
    void_reason = models.CharField("更正原因", max_length=200, blank=True)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    recorded_at = models.DateTimeField(default=park_now)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    token = TokenField()

    objects = PersonFlagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员标记"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "starts_on"],
                condition=Q(is_void=False),
                name="person_flag_once",
                violation_error_message="这个人从这一天起已经有这个标记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"

    def holds_on(self, day: date) -> bool:
        return not self.is_void and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def days(self) -> dict[str, date | None]:
        """What its correction asks, as it stands."""
        return {"starts_on": self.starts_on, "ends_on": self.ends_on}

    def ending(self) -> dict[str, Any]:
        """What its ending asks, as it stands."""
        return {"on": self.ends_on, "reason": self.ended_reason}
