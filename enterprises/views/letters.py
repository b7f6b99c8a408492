"""慰问信, 暖心短信, 问候: written to a filter's rows with the count before, and who was reached."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from enterprises import purposes
from enterprises.actions.letters import make_greeting, print_letters, send_greeting, send_rest
from enterprises.addressing import Addressees, addressees
from enterprises.dictionaries import INVITED
from enterprises.forms.letters import GreetingForm, MadeForm
from enterprises.models import Greeting, GreetingContact, GreetingKind
from enterprises.models.letters import REACHED, Addressee
from parkportal.accounts.asking import SignedIn
from parkportal.again import answered, drawn, typed
from parkportal.guards import roles
from parkportal.idempotency import made_before
from parkportal.messaging import purposes as messaging_purposes
from parkportal.messaging import texts
from parkportal.records import terms
from parkportal.states import Refused

PARK = ("committee", "leader", "supervisor", "squad")
READ = (*PARK, "contact", "principal")
PAGE = 50


@roles(*READ)
def greeting_list(request: SignedIn) -> HttpResponse:
    rows = Greeting.objects.visible_to(request.user).select_related("by")
    page = Paginator(rows.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    reached = GreetingContact.objects.visible_to(request.user).filter(greeting__in=[one.pk for one in page])
    counts = reached.order_by().values("greeting").annotate(all=Count("pk"), done=Count("pk", filter=REACHED))
    context = {
        "page_obj": page,
        "counts": {row["greeting"]: (row["all"], row["done"]) for row in counts},
        "is_park": request.user.has_role(*PARK),
        "may_write": request.user.has_role("committee"),
        "invited": next((term for term in terms.in_use("tag") if term.code == INVITED), None),
    }
    return render(request, "enterprises/greeting_list.html", context)


@roles("committee")
def greeting_create(request: SignedIn, kind: str) -> HttpResponse:
    """`look` shows the words as the first enterprise gets them, and writes nothing."""
    if kind not in GreetingKind.values:
        raise Http404
    if known := made_before(Greeting, request.POST.get("token")):
        return redirect("enterprises:greeting_detail", pk=known.pk)
    query = request.POST.get("query", request.GET.urlencode())
    who = request.POST.get("addressee", "") if request.POST.get("addressee") in Addressee.values else "principal"
    to = addressees(query, request.user, phone=who)
    form = GreetingForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        try:
            to.refuse_change(form.cleaned_data["count"])
            token = form.cleaned_data["token"]
            made, _ = send_greeting(facts=form.facts(), enterprises=to.rows, query=query, by=request.user, token=token)
            return redirect("enterprises:greeting_detail", pk=made.pk)
        except Refused as refused:
            form.add_error(None, refused)
    context = {"form": form, "to": to, "kind": kind, "whose": Addressee(who).label, **_shown(form, to, kind)}
    return render(request, "enterprises/greeting_form.html", context, status=422 if form.errors else 200)


def _shown(form: GreetingForm, to: Addressees, kind: str) -> dict[str, Any]:
    """How many text messages each wording counts as, by the longest name; the words once they were typed."""
    longest = "某" * max(to.longest_name, 2)
    context: dict[str, Any] = {"kinds": GreetingKind.choices, "first": None}
    if kind == GreetingKind.SMS:
        whole = [(one.title, texts.compose(one, {"name": longest})) for one in purposes.CARE]
        context["counted"] = [(title, len(text), texts.segments(text)) for title, text in whole]
    if form.is_bound and form.is_valid():
        context |= {"looked": form.facts(), "first": to.rows.first()}
        if kind == GreetingKind.SMS:
            context |= _message_of_first(to, context["looked"])
    return context


def _message_of_first(to: Addressees, facts: dict[str, Any]) -> dict[str, Any]:
    """The whole text message as the first who has a number gets it."""
    who = facts["addressee"]
    first = to.rows.exclude(**{f"{who}_phone_hash": ""}).first() or to.rows.first()
    name = getattr(first, f"{who}_name", "") or Addressee(who).label
    words = texts.compose(messaging_purposes.get(facts["purpose"]), {"name": name})
    return {"first": first, "looked": {**facts, "body": words}}


@roles(*READ)
def greeting_detail(request: SignedIn, pk: int) -> HttpResponse:
    """For the park whom it reached and how; for the enterprise the letter itself."""
    greeting = get_object_or_404(Greeting.objects.visible_to(request.user).select_related("by", "job"), pk=pk)
    contacts = GreetingContact.objects.visible_to(request.user).filter(greeting=greeting)
    counts = contacts.order_by().aggregate(all=Count("pk"), done=Count("pk", filter=REACHED))
    rows = contacts.select_related("enterprise", "greeting", "message", "done_by").order_by(
        "enterprise__pinyin_key", "pk"
    )
    is_park = request.user.has_role(*PARK)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "greeting": greeting,
        "counts": counts,
        "page_obj": page,
        "rows": [(contact, drawn(request, MadeForm, f"made-{contact.pk}")) for contact in page],
        "is_park": is_park,
        "is_committee": request.user.has_role("committee"),
        "is_by_person": greeting.kind == GreetingKind.GREETING,
        "may_make": request.user.has_role("committee", "supervisor", "squad"),
        "left": contacts.to_send().count() if is_park else 0,
        "running": greeting.job is not None and not greeting.job.is_over,
    }
    return render(request, "enterprises/greeting_detail.html", context)


@require_POST
@roles("committee")
def greeting_rest(request: SignedIn, pk: int) -> HttpResponse:
    greeting = get_object_or_404(Greeting.objects.visible_to(request.user), pk=pk)
    try:
        send_rest(greeting=greeting, by=request.user)
    except Refused as refused:
        messages.warning(request, refused.text)
    return redirect("enterprises:greeting_detail", pk=pk)


@require_POST
@roles("committee")
def greeting_print(request: SignedIn, pk: int) -> HttpResponse:
    greeting = get_object_or_404(Greeting.objects.visible_to(request.user), pk=pk)
    try:
        return redirect("records:job", token=print_letters(greeting=greeting, by=request.user).token)
    except Refused as refused:
        messages.warning(request, refused.text)
        return redirect("enterprises:greeting_detail", pk=pk)


@require_POST
@roles("committee", "supervisor", "squad")
def greeting_done(request: SignedIn, pk: int) -> HttpResponse:
    """A call or a visit was made."""
    rows = GreetingContact.objects.handled_by(request.user).select_related("greeting", "enterprise")
    contact = get_object_or_404(rows, pk=pk)
    form = typed(request, MadeForm, f"made-{pk}")
    act, done = partial(make_greeting, contact=contact, by=request.user), f"{contact.enterprise}：问候记下了。"
    return answered(request, form, act, "enterprises:greeting_detail", done=done, pk=contact.greeting_id)
