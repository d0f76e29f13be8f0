"""Subscribers in the console: who they are, who is added, what they were sent. Admins only: the
addresses are other people's."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.kernel import clock
from incidents.kernel.errors import DomainError, Invalid, NotFound
from incidents.web.guard import Request, requires
from statuspage.models import (
    Language,
    Pace,
    StatusPage,
    Subscriber,
    SubscriberState,
    Telling,
    TellState,
    Way,
)
from statuspage.services import addresses, subscriber_files, subscribing
from statuspage.services.subscribing import Wishes
from statuspage.views import frame

ROWS: Final = 50
LOG: Final = 50
_FILTERS: Final = ("q", "state", "way")


def _of(page: StatusPage, pk: int) -> Subscriber:
    subscriber = Subscriber.objects.filter(page=page, pk=pk).select_related("page").first()
    if subscriber is None:
        raise NotFound("There is no such subscriber.", "It may have been removed.")
    return subscriber


def filtered(page: StatusPage, filters: dict[str, str]) -> QuerySet[Subscriber]:
    rows = Subscriber.objects.filter(page=page)
    if filters["state"] in SubscriberState.values:
        rows = rows.filter(state=filters["state"])
    if filters["way"] in Way.values:
        rows = rows.filter(way=filters["way"])
    return rows.filter(address__icontains=filters["q"]) if filters["q"] else rows


def _filters(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip().replace("\0", "")[:200] for name in _FILTERS}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def listing(request: Request, slug: str) -> HttpResponse:
    page = frame.page_at(slug)
    if request.method != "POST":
        return _listing(request, page)
    try:
        subscriber = subscribing.add(
            page=page,
            way=request.POST.get("way", ""),
            address=request.POST.get("address", ""),
            wishes=Wishes(language=page.language),
            agreed=bool(request.POST.get("agreed")),
        )
    except DomainError as error:
        return _listing(request, page, error)
    told = "It is told from now on." if request.POST.get("agreed") else "It is asked to confirm."
    messages.success(request, f"Added {subscriber.address}. {told}")
    return redirect("statuspage:subscribers", slug=page.slug)


def _listing(request: Request, page: StatusPage, error: DomainError | None = None) -> HttpResponse:
    filters = _filters(request)
    rows = filtered(page, filters)
    before = request.GET.get("before", "")
    older_than = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else 0
    found = list(
        (rows.filter(pk__lt=older_than) if older_than else rows).order_by("-pk")[: ROWS + 1]
    )
    kept = {name: value for name, value in filters.items() if value}
    more = urlencode({**kept, "before": found[ROWS - 1].pk}) if len(found) > ROWS else ""
    context = {
        **frame.of(request, page, "subscribers"),
        "subscribers": found[:ROWS],
        "filters": filters,
        "filtered": bool(kept),
        "states": SubscriberState.choices,
        "all_ways": Way.choices,
        "ways": [(way.value, way.label) for way in addresses.ways()],
        "counts": _counts(page),
        "older": f"?{more}" if more else "",
        "newer": f"?{urlencode(kept)}" if older_than else "",
        "export_query": urlencode(kept),
        "waiting": _waiting(page),
        "error": error,
        "given": request.POST if error else {},
    }
    status = error.status if error else 200
    return render(request, "statuspage/subscribers.html", context, status=status)


def _counts(page: StatusPage) -> list[tuple[str, int]]:
    """How many in each state, by its word."""
    rows = Subscriber.objects.filter(page=page).order_by().values_list("state")
    found = dict(rows.annotate(n=Count("pk")))
    first = SubscriberState.ACTIVE
    order = [first, *(state for state in SubscriberState if state != first)]
    return [(state.label, found[state]) for state in order if state in found]


def _waiting(page: StatusPage) -> int:
    """Messages that should have been sent by now."""
    due = Telling.objects.filter(state=TellState.DUE, subscriber__page=page)
    return due.filter(made_at__lt=clock.now() - timedelta(minutes=1))[:10_000].count()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("config.write")
def detail(request: Request, slug: str, pk: int) -> HttpResponse:
    page = frame.page_at(slug)
    subscriber = _of(page, pk)
    if request.method == "POST":
        return _act(request, page, subscriber)
    log = subscriber.tellings.select_related(
        "broadcast__update__public_incident", "broadcast__maintenance_update__maintenance"
    )
    context: dict[str, Any] = {
        "page": page,
        "subscriber": subscriber,
        "components": list(subscriber.components.all()),
        "log": log.order_by("-pk")[:LOG],
        "pace": Pace(subscriber.pace).label,
        "language": Language(subscriber.language).label,
    }
    return render(request, "statuspage/subscriber.html", context)


def _act(request: Request, page: StatusPage, subscriber: Subscriber) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "remove":
        subscribing.remove(subscriber.pk)
        messages.success(request, f"Removed {subscriber.address}.")
        return redirect("statuspage:subscribers", slug=page.slug)
    if action == "end":
        subscribing.leave(subscriber.pk)
        messages.success(request, f"Nothing more is sent to {subscriber.address}.")
    elif action == "resend":
        if subscribing.resend(subscriber.pk):
            messages.success(request, f"A message with the links goes to {subscriber.address}.")
        else:
            messages.error(request, "Three messages went there within the hour. Try again later.")
    else:
        raise Invalid("That is no action of a subscriber.", "Use resend, end or remove.")
    return redirect("statuspage:subscriber", slug=page.slug, pk=subscriber.pk)


@require_POST
@requires("config.write")
def take_in(request: Request, slug: str) -> HttpResponse:
    """A CSV file of subscribers."""
    page = frame.page_at(slug)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid("Choose a file.", "A CSV file with a column “address”.")
    agreed = bool(request.POST.get("agreed"))
    found = subscriber_files.take_in(page=page, raw=file.read(), agreed=agreed)
    context = {"page": page, "found": found, "agreed": agreed}
    return render(request, "statuspage/subscribers_imported.html", context)


@require_safe
@requires("config.write")
def export(request: Request, slug: str) -> HttpResponseBase:
    page = frame.page_at(slug)
    rows = filtered(page, _filters(request)).order_by("pk")
    response = StreamingHttpResponse(
        subscriber_files.export(rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="subscribers-{page.slug}.csv"'
    return response
