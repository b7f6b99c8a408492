"""Accounts and roles, for administrators; the committee may look."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from parkportal.accounts import actions, invitations
from parkportal.accounts import second_factor as factor
from parkportal.accounts.asking import SignedIn
from parkportal.accounts.forms import RoleForm, StaffInvitationForm
from parkportal.accounts.models import Invitation, Role, RoleGrant, User
from parkportal.again import ReasonForm, answered, drawn, typed
from parkportal.guards import roles
from parkportal.privacy import mask_phone
from parkportal.states import AlreadyMoved, Refused

PER_PAGE = 50


@require_GET
@roles("admin", "committee")
def user_list(request: SignedIn) -> HttpResponse:
    """All accounts: by name or user name, by role, in use or not."""
    users = User.objects.visible_to(request.user).prefetch_related("grants")
    query, role, state = (request.GET.get(name, "").strip() for name in ("q", "role", "state"))
    if query:
        users = users.filter(Q(name__icontains=query) | Q(username__icontains=query) | Q(department__icontains=query))
    if role in Role.values:
        users = users.with_role(role)
    users = users.filter(is_active=state != "closed")
    page = Paginator(users, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "q": query,
        "role": role,
        "state": state,
        "roles": Role.choices,
        "open_invitations": Invitation.objects.open().select_related("invited_by").order_by("-id")[:20],
    }
    return render(request, "accounts/user_list.html", context)


@require_GET
@roles("admin", "committee")
def user_detail(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    held = set(user.grants.filter(ends_on__isnull=True).values_list("role", flat=True))
    context = {
        "account": user,
        "phone": mask_phone(user.phone) if user.phone else "",
        "grants": user.grants.select_related("granted_by").order_by("ends_on", "starts_on"),
        "role_form": drawn(request, RoleForm, "role"),
        "free_roles": [(code, label) for code, label in Role.choices if code not in held],
        "has_device": factor.device_of(user) is not None,
        "may_change": request.user.has_role("admin") and request.user.pk != user.pk,
    }
    return render(request, "accounts/user_detail.html", context)


@roles("admin")
def user_invite(request: SignedIn) -> HttpResponse:
    form = StaffInvitationForm(request.POST or None)
    if form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("name", "phone", "role")}
        invitations.invite(**wanted, purpose=invitations.STAFF, by=request.user, token=form.cleaned_data["token"])
        messages.success(request, f"邀请短信已写入发件箱：{wanted['name']}，{Role(wanted['role']).label}。")
        return redirect("accounts:user_list")
    return render(request, "accounts/user_invite.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@roles("admin")
def role_grant(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)

    def act(role: str) -> None:
        try:
            actions.grant_role(user=user, role=role, by=request.user)
        except AlreadyMoved as already:
            messages.info(request, already.text)

    return answered(request, typed(request, RoleForm, "role"), act, "accounts:user_detail", beside="role", pk=pk)


@require_POST
@roles("admin")
def role_end(request: SignedIn, pk: int) -> HttpResponse:
    grants = RoleGrant.objects.filter(user__in=User.objects.visible_to(request.user)).select_related("user")
    grant = get_object_or_404(grants, pk=pk)
    try:
        actions.end_role(grant=grant, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.text)
    return redirect("accounts:user_detail", grant.user_id)


@require_POST
@roles("admin")
def user_deactivate(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = typed(request, ReasonForm, "closed", needs="停用账号要写明原因。")
    act = partial(actions.deactivate, user=user, by=request.user)
    return answered(
        request, form, act, "accounts:user_detail", done=f"{user.name} 的账号已停用，所有登录已退出。", pk=pk
    )


@require_POST
@roles("admin")
def user_activate(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    actions.activate(user=user, by=request.user)
    return redirect("accounts:user_detail", pk)


@require_POST
@roles("admin")
def user_reset_password(request: SignedIn, pk: int) -> HttpResponse:
    """Shows the temporary password once, to be said face to face."""
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    try:
        temporary = actions.reset_password(user=user, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.text)
        return redirect("accounts:user_detail", pk)
    return render(request, "accounts/temporary_password.html", {"account": user, "temporary": temporary})


@require_POST
@roles("admin")
def user_reset_second_factor(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = typed(request, ReasonForm, "factor", needs="重置验证器要写明原因。")
    act = partial(actions.reset_second_factor, user=user, by=request.user)
    return answered(request, form, act, "accounts:user_detail", done=f"{user.name} 下次登录时重新绑定验证器。", pk=pk)
