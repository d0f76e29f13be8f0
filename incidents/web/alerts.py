"""Alerts: the list, and one alert with its way from the wire to the incident."""

import json
import uuid
from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel.errors import NotFound
from incidents.models import Service, Severity, Signal
from incidents.selectors import alerts, pages
from incidents.web.guard import Request, requires
from incidents.web.incidents import chosen_filters, neighbours
from incidents.web.permissions import abilities

SIBLINGS = 10
RAW_SHOWN = 64_000


@require_safe
@requires("alert.read")
def listing(request: Request) -> HttpResponse:
    filters = chosen_filters(request)
    visible = access.visible_incidents(request.principal)
    chosen = alerts.AlertFilter(
        state=filters["state"],
        severity=filters["severity"],
        service=filters["service"],
        text=filters["q"],
    )
    page = pages.page(
        alerts.find(visible, chosen),
        "started_at",
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "alerts": page.rows,
        "filters": filters,
        "filtered": chosen.is_set,
        "severities": Severity.objects.all(),
        "services": Service.objects.all(),
        "open_total": alerts.firing(visible).count(),
        "may": abilities(request.principal),
        **neighbours(request, page),
    }
    return render(request, "incidents/alert_list.html", context)


@require_safe
@requires("alert.read")
def detail(request: Request, pk: int) -> HttpResponse:
    visible = alerts.visible(access.visible_incidents(request.principal))
    alert = visible.filter(pk=pk).first()
    if alert is None:
        raise NotFound("There is no such alert.")
    signal = alerts.first_signal(alert)
    siblings = visible.filter(incident_id=alert.incident_id or 0).exclude(pk=pk)
    context = {
        "alert": alert,
        "trace": alerts.trace(alert, signal),
        "raw": _pretty(signal) if signal else "",
        "raw_size": len(signal.body) if signal else 0,
        "siblings": siblings[:SIBLINGS],
        "may": abilities(request.principal),
    }
    return render(request, "incidents/alert_detail.html", context)


@require_safe
@requires("alert.read")
def follow(request: Request, delivery_id: uuid.UUID) -> HttpResponse:
    """The address that a sender gets with its answer: on to what has become of the message."""
    visible = alerts.visible(access.visible_incidents(request.principal))
    alert = alerts.made_of(visible, delivery_id)
    if alert is None:
        raise NotFound("This message has made no alert.", "If it was sent just now, try again.")
    return redirect("web:alert", pk=alert.pk)


def _pretty(signal: Signal) -> str:
    text = bytes(signal.body).decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:RAW_SHOWN]
