"""Who may do what. A role is a dated grant; what it reaches is a dated membership row in the app that owns it."""

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from parkportal.clock import park_today
from parkportal.idempotency import TokenField
from parkportal.prepared import Prepared
from parkportal.privacy import EncryptedTextField, lookup_hash


class Role(models.TextChoices):
    """The roles of design §1."""

    ADMIN = "admin", "管理员"
    COMMITTEE = "committee", "管委会工作人员"
    LEADER = "leader", "领导"
    SUPERVISOR = "supervisor", "督导帮扶人员"
    SQUAD = "squad", "小分队联络员"
    STATION = "station", "采样点人员"
    LAB_TESTER = "lab_tester", "检验"
    LAB_VERIFIER = "lab_verifier", "审核"
    WAREHOUSE = "warehouse", "仓管"
    CONTACT = "contact", "企业联络员"
    PRINCIPAL = "principal", "企业负责人"
    INVESTMENT = "investment", "招商专员"


SECOND_FACTOR_ROLES = frozenset({Role.ADMIN, Role.COMMITTEE, Role.LEADER, Role.LAB_VERIFIER})


def in_force(day: Any = None) -> Q:
    """The condition of a dated row (`starts_on`, `ends_on` exclusive) that holds on a day, by default today."""
    day = day or park_today()
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day))


class DatedMembership(models.Model):
    """A user's reach over something from a day until a day (exclusive). Concrete rows stand in the owning apps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="账号")
    starts_on = models.DateField("从", default=park_today)
    ends_on = models.DateField("到", null=True, blank=True)

    class Meta:
        abstract = True

    def end(self, *, on: Any = None) -> None:
        """The membership holds until the day before `on` (today)."""
        self.ends_on = max(on or park_today(), self.starts_on)
        self.save(update_fields=["ends_on"])


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.create_user(username, password, is_staff=True, is_superuser=True, **fields)
        RoleGrant.objects.create(user=user, role=Role.ADMIN)
        return user


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> "UserQuerySet":
        """Accounts are managed by administrators and seen by the committee; everybody sees the own one."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role("admin", "committee") else self.filter(pk=user.pk)

    def with_role(self, *codes: str) -> "UserQuerySet":
        grants = RoleGrant.objects.filter(in_force(), role__in=codes)
        return self.filter(is_active=True, pk__in=grants.values("user"))


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account: staff, an enterprise's contact, a lab's people. Employees and guests have none."""

    username = models.CharField(
        "用户名", max_length=40, unique=True, error_messages={"unique": "这个用户名已经有人用了。"}
    )
    name = models.CharField("姓名", max_length=50)
    phone = EncryptedTextField("手机", blank=True)
    phone_hash = models.CharField(max_length=32, blank=True, db_index=True)
    department = models.CharField("部门", max_length=40, blank=True)
    is_demo = models.BooleanField("演示账号", default=False)
    is_active = models.BooleanField("在用", default=True)
    is_staff = models.BooleanField("可进后台", default=False)
    must_change_password = models.BooleanField("下次登录要改密码", default=False)
    password_changed_at = models.DateTimeField("改密时间", default=timezone.now)
    session_epoch = models.PositiveIntegerField(default=0, help_text="Raised to end every session of this account.")
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name or self.username

    def set_phone(self, phone: str) -> None:
        self.phone = phone
        self.phone_hash = lookup_hash(phone, kind="phone") if phone else ""

    def end_sessions(self) -> None:
        """Every session of this account ends with its next request."""
        type(self).objects.filter(pk=self.pk).update(session_epoch=F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions hold this; a new password or a raised epoch makes them worthless."""
        value = f"{self.password}|{self.session_epoch}"
        return salted_hmac("parkportal.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def role_codes(self) -> frozenset[str]:
        """The roles in force today; one statement for each request, none where `grants` were prefetched."""
        if not self.is_active:
            return frozenset()
        today, known = park_today(), getattr(self, "_prefetched_objects_cache", {})
        grants = self.grants.all() if "grants" in known else _GRANTS.rows((), _granted, user=self.pk)
        return frozenset(grant.role for grant in grants if grant.holds_on(today))

    def has_role(self, *codes: str) -> bool:
        return not self.role_codes.isdisjoint(codes)

    @property
    def needs_second_factor(self) -> bool:
        return not self.role_codes.isdisjoint(SECOND_FACTOR_ROLES)

    @property
    def role_labels(self) -> str:
        return "、".join(label for code, label in Role.choices if code in self.role_codes)


_GRANTS, _SIGNED_IN = Prepared(), Prepared()  # asked with every page


def _granted(*, user: int) -> "models.QuerySet[RoleGrant]":
    return RoleGrant.objects.filter(user=user)


def _with_grants(*, user: int) -> "models.QuerySet[User]":
    granted = {"grant": F("grants__role"), "granted_from": F("grants__starts_on"), "granted_to": F("grants__ends_on")}
    return User.objects.filter(pk=user).annotate(**granted)


def signed_in(pk: int) -> User | None:
    """The account of a session, with its roles of today; one statement."""
    rows = _SIGNED_IN.rows((), _with_grants, user=pk)
    if not rows:
        return None
    user, today = rows[0], park_today()
    holds = {row.grant for row in rows if row.grant and _holds(row.granted_from, row.granted_to, today)}
    user.__dict__["role_codes"] = frozenset(holds if user.is_active else ())
    return user


def _holds(starts_on: date, ends_on: date | None, day: date) -> bool:
    return starts_on <= day and (ends_on is None or ends_on > day)


class RoleGrant(models.Model):
    """A role of a user, dated. It opens the doors; the memberships in the apps say what lies behind them."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name="账号")
    role = models.CharField("角色", max_length=16, choices=Role)
    starts_on = models.DateField("从", default=park_today)
    ends_on = models.DateField("到", null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授予人")

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ends_on__isnull=True),
                name="role_grant_open_once",
                violation_error_message="这个账号已经有这个角色。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="role_grant_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    def holds_on(self, day: date) -> bool:
        return _holds(self.starts_on, self.ends_on, day)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        return self.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now())


def invitation_expiry() -> Any:
    return timezone.now() + timedelta(days=3)


class Invitation(models.Model):
    """A link in a text message that opens one account, once, for one purpose. Only the hash of its token is kept."""

    token_hash = models.CharField(max_length=32, unique=True)
    name = models.CharField("姓名", max_length=50)
    phone = EncryptedTextField("手机")
    phone_hash = models.CharField(max_length=32, db_index=True)
    role = models.CharField("角色", max_length=16, choices=Role)
    purpose = models.CharField(max_length=32, help_text="Which app completes it: see accounts.invitations.register")
    subject_id = models.BigIntegerField("对象", null=True, blank=True, help_text="e.g. the enterprise it is bound to")
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="邀请人")
    created_at = models.DateTimeField("邀请时间", default=timezone.now)
    expires_at = models.DateTimeField("有效到", default=invitation_expiry)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    token = TokenField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_role_display()}"
