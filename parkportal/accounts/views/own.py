"""The own account: second step, password, sessions."""

import django_otp
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from parkportal.accounts import actions
from parkportal.accounts import second_factor as factor
from parkportal.accounts.asking import SignedIn
from parkportal.accounts.forms import DigitsForm, PasswordChangeForm, RecoveryForm
from parkportal.accounts.views.sign_in import next_address
from parkportal.guards import roles
from parkportal.printing.barcodes import qr_svg
from parkportal.privacy import mask_phone
from parkportal.records.audit import record
from parkportal.states import Refused


@roles(on_the_way_in=True)
def second_factor(request: SignedIn) -> HttpResponse:
    """Six digits, or with `?with=recovery` a recovery code. Who has no authenticator yet is led to set one up."""
    user, wanted = request.user, next_address(request)
    if user.is_verified():
        return redirect(wanted)
    if factor.device_of(user) is None:
        return redirect(f"{reverse('accounts:second_factor_set_up')}?{urlencode({'next': wanted})}")
    by_code = request.GET.get("with") == "recovery"
    form = (RecoveryForm if by_code else DigitsForm)(request.POST or None)
    if form.is_valid():
        try:
            django_otp.login(request, factor.verify(user, **form.cleaned_data))
        except Refused as refusal:
            form.add_error("recovery" if by_code else "digits", refusal.text)
        else:
            request.session.cycle_key()
            return redirect(wanted)
    left, codes_left = factor.tries_left(user), factor.recovery_codes_left(user)
    if not left:
        return render(request, "429.html", status=429)
    context = {"form": form, "left": left, "by_code": by_code, "next": wanted, "codes_left": codes_left}
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


@roles(on_the_way_in=True)
def second_factor_set_up(request: SignedIn) -> HttpResponse:
    """The QR code for the authenticator; six digits prove that it arrived. Then the recovery codes, once."""
    user, wanted = request.user, next_address(request)
    if factor.device_of(user) is not None:
        return redirect("accounts:second_factor")
    secret = factor.new_secret(user, request.session.session_key or "")
    form = DigitsForm(request.POST or None)
    form.fields["digits"].widget.attrs.pop("autofocus")  # the code to scan comes first
    if form.is_valid():
        try:
            device, codes = factor.set_up(user, secret=secret, digits=form.cleaned_data["digits"])
        except Refused as refusal:
            form.add_error("digits", refusal.text)
        else:
            django_otp.login(request, device)
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": wanted})
    context = {
        "form": form,
        "qr": qr_svg(TOTPDevice(user=user, key=secret).config_url, label="给验证器扫的二维码"),
        "secret": factor.secret_for_typing(secret),
        "next": wanted,
    }
    return render(request, "accounts/second_factor_set_up.html", context, status=422 if form.errors else 200)


@require_POST
@roles()
def recovery_codes(request: SignedIn) -> HttpResponse:
    """Ten new recovery codes; the old ones are void."""
    if factor.device_of(request.user) is None:
        return redirect("accounts:second_factor_set_up")
    if not request.user.is_verified():
        return redirect("accounts:second_factor")
    codes = factor.new_recovery_codes(request.user, by=request.user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": reverse("accounts:profile")})


@sensitive_post_parameters("old", "password", "again")
@roles(on_the_way_in=True)
def password_change(request: SignedIn) -> HttpResponse:
    form = PasswordChangeForm(request.POST or None, user=request.user)
    if form.is_valid():
        actions.change_password(user=request.user, password=form.cleaned_data["password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码改好了，其他设备上的登录已经退出。")
        return redirect("accounts:profile")
    return render(request, "accounts/password_change.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@roles()
def profile(request: SignedIn) -> HttpResponse:
    user = request.user
    context = {
        "phone": mask_phone(user.phone) if user.phone else "",
        "grants": user.grants.order_by("ends_on", "starts_on"),
        "has_device": factor.device_of(user) is not None,
        "codes_left": factor.recovery_codes_left(user),
    }
    return render(request, "accounts/profile.html", context)


@require_POST
@roles()
def end_other_sessions(request: SignedIn) -> HttpResponse:
    """Ends every session of the account but this one."""
    request.user.end_sessions()
    update_session_auth_hash(request, request.user)
    record("account.other_sessions_ended", by=request.user, subject=request.user)
    messages.success(request, "其他设备上的登录都已退出。")
    return redirect("accounts:profile")
