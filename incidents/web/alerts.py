"""One alert: what it is, where it stands, and its way from the wire to its incident."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from incidents.models import Alert
from incidents.selectors import alerts, signals, traces
from incidents.selectors.muting import mutings
from incidents.selectors.signal_words import became_of
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from incidents.web.signals import pretty

SIBLINGS = 10


def _found(request: Request, pk: int) -> Alert:
    rows = alerts.visible(access.visible_incidents(request.principal))
    alert = rows.select_related("team", "policy").filter(pk=pk).first()
    if alert is None:
        raise NotFound("There is no such alert.")
    return alert


@require_safe
@requires("alert.read")
def detail(request: Request, pk: int) -> HttpResponse:
    alert = _found(request, pk)
    incidents = access.visible_incidents(request.principal)
    visible = alerts.visible(incidents)
    way = traces.way_of(alert, visible)
    # Its message may hold alerts of hidden incidents as well: then it is not shown.
    shown = signals.visible(incidents).filter(pk=way.signal.pk).exists() if way.signal else False
    siblings = visible.filter(incident_id=alert.incident_id or 0).exclude(pk=pk)
    siblings = siblings.order_by("resolved_at", "severity__rank", "-started_at")
    context = {
        "alert": alert,
        "mutings": mutings(alert),
        "trace": traces.trace(way),
        "fingerprint": traces.fingerprint_words(alert),
        "episodes": way.episodes,
        "since": (alert.resolved_at or clock.now()) - alert.started_at,
        "raw": pretty(way.signal) if way.signal and shown else "",
        "raw_size": len(way.signal.body) if way.signal else 0,
        "signal": way.signal,
        "shown": shown,
        "siblings": siblings[:SIBLINGS],
        "siblings_total": siblings.count() if alert.incident_id else 0,
        "may": abilities(request.principal),
    }
    return render(request, "incidents/alert_detail.html", context)


@require_safe
@requires("alert.read")
def its_signals(request: Request, pk: int) -> HttpResponse:
    """The messages that spoke of it: a part of its page, fetched when somebody wants to see it."""
    alert = _found(request, pk)
    rows = signals.of_alert(alert, access.visible_incidents(request.principal))
    context = {"alert": alert, "rows": [(row, became_of(row, alert.fingerprint)) for row in rows]}
    return render(request, "incidents/_alert_signals.html", context)
