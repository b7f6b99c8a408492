"""The investor's page: two languages, no account. Expired, taken back and unknown look the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.http import require_GET, require_http_methods

from investment import actions
from investment.forms import TimeForm
from investment.models import Photo, ShareLink, ShareView
from parkportal.again import drawn, drawn_again, refused_forms, typed
from parkportal.clock import SHANGHAI
from parkportal.guards import public
from parkportal.records.files import serve


def _open_link(address: str) -> ShareLink:
    links = ShareLink.objects.open().select_related("unit__building", "lead", "by")
    return get_object_or_404(links, address=address)


def _zone(link: ShareLink) -> ZoneInfo:
    return link.lead.zone if link.lead else SHANGHAI


def _there(link: ShareLink) -> datetime | None:
    return link.offered_at.astimezone(_zone(link)) if link.offered_at else None


@public
def share(request: HttpRequest, token: str) -> HttpResponse:
    """The page; each opening is counted, without any trace of who it was."""
    link = _open_link(token)
    language = request.GET.get("lang", link.language)
    language = language if language in {"en", "zh-hans"} else link.language
    if request.method == "GET" and not refused_forms(request):
        actions.count_view(link)
    with translation.override(language):
        context = {
            "link": link,
            "unit": link.unit,
            "english": language == "en",
            "photos": link.unit.photos.all(),
            "here": link.offered_at,
            "there": _there(link),
            "there_place": link.lead.place if link.lead else "",
            "form": drawn(request, TimeForm),
            "asked": request.GET.get("asked") == "1",
        }
        return render(request, "investment/share.html", context)


@require_http_methods(["POST"])
@public
def share_ask(request: HttpRequest, token: str) -> HttpResponse:
    """The guest asks for the offered time or another one."""
    link = _open_link(token)
    language = "zh-hans" if request.POST.get("lang") == "zh-hans" else "en"
    with translation.override(language):
        form = typed(request, TimeForm)
        if not form.is_valid():
            return drawn_again(request, form, "share:share", query=f"lang={language}", token=token)
    wanted = form.wanted_at(link.offered_at, _zone(link))
    actions.ask_for_time(link, token=form.cleaned_data["token"], wanted_at=wanted, note=form.cleaned_data["note"])
    answer = redirect("share:share", token=token)
    answer["Location"] += f"?asked=1&lang={language}"
    return answer


@require_GET
@public
def share_photo(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """A picture of the unit; counted when the guest opens it, not when the page shows it."""
    link = _open_link(token)
    photo = get_object_or_404(Photo.objects.filter(unit=link.unit).select_related("file"), pk=pk)
    if request.GET.get("opened"):
        actions.count_view(link, ShareView.What.PHOTO)
    return serve(photo.file, download=False)
