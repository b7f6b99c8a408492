"""The page behind an invitation's link."""

from django.contrib import auth
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from parkportal.accounts import invitations
from parkportal.accounts.forms import AccountOpeningForm
from parkportal.accounts.models import Invitation, User
from parkportal.accounts.views.sign_in import on_from_here
from parkportal.guards import public
from parkportal.privacy import mask_phone
from parkportal.states import Refused

BACKEND = "parkportal.accounts.backends.PortalBackend"


@sensitive_post_parameters("password", "again")
@public
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Says who invites to what; a user name and a password open the account. Used, lapsed, unknown: one polite page."""
    found = invitations.find(token)
    if found is None:
        return render(request, "accounts/invitation_closed.html", status=410)
    account = invitations.account_of(found)
    if account is not None:
        return _with_account(request, found, account)
    form = AccountOpeningForm(request.POST or None, user=User(name=found.name))
    if form.is_valid():
        try:
            user = invitations.accept(
                found, username=form.cleaned_data["username"], password=form.cleaned_data["password"]
            )
        except Refused:
            return render(request, "accounts/invitation_closed.html", status=410)
        except IntegrityError:
            form.add_error("username", "这个用户名刚刚有人用了，换一个。")
        else:
            auth.login(request, user, backend=BACKEND)
            return on_from_here(request)
    context = {"form": form, **_facts(found)}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def _facts(found: Invitation) -> dict:
    return {"invitation": found, "place": invitations.place_of(found), "phone": mask_phone(found.phone)}


def _with_account(request: HttpRequest, found: Invitation, account: User) -> HttpResponse:
    """The invited phone has an account: its owner signs in and accepts with it."""
    own = request.user.is_authenticated and request.user.pk == account.pk
    if own and request.method == "POST":
        try:
            invitations.accept_as(found, user=account)
        except Refused:
            return render(request, "accounts/invitation_closed.html", status=410)
        return redirect("dashboard:home")
    return render(request, "accounts/invitation_account.html", {"own": own, **_facts(found)})
