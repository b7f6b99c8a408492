"""What the pages of supplies share: who reads, who writes, and how a page is shown."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from parkportal.accounts.asking import SignedIn

READERS = ("committee", "leader", "warehouse")
WRITERS = ("committee", "warehouse")
APPROVERS = ("committee",)  # whoever approves has a second factor
PAGE = 50


def show(request: SignedIn, template: str, form: forms.BaseForm | None = None, **context: Any) -> HttpResponse:
    """A page with `perms_write`; with a form that has errors the answer is 422."""
    context |= {"perms_write": request.user.has_role(*WRITERS)}
    if form is not None:
        context["form"] = form
    return render(
        request, f"supplies/{template}.html", context, status=422 if form is not None and form.errors else 200
    )
