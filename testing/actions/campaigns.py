"""Opening and closing a campaign, and what people agree to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from enterprises.models import Enterprise
from parkportal.clock import park_today
from parkportal.editing import Spoken, changes
from parkportal.idempotency import once
from parkportal.records.audit import last_act, record
from parkportal.states import Refused
from testing.actions.waiting import dissolve_waiting
from testing.models import Campaign, ConsentText, PoolSize

CONSENT_TEXT = (
    "为了疫情防控，园区在本次检测中收集您的姓名、证件类型和号码、手机、单位、岗位、从哪里来和身体状况。\n"
    "这些信息只用于本次检测：安排采样、核对身份、通知结果；依法需要时报告疾控部门。不用于其他用途，不公开。\n"
    "您的单位只能看到本单位人员是否已采样和阴性结果；实验室只看到标本编号。\n"
    "证件号码、手机、身体状况加密保存，任务结束后按期限删除。您可以查询、更正，联系电话见采样点。"
)
CONSENT_TEXT_EN = (
    "For epidemic control the park collects, in this round of testing, your name, type and number of your identity "
    "document, phone, employer, post, where you came from and how you feel.\n"
    "It is used for this round only: to arrange sampling, check identity and tell you the result; and, where the law "
    "asks for it, to report to the CDC. It is used for nothing else and is not published.\n"
    "Your employer sees only whether its own staff have been sampled and negative results; the laboratory sees only "
    "the number of the specimen.\n"
    "Document number, phone and health are kept encrypted and deleted after the round. You may ask for access and "
    "correction; the phone number stands at the sampling point."
)


TEXTS = ("consent", "consent_en")  # kept in versions of their own


@dataclass(frozen=True)
class CampaignPlan:
    """What the form says about a campaign."""

    title: str
    slug: str
    lab: Enterprise
    starts_on: date
    ends_on: date
    title_en: str = ""
    purpose: str = ""
    purpose_en: str = ""
    payer: str = "园区财政"
    retention_days: int = 60
    pool_size: int = PoolSize.SINGLE
    languages: Sequence[str] = ("zh-hans", "en")
    groups: Sequence[str] = ()
    is_on_hold: bool = False
    change_hours: int = 1
    consent: str = CONSENT_TEXT
    consent_en: str = CONSENT_TEXT_EN


def create_campaign(*, plan: CampaignPlan, by: Any, token: UUID | None = None) -> Campaign:
    """A new campaign in preparation, with the first version of its consent text. The same token gives the same one."""

    def create() -> Campaign:
        campaign = Campaign(created_by=by, token=token)
        _fill(campaign, plan)
        campaign.full_clean()
        campaign.save(force_insert=True)
        _consent(campaign, plan)
        record("campaign.created", by=by, subject=campaign)
        return campaign

    return once(Campaign, token, create)[0]


def _fill(campaign: Campaign, plan: CampaignPlan) -> None:
    campaign.title, campaign.title_en, campaign.slug = plan.title, plan.title_en, plan.slug
    campaign.purpose, campaign.purpose_en, campaign.lab, campaign.payer = (
        plan.purpose,
        plan.purpose_en,
        plan.lab,
        plan.payer,
    )
    campaign.starts_on, campaign.ends_on = plan.starts_on, plan.ends_on
    campaign.retention_days, campaign.is_on_hold = plan.retention_days, plan.is_on_hold
    campaign.change_hours = plan.change_hours
    campaign.pool_size, campaign.languages, campaign.groups = plan.pool_size, list(plan.languages), list(plan.groups)


def _consent(campaign: Campaign, plan: CampaignPlan) -> None:
    """A changed text is a new version; what people agreed to stays as it was."""
    current = campaign.current_consent()
    if current and (current.text, current.text_en) == (plan.consent, plan.consent_en):
        return
    ConsentText.objects.create(
        campaign=campaign,
        version=current.version + 1 if current else 1,
        text=plan.consent,
        text_en=plan.consent_en,
        valid_from=park_today(),
    )


def facts_of(campaign: Campaign) -> dict[str, Any]:
    """What stands of a campaign, under the names of its plan."""
    consent = campaign.current_consent()
    texts = {"consent": consent.text, "consent_en": consent.text_en} if consent else {}
    return {one.name: getattr(campaign, one.name) for one in fields(CampaignPlan) if one.name not in TEXTS} | texts


def edit_campaign(*, campaign: Campaign, facts: Mapping[str, Any], seen: str, spoken: Spoken, by: Any) -> Campaign:
    """Change these facts; `seen` is the mark of those that the form was drawn from. The address stays once it is open.

    Raises EditConflict, Refused `slug_fixed`, `pool_begun`, and ValidationError where two halves do not fit.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        current = facts_of(campaign)
        touched = partial(last_act, campaign, "campaign.created", "campaign.changed")
        changed = changes(seen=seen, current=current, typed=facts, spoken=spoken, touched=touched)
        if not changed:
            return campaign
        if "slug" in changed and campaign.status != Campaign.Status.DRAFT:
            raise Refused("slug_fixed", "已经开始登记，海报上的地址不能再改。")
        if "pool_size" in changed and campaign.sessions.filter(specimens__isnull=False).exists():
            raise Refused("pool_begun", "已经开始采样，几人一管不能再改。")
        plan = CampaignPlan(**{**current, **changed})
        _fill(campaign, plan)
        campaign.version += 1
        campaign.full_clean()
        campaign.save()
        _consent(campaign, plan)
        record("campaign.changed", by=by, subject=campaign, after={"栏目": list(changed)})
    return campaign


def open_campaign(*, campaign: Campaign, by: Any) -> Campaign:
    """Sign-up begins. Raises Refused `no_sessions` when there is nothing to choose from."""
    if not campaign.sessions.not_cancelled().exists():
        raise Refused("no_sessions", "还没有场次，先加一场再开放登记。")
    return _set_status(campaign, Campaign.Status.OPEN, by)


def close_campaign(*, campaign: Campaign, by: Any) -> Campaign:
    """Sign-up ends; what was signed up stays. Who still waits is told that there will be no place."""
    with transaction.atomic():
        dissolve_waiting(campaign=campaign, reason="这次检测已经结束登记", by=by)
        return _set_status(campaign, Campaign.Status.CLOSED, by)


def _set_status(campaign: Campaign, status: str, by: Any) -> Campaign:
    before = campaign.status
    with transaction.atomic():
        if Campaign.objects.filter(pk=campaign.pk).exclude(status=status).update(status=status):
            record("campaign.status", by=by, subject=campaign, before={"status": before}, after={"status": status})
    campaign.status = status
    return campaign
