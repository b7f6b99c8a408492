"""The register: enterprises and construction sites (工地) as kinds of unit."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from enterprises.models.kinds import NO_KEY_PROJECT, UnitKind
from enterprises.models.register_rows import EnterpriseQuerySet
from enterprises.models.resumption import ResumptionStatus
from parkportal.clock import park_now
from parkportal.idempotency import TokenField
from parkportal.privacy import EncryptedTextField, lookup_hash
from parkportal.records import terms
from parkportal.records.models import Term
from parkportal.states import Stateful, status_constraint


class Enterprise(Stateful):
    """An enterprise or a construction site of the park, with the dated history of its resumption."""

    Status = ResumptionStatus
    MOVES = {
        ResumptionStatus.NOT_RESUMED: frozenset(
            {ResumptionStatus.PLANNED, ResumptionStatus.FILED, ResumptionStatus.RESUMED}
        ),
        ResumptionStatus.PLANNED: frozenset(
            {ResumptionStatus.NOT_RESUMED, ResumptionStatus.FILED, ResumptionStatus.RESUMED}
        ),
        ResumptionStatus.FILED: frozenset({ResumptionStatus.RESUMED, ResumptionStatus.NOT_RESUMED}),
        ResumptionStatus.RESUMED: frozenset({ResumptionStatus.STOPPED}),
        ResumptionStatus.STOPPED: frozenset({ResumptionStatus.FILED, ResumptionStatus.RESUMED}),
    }

    kind = models.CharField("类型", max_length=12, choices=UnitKind, default=UnitKind.ENTERPRISE)
    name = models.CharField("单位名称", max_length=200)
    short_name = models.CharField("简称", max_length=40, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
    credit_code_reason = models.CharField("代码校验不过的说明", max_length=200, blank=True)
    address = models.CharField("地址/楼栋", max_length=500, blank=True)
    building = models.CharField("楼栋", max_length=20, blank=True)
    floor = models.SmallIntegerField("楼层", null=True, blank=True)
    industry = models.CharField("行业", max_length=200, blank=True)
    sishang_kind = models.CharField("四上类别", max_length=12, null=True, blank=True, help_text="字典 sishang")
    tags = models.ManyToManyField(Term, blank=True, related_name="+", verbose_name="标签")
    org_roles = models.ManyToManyField(Term, blank=True, related_name="+", verbose_name="单位角色")
    tier = models.CharField("分类", max_length=12, blank=True, help_text="字典 tier")
    tier_reason = models.CharField("手工定档的原因", max_length=200, blank=True)
    exemption = models.CharField("豁免类别", max_length=32, blank=True, help_text="四类企业（字典 exemption）")
    key_level = models.CharField("重点项目级别", max_length=12, blank=True, help_text="字典 key_level")
    legal_name = models.CharField("法定代表人", max_length=50, blank=True)
    principal_name = models.CharField("主要负责人", max_length=50, blank=True)
    principal_phone = EncryptedTextField("负责人手机", blank=True)
    principal_phone_hash = models.CharField(max_length=32, blank=True, db_index=True)
    liaison_name = models.CharField("联络员", max_length=50, blank=True)
    liaison_phone = EncryptedTextField("联络员手机", blank=True)
    liaison_phone_hash = models.CharField(max_length=32, blank=True, db_index=True)
    headcount = models.PositiveIntegerField("职工总数", null=True, blank=True)
    builder = models.CharField("施工单位", max_length=100, blank=True)
    developer = models.CharField("建设单位", max_length=100, blank=True)
    manager_name = models.CharField("工地负责人", max_length=50, blank=True)
    manager_phone = EncryptedTextField("工地负责人手机", blank=True)
    workers = models.PositiveIntegerField("施工人数", null=True, blank=True)
    has_canteen = models.BooleanField("有食堂", null=True, blank=True)
    has_dormitory = models.BooleanField("有宿舍", null=True, blank=True)
    squad = models.ForeignKey(
        "Squad", models.PROTECT, null=True, blank=True, related_name="enterprises", verbose_name="所属小分队"
    )
    status = models.CharField("复工状态", max_length=12, choices=ResumptionStatus, default=ResumptionStatus.NOT_RESUMED)
    resumed_on = models.DateField("复工日期", null=True, blank=True)
    planned_on = models.DateField("拟复工日期", null=True, blank=True)
    exclusion = models.CharField("不计入应复工", max_length=16, blank=True, default="", help_text="字典 exclusion")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_rows", verbose_name="并入"
    )
    registered_at = models.DateTimeField("登记时间", default=park_now)
    changed_at = models.DateTimeField("修改时间", default=park_now)
    changed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="修改人"
    )
    version = models.PositiveIntegerField("版本", default=1)
    token = TokenField()
    pinyin_key = models.CharField(max_length=200, blank=True, db_index=True)
    search_text = models.TextField(blank=True)
    name_core = models.CharField(max_length=200, blank=True, db_index=True, help_text="见 pinyin.name_core")

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["pinyin_key", "id"]
        indexes = [
            models.Index(fields=["kind", "sishang_kind", "status"], name="enterprise_kinds"),
            models.Index(fields=["squad", "status"], name="enterprise_squad"),
            models.Index(fields=["pinyin_key", "id"], name="enterprise_order"),
            models.Index(fields=["headcount", "id"], name="enterprise_headcount"),
            models.Index(fields=["status", "pinyin_key"], name="enterprise_status_order"),
            models.Index(fields=["building", "pinyin_key"], name="enterprise_building"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=Q(credit_code__isnull=False, merged_into__isnull=True),
                name="enterprise_credit_code",
                violation_error_message="这个统一社会信用代码已经登记过。",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(credit_code__isnull=True, merged_into__isnull=True),
                name="enterprise_name_without_code",
                violation_error_message="没有信用代码的单位里已经有这个名称。",
            ),
            models.CheckConstraint(
                condition=Q(kind=UnitKind.SITE) | Q(credit_code__isnull=False),
                name="enterprise_has_code",
                violation_error_message="企业要填统一社会信用代码，工地可以不填。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values), name="enterprise_kind", violation_error_message="类型不对。"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="enterprise_not_into_itself",
                violation_error_message="不能并入自己。",
            ),
            status_constraint(ResumptionStatus, "enterprise_status"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_key_project(self) -> bool:
        return self.key_level not in NO_KEY_PROJECT

    @property
    def place(self) -> str:
        """Where it is, as people say it: A1 栋 3 楼, else the address."""
        if self.building and self.floor is not None:
            return f"{self.building} {self.floor} 楼"
        return self.building or self.address

    def get_sishang_kind_display(self) -> str:
        """The dictionary's word, which staff may change."""
        return terms.word("sishang", self.sishang_kind)

    def get_tier_display(self) -> str:
        return terms.word("tier", self.tier)

    def get_key_level_display(self) -> str:
        return terms.word("key_level", self.key_level)

    def get_exclusion_display(self) -> str:
        return terms.word("exclusion", self.exclusion)

    def living(self) -> "Enterprise":
        """Itself, or the row that it was merged into in the end."""
        unit = self
        while unit.merged_into is not None:
            unit = unit.merged_into
        return unit

    def sishang_since(self) -> date | None:
        """The day from which the present 四上 kind holds."""
        listing = self.sishang_listings.order_by("-valid_from", "-id").first()
        return listing.valid_from if listing and listing.kind == self.sishang_kind else None

    def set_principal(self, name: str, phone: str) -> None:
        self.principal_name, self.principal_phone = name, phone
        self.principal_phone_hash = lookup_hash(phone, kind="phone") if phone else ""

    def set_liaison(self, name: str, phone: str) -> None:
        self.liaison_name, self.liaison_phone = name, phone
        self.liaison_phone_hash = lookup_hash(phone, kind="phone") if phone else ""


class SishangListing(models.Model):
    """The official 四上 list for an enterprise, with the day from which it holds; never computed."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="sishang_listings")
    kind = models.CharField("四上类别", max_length=12, null=True, blank=True, help_text="字典 sishang")
    valid_from = models.DateField("从")
    recorded_at = models.DateTimeField(default=park_now)

    class Meta:
        verbose_name = verbose_name_plural = "四上名录"
        ordering = ["valid_from", "id"]
        indexes = [models.Index(fields=["enterprise", "-valid_from", "-id"], name="sishang_listing_latest")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.kind} {self.valid_from}"
