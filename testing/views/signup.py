"""Public sign-up of one person: a question group a page, a check page, one submit."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from parkportal.clock import park_now
from parkportal.guards import public
from parkportal.keys import key_of
from parkportal.privacy import mask_phone
from parkportal.records import settings
from parkportal.records.codes import take_code
from parkportal.records.models import Parked
from parkportal.states import Refused
from testing import drafts
from testing.actions import AlreadySignedUp, Declaration, send_link_again, sign_up
from testing.actions.signups import group_for, slots_left, waiting_by_session
from testing.forms.signup import (
    POSTS,
    AddressForm,
    CodeForm,
    ConsentForm,
    HealthForm,
    SelfContactForm,
    SlotForm,
    WhoForm,
    suggest,
)
from testing.groups import mode_of
from testing.language import keep_to
from testing.models import Campaign, Mode, PhoneCode, SignUp, Slot
from testing.phone_codes import check_code, send_code
from testing.signup_page import SlotDay, answer_rows, slot_days

FORMS = {"who": WhoForm, "contact": SelfContactForm, "phone": CodeForm, "health": HealthForm, "place": SlotForm}
STEPS = ("who", "contact", "health", "place")
WITH_PHONE = ("who", "contact", "phone", "health", "place")


def steps_of(content: dict[str, Any]) -> tuple[str, ...]:
    """The pages of this sign-up; whether the phone is confirmed was settled when it began."""
    return WITH_PHONE if content.get("asks_code") else STEPS


def _campaign(request: HttpRequest, slug: str) -> Campaign:
    campaign = get_object_or_404(Campaign.objects.exclude(status=Campaign.Status.DRAFT), slug=slug)
    keep_to(campaign, request)
    return campaign


@public
@require_GET
def signup(request: HttpRequest, slug: str) -> HttpResponse:
    """What this is for, what it costs, and one button."""
    campaign = _campaign(request, slug)
    if not campaign.is_open:
        return render(request, "testing/signup_closed.html", {"campaign": campaign}, status=410)
    free = sum(slot.free for slot in slots_left(campaign))
    return render(
        request,
        "testing/signup.html",
        {
            "campaign": campaign,
            "free": free,
            "fever_phone": settings.get("fever_phone"),
            "consent": campaign.current_consent(),
        },
    )


@public
@require_http_methods(["GET", "POST"])
def signup_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """One group of questions; what was answered is kept on the server, also when it is not right yet."""
    campaign = _open(request, slug)
    draft = drafts.load(request, slug)
    content = drafts.answers(draft)
    steps = steps_of(content)
    if step not in steps or _first_gap(content, upto=step) != step:
        return redirect("public:signup_step", slug, _first_gap(content, upto=step) if step in steps else "who")
    if step == "phone" and request.POST.get("do") == "again":
        return _code_again(request, campaign, draft, content)
    form_class = _form_class(step, content)
    if request.method != "POST":
        return _render_step(request, campaign, step, form_class(initial=content.get(step)), content)
    form = form_class(request.POST)
    if not form.is_valid() or not _slot_is_free(form, campaign) or not _code_agrees(form, content):
        return _render_step(request, campaign, step, form, content)
    content[step] = _plain(form.cleaned_data)
    _follow(step, content, campaign)
    drafts.keep(request, campaign, draft, content)
    following = _next(step, content)
    return redirect("public:signup_step", slug, following) if following else redirect("public:signup_check", slug)


def _follow(step: str, content: dict[str, Any], campaign: Campaign) -> None:
    """What an answer decides: the group after the health page; code and consent version after the last question."""
    if step == "who" and "asks_code" not in content:
        content["asks_code"] = settings.get_flag("signup_phone_code")
    if step == "contact" and content.get("asks_code") and content.get("code_for") != content["contact"]["phone"]:
        content.pop("phone", None)
        _text_code(content)
    if step == "phone":
        content["phone"] = {"at": park_now().isoformat()}
    if step == "health":
        content["group"] = group_for(_declaration(content))
        if mode_of(content["group"]) != content.get("mode"):
            content["mode"] = mode_of(content["group"])
            content.pop("place", None)
    if step == "place":
        consent = campaign.current_consent()
        content["consent"] = consent.pk if consent else None
        content["code"] = content.get("code") or take_code("RY")


def _text_code(content: dict[str, Any]) -> None:
    phone = content["contact"]["phone"]
    code = send_code(PhoneCode.Purpose.SIGNUP, phone=phone, language=get_language() or "zh-hans")
    content["code_for"], content["phone_code"] = phone, str(code.public_token)


def _code_again(request: HttpRequest, campaign: Campaign, draft: Any, content: dict[str, Any]) -> HttpResponse:
    """Another code; the limits of one number hold in the outbox."""
    _text_code(content)
    drafts.keep(request, campaign, draft, content)
    messages.info(request, _("验证码又发了一次；一分钟内只发一次，请用最新的一条。"))
    return redirect("public:signup_step", campaign.slug, "phone")


def _code_agrees(form: Any, content: dict[str, Any]) -> bool:
    if not isinstance(form, CodeForm):
        return True
    if check_code(PhoneCode.Purpose.SIGNUP, content.get("phone_code"), form.cleaned_data["digits"]):
        return True
    form.add_error("digits", _("验证码不对或者过期了，请核对，或者再发一次"))
    return False


def _open(request: HttpRequest, slug: str) -> Campaign:
    campaign = _campaign(request, slug)
    if not campaign.is_open:
        raise Http404
    return campaign


def _first_gap(content: dict[str, Any], *, upto: str) -> str:
    for step in steps_of(content):
        if step == upto or step not in content:
            return step
    return upto


def _next(step: str, content: dict[str, Any]) -> str:
    steps = steps_of(content)
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else ""


def _form_class(step: str, content: dict[str, Any]) -> Any:
    return AddressForm if step == "place" and content.get("mode") == Mode.DOOR else FORMS[step]


def _slot_is_free(form: Any, campaign: Campaign) -> bool:
    """A slot that has filled up meanwhile is said so here; the last word has the submit."""
    if not isinstance(form, SlotForm) or form.cleaned_data["wait"] is not None:
        return True
    slot = slots_left(campaign).filter(pk=form.cleaned_data["slot"]).first()
    if slot is None or slot.free < 1:
        form.add_error("slot", _("这个时段刚刚约满，请换一个时段"))
        return False
    return True


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}


def _render_step(
    request: HttpRequest, campaign: Campaign, step: str, form: Any, content: dict[str, Any], **extra: Any
) -> HttpResponse:
    steps = steps_of(content)
    number = steps.index(step) + 1
    context = {
        "campaign": campaign,
        "form": form,
        "step": step,
        "number": number,
        "count": len(steps) + 1,
        "back": steps[number - 2] if number > 1 else "",
        "phone": mask_phone(content["contact"]["phone"]) if step == "phone" else "",
        "is_door": content.get("mode") == Mode.DOOR,
        "fever_phone": settings.get("fever_phone"),
        **extra,
    }
    if isinstance(form, SlotForm):
        days = _days(campaign, form)
        is_all_full = not any(day.free for day in days)
        context |= {"days": days, "may_wait": True, "is_all_full": is_all_full, "chosen": _chosen(form)}
    return render(request, "testing/signup_step.html", context)


def _days(campaign: Campaign, form: SlotForm) -> list[SlotDay]:
    return slot_days(slots_left(campaign), chosen=_chosen(form), ahead=waiting_by_session(campaign))


def _chosen(form: SlotForm) -> str:
    """What is ticked: from this submit, or from the answers kept before."""
    if form.is_bound:
        return str(form["slot"].value() or "")
    wait = form.initial.get("wait")
    return f"w{wait}" if wait is not None else str(form.initial.get("slot") or "")


def _declaration(content: dict[str, Any]) -> Declaration:
    who, contact, health = content["who"], content["contact"], content["health"]
    place = content.get("place", {})
    arrived = health.get("arrived_on")
    return Declaration(
        name=who["name"],
        document_type=contact["document_type"],
        number=contact["number"],
        phone=contact["phone"],
        enterprise_id=who.get("enterprise_id"),
        enterprise_name=who["enterprise_name"],
        post=who.get("post", ""),
        is_key_post=who.get("post", "") in dict(POSTS) and bool(who.get("post")),
        origin=health["origin"],
        from_outside=health["origin"] == "outside",
        from_hubei=health["origin"] == "hubei",
        arrived_on=date.fromisoformat(arrived) if arrived else None,
        had_contact=health["had_contact"] == "yes",
        symptoms=tuple(health.get("symptoms", ())),
        address=place.get("address", ""),
        language=get_language() or "zh-hans",
    )


@public
@require_http_methods(["GET", "POST"])
def signup_check(request: HttpRequest, slug: str) -> HttpResponse:
    """Check your answers, agree, submit; the place is taken only now."""
    if request.method == "POST":
        return _submit(request, slug)
    campaign = _open(request, slug)
    draft = drafts.load(request, slug)
    content = drafts.answers(draft)
    if gap := next((step for step in steps_of(content) if step not in content), ""):
        return redirect("public:signup_step", slug, gap)
    _show_newest_consent(request, campaign, draft, content)
    return _render_check(request, campaign, content, ConsentForm(initial={"token": content["token"]}))


def _show_newest_consent(
    request: HttpRequest, campaign: Campaign, draft: Parked | None, content: dict[str, Any]
) -> None:
    """What is agreed to is the version that this page shows, also when another one came after the last question."""
    newest = campaign.current_consent()
    if newest and content["consent"] != newest.pk:
        content["consent"] = newest.pk
        drafts.keep(request, campaign, draft, content)


def _submit(request: HttpRequest, slug: str) -> HttpResponse:
    draft = drafts.load(request, slug)
    if draft is None:
        _campaign(request, slug)
    content = drafts.answers(draft)
    form = ConsentForm(request.POST)
    if any(step not in content for step in steps_of(content)):
        return _sent_before(form, slug)
    if not form.is_valid():
        return _render_check(request, _open(request, slug), content, form)
    try:
        signup = _sign_up(content, form.cleaned_data["token"], draft)
    except AlreadySignedUp as known:
        send_link_again(signup_id=known.signup_id)
        drafts.throw_away(draft)
        return redirect("public:signup_known", slug)
    except Refused as refusal:
        return _another_slot(request, slug, content, refusal)
    return redirect("public:signup_code", signup.public_token)


def _sign_up(content: dict[str, Any], token: UUID, draft: Parked | None) -> SignUp:
    return sign_up(
        campaign_id=content["campaign"],
        declaration=_declaration(content),
        group=content["group"],
        slot_id=content["place"].get("slot"),
        consent_id=content["consent"],
        code=content["code"],
        token=token,
        draft=draft,
        wait=content["place"].get("wait"),
        phone_confirmed_at=datetime.fromisoformat(content["phone"]["at"]) if content.get("phone") else None,
    )


def _sent_before(form: ConsentForm, slug: str) -> HttpResponse:
    """The same submit again after its answers have become a sign-up shows that sign-up."""
    found = SignUp.objects.filter(token=form.cleaned_data["token"]).first() if form.is_valid() else None
    return redirect("public:signup_code", found.public_token) if found else redirect("public:signup", slug)


def _another_slot(request: HttpRequest, slug: str, content: dict[str, Any], refusal: Refused) -> HttpResponse:
    """The place went to somebody else: the other free slots, with everything else kept."""
    campaign = _campaign(request, slug)
    if not campaign.is_open:
        return render(request, "testing/signup_closed.html", {"campaign": campaign}, status=410)
    form = SlotForm({"slot": ""})
    form.errors.clear()
    form.add_error("slot", _(refusal.text))
    return _render_step(request, campaign, "place", form, content)


def _render_check(request: HttpRequest, campaign: Campaign, content: dict[str, Any], form: ConsentForm) -> HttpResponse:
    slot = Slot.objects.select_related("session__point").filter(pk=content["place"].get("slot")).first()
    consent = campaign.consents.filter(pk=content["consent"]).first()
    notice = reverse("public:signup_notice", args=[campaign.slug])
    context = {
        "campaign": campaign,
        "form": form,
        "rows": answer_rows(content, slot),
        "consent": consent,
        "notice_url": f"{notice}?version={consent.version}" if consent else notice,
        "number": len(steps_of(content)) + 1,
        "is_door": content.get("mode") == Mode.DOOR,
    }
    return render(request, "testing/signup_check.html", context)


@public
@require_GET
def signup_notice(request: HttpRequest, slug: str) -> HttpResponse:
    """What is collected, what for, who sees it, how long it stays."""
    campaign = _campaign(request, slug)
    asked = campaign.consents.filter(version=key_of(request.GET.get("version"))).first()
    context = {"campaign": campaign, "consent": asked or campaign.current_consent()}
    return render(request, "testing/signup_notice.html", context)


@public
@require_GET
def signup_known(request: HttpRequest, slug: str) -> HttpResponse:
    """The same answer to everybody whose document is signed up already."""
    return render(request, "testing/signup_known.html", {"campaign": _campaign(request, slug), "now": park_now()})


@public
@require_GET
def signup_enterprises(request: HttpRequest, slug: str) -> HttpResponse:
    """Names of firms for the field that completes itself."""
    _campaign(request, slug)
    found = suggest(request.GET.get("q", "")[:60])
    return JsonResponse({"found": [{"id": one.pk, "name": one.name} for one in found]})
