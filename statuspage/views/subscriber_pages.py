"""What subscribers see: the form, the page that asks to confirm, their settings, and the way out.

GET changes nothing anywhere: mail scanners follow each link. Whoever has a link may use it, so no
cookie is needed, and none is set.
"""

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.api.throttling import BUCKETS
from incidents.kernel import secrets
from incidents.kernel.errors import Conflict, DomainError, Invalid, NotFound
from incidents.web.guard import public
from statuspage.models import Language, Pace, StatusPage, Subscriber, SubscriberState, Way
from statuspage.rendering import stamps
from statuspage.rendering.frame import Frame, languages, speaking
from statuspage.services import addresses, links, subscribing
from statuspage.views import subscriber_forms
from statuspage.views.entering import nothing_here

# Forms that one network address may send in a minute; each address that is given has its own limit.
_FORMS_A_MINUTE: Final = 20
View = Callable[..., HttpResponse]


def _open(view: View) -> View:
    """Anybody may, without a cookie; nothing is kept by anyone, and no address is told onwards."""

    @wraps(view)
    def answered(request: HttpRequest, slug: str, **more: str) -> HttpResponse:
        page = StatusPage.objects.filter(slug=slug, enabled=True).first()
        if page is None:
            response = nothing_here(request)
        else:
            with speaking(_language(request, page)):
                try:
                    response = view(request, page, **more)
                except NotFound as error:
                    response = _lost(request, page, error)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    methods = require_http_methods(["GET", "HEAD", "POST"])
    opened: View = public(csrf_exempt(never_cache(methods(answered))))
    return opened


def _language(request: HttpRequest, page: StatusPage) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in languages(page) else page.language


def _answer(
    request: HttpRequest,
    page: StatusPage,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    place = stamps.place_of(getattr(request, "scope", None), page.get_absolute_url())
    frame = Frame.of(page).context("subscribe", _language(request, page))
    html = render_to_string(f"statuspage/subscribe/{template}.html", {**frame, **context})
    return HttpResponse(stamps.placed(html.encode(), place), status=status)


def _lost(request: HttpRequest, page: StatusPage, error: DomainError) -> HttpResponse:
    return _answer(request, page, "lost", {"error": _told(error)}, status=error.status)


def _told(error: DomainError) -> dict[str, str]:
    """The domain speaks English; readers are told in the language of the page where the catalogue
    has the words. Empty words are left alone: gettext has the catalogue's head under them."""
    words = {"message": error.message, "hint": error.hint}
    return {name: gettext(text) if text else "" for name, text in words.items()}


def _to(request: HttpRequest, page: StatusPage, path: str) -> HttpResponse:
    place = stamps.place_of(getattr(request, "scope", None), page.get_absolute_url())
    response = HttpResponseRedirect(f"{place.base}/{path}")
    response.status_code = 303
    return response


@_open
def subscribe(request: HttpRequest, page: StatusPage) -> HttpResponse:
    if not page.takes_subscribers:
        raise NotFound(gettext("This page takes no subscribers."))
    if request.method != "POST":
        sent = request.GET.get("sent", "")
        if sent in Way.values:
            return _answer(request, page, "sent", {"way": sent})
        return _form(request, page)
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if BUCKETS.take(f"subscribe {peer}", rate=_FORMS_A_MINUTE, at=time.monotonic()):
        error = Conflict(gettext("That was too often. Wait a minute."))
        return _form(request, page, error, status=429)
    way = request.POST.get("way", "")
    try:
        wishes = subscriber_forms.wishes_of(page, request.POST)
        address = request.POST.get("address", "")
        subscribing.subscribe(page=page, way=way, address=address, wishes=wishes)
    except Invalid as error:
        return _form(request, page, error, status=error.status)
    language = _language(request, page)
    told = f"&language={language}" if language != page.language else ""
    return _to(request, page, f"subscribe?sent={way}{told}")


def _form(
    request: HttpRequest, page: StatusPage, error: DomainError | None = None, *, status: int = 200
) -> HttpResponse:
    way = request.POST.get("way", "")
    context = {
        "ways": [found.value for found in addresses.ways()],
        "shelves": subscriber_forms.choices(page),
        "paces": _paces(Way.EMAIL),
        "error": _told(error) if error else None,
        "wrong_way": way,
        "given": request.POST.get("address", "") if error else "",
    }
    return _answer(request, page, "form", context, status=status)


def _paces(way: str) -> list[tuple[str, str]]:
    if way in (Way.WEBHOOK, Way.SMS):
        return []
    return [
        (Pace.AT_ONCE.value, gettext("At once")),
        (Pace.DAILY.value, gettext("Once a day, in one message")),
    ]


@_open
def confirm(request: HttpRequest, page: StatusPage, token: str) -> HttpResponse:
    subscriber = links.subscriber_of(page, token)
    if request.method != "POST":
        return _answer(request, page, "confirm", {"subscriber": subscriber})
    try:
        subscribing.confirm(subscriber.pk)
    except Conflict as error:
        return _lost(request, page, error)
    return _to(request, page, f"manage/{token}?said=confirmed")


@_open
def manage(request: HttpRequest, page: StatusPage, token: str) -> HttpResponse:
    subscriber = links.subscriber_of(page, token)
    if subscriber.state != SubscriberState.ACTIVE:
        return _answer(request, page, "ended", {"subscriber": subscriber, "token": token})
    if request.method != "POST":
        return _settings(request, subscriber, token)
    try:
        wishes = subscriber_forms.wishes_of(page, request.POST)
        subscribing.change(subscriber_id=subscriber.pk, wishes=wishes)
    except Invalid as error:
        return _settings(request, subscriber, token, error)
    return _to(request, page, f"manage/{token}?said=saved")


def _settings(
    request: HttpRequest, subscriber: Subscriber, token: str, error: Invalid | None = None
) -> HttpResponse:
    said = {"saved": gettext("Saved."), "confirmed": gettext("Confirmed. You will hear from us.")}
    context = {
        "subscriber": subscriber,
        "token": token,
        "shelves": subscriber_forms.choices(
            subscriber.page, subscriber_forms.chosen_by(subscriber)
        ),
        "paces": _paces(subscriber.way),
        "tongues_known": Language.choices,
        "secret": secrets.unseal(subscriber.secret),
        "said": said.get(request.GET.get("said", ""), ""),
        "error": _told(error) if error else None,
    }
    status = error.status if error else 200
    return _answer(request, subscriber.page, "manage", context, status=status)


@_open
def unsubscribe(request: HttpRequest, page: StatusPage, token: str) -> HttpResponse:
    """A POST from the page, or of RFC 8058 from a mail program: one click, no questions."""
    subscriber = links.subscriber_of(page, token)
    if request.method == "POST":
        subscriber = subscribing.leave(subscriber.pk)
    template = "ended" if subscriber.state == SubscriberState.LEFT else "unsubscribe"
    return _answer(request, page, template, {"subscriber": subscriber, "token": token})
