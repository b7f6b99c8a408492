"""An enterprise's own people: accounts and roster."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises import visiting
from enterprises.actions import end_contact, hand_over, invite_contact, reveal_person
from enterprises.forms import ContactHandOverForm, ContactInviteForm
from enterprises.models import DailyReport, Employment, Enterprise, EnterpriseContact, PersonFlag
from parkportal.accounts.asking import SignedIn
from parkportal.accounts.models import Invitation, in_force
from parkportal.again import WhyForm, agreed, drawn_again, typed
from parkportal.guards import roles
from parkportal.keys import key_of
from parkportal.records import terms
from parkportal.states import Refused

OWN = ("committee", "contact", "principal")
PAGE = 50


@roles(*OWN)
def contact_list(request: SignedIn, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    context = {
        "enterprise": enterprise,
        "contacts": enterprise.contacts.filter(in_force()).select_related("user", "handing_over_to"),
        "invitations": Invitation.objects.open()
        .filter(purpose="enterprise_contact", subject_id=pk)
        .select_related("invited_by"),
    }
    return render(request, "enterprises/contact_list.html", context)


@roles(*OWN)
def contact_invite(request: SignedIn, pk: int) -> HttpResponse:
    """A single-use link by text message."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    initial = {"name": enterprise.liaison_name, "phone": enterprise.liaison_phone}
    form = ContactInviteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invite_contact(
                enterprise=enterprise,
                name=data["name"],
                phone=data["phone"],
                kind=data["kind"],
                by=request.user,
                token=data["token"],
            )
            messages.success(request, "邀请发出去了，链接三天内有效，只能用一次。")
            return redirect("enterprises:contact_list", pk=pk)
        except Refused as refused:
            form.add_error("phone", refused)
    context = {"form": form, "enterprise": enterprise}
    return render(request, "enterprises/contact_invite.html", context, status=422 if form.errors else 200)


@roles(*OWN)
def contact_hand_over(request: SignedIn, pk: int) -> HttpResponse:
    """A successor is invited; with the first sign-in of the successor the account that hands over ends."""
    contact = get_object_or_404(_held(request.user), pk=pk)
    form = ContactHandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            hand_over(contact=contact, name=data["name"], phone=data["phone"], by=request.user, token=data["token"])
            messages.success(request, f"链接发给{data['name']}了；接手以后，{contact.user}自动离任。")
            return redirect("enterprises:contact_list", pk=contact.enterprise_id)
        except Refused as refused:
            form.add_error("phone", refused)
    context = {"form": form, "contact": contact, "enterprise": contact.enterprise}
    return render(request, "enterprises/contact_hand_over.html", context, status=422 if form.errors else 200)


def _held(user: Any) -> Any:
    """Running accounts of the enterprises that this person may write."""
    enterprises = Enterprise.objects.editable_by(user)
    return EnterpriseContact.objects.filter(in_force(), enterprise__in=enterprises).select_related("user", "enterprise")


@require_POST
@roles(*OWN)
def contact_end(request: SignedIn, pk: int) -> HttpResponse:
    contact = get_object_or_404(_held(request.user), pk=pk)
    try:
        end_contact(contact=contact, by=request.user)
        messages.success(request, f"{contact.user} 不再是{contact.enterprise}的联络人。")
        if contact.user_id == request.user.pk and not request.user.has_role("committee"):
            return redirect("dashboard:home")
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:contact_list", pk=contact.enterprise_id)


@roles("committee", "contact", "principal", "squad", "supervisor")
def people_list(request: SignedIn, pk: int) -> HttpResponse:
    """The roster, masked."""
    enterprise = get_object_or_404(Enterprise.objects.followed_by(request.user).current(), pk=pk)
    rows = Employment.objects.visible_to(request.user).current().filter(enterprise=enterprise)
    rows = (
        rows.select_related("person")
        .prefetch_related(Prefetch("person__flags", queryset=PersonFlag.objects.in_force()))
        .order_by("person__pinyin_key", "pk")
    )
    if person := request.GET.get("person", ""):
        rows = rows.filter(person=key_of(person) or 0)
    context = {
        "enterprise": enterprise,
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "may_write": Enterprise.objects.editable_by(request.user).filter(pk=pk).exists(),
        "flag_words": terms.labels("person_flag"),
        "report": DailyReport.objects.in_force().filter(enterprise=enterprise).first(),
        **Employment.objects.visible_to(request.user).filter(enterprise=enterprise).counted(),
    }
    return render(request, "enterprises/people_list.html", context)


@roles("committee", "contact", "principal")
def person_reveal(request: SignedIn, pk: int) -> HttpResponse:
    """Full number and phone against a reason; the page forgets them after 60 seconds."""
    rows = Employment.objects.visible_to(request.user).filter(
        enterprise__in=Enterprise.objects.editable_by(request.user)
    )
    employment = get_object_or_404(rows.select_related("person", "enterprise"), pk=pk)
    person = employment.person
    context = {"employment": employment, "person": person, "reasons": visiting.CALL_REASONS}
    if request.method == "POST":
        form = typed(request, WhyForm, WhyForm.MARK, reasons=visiting.CALL_REASONS)
        show = partial(reveal_person, person=person, enterprise=employment.enterprise, by=request.user)
        is_shown, context["shown"] = agreed(form, show)
        if not is_shown:
            return drawn_again(request, form, "enterprises:person_reveal", pk=pk)
    return render(request, "enterprises/person_reveal.html", context)
