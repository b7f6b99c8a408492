"""Pages of the outbox: the mailbox, the history, one message, the call list, and the provider's pushes."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkportal.guards import roles
from parkportal.messaging.models import MailboxMessage

PER_PAGE = 50


@require_GET
@roles()
def mailbox(request: HttpRequest) -> HttpResponse:
    """短信箱: what the mailbox gateway took in, newest first; not there when a provider sends."""
    if not MailboxMessage.objects.opens_for(request.user):
        raise Http404
    mails = MailboxMessage.objects.visible_to(request.user)
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/mailbox.html", {"page_obj": page})
