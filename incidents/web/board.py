"""The board: what burns, the figures, what detection sees, and the live feed."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import charts
from incidents.kernel.durations import brief as brief_duration
from incidents.selectors import alerts, board, figures
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities

ALERTS_SHOWN = 8
Part = Callable[[Request], dict[str, Any]]


def _open(request: Request) -> dict[str, Any]:
    visible = access.visible_incidents(request.principal)
    rows = board.open_rows(visible)
    last = None if rows else board.last_closed(visible)
    return {"open_rows": rows, "open_count": len(rows), "last_closed": last}


def _alerts(request: Request) -> dict[str, Any]:
    firing = alerts.firing(access.visible_incidents(request.principal))
    shown = list(firing[: ALERTS_SHOWN + 1])
    total = firing.count() if len(shown) > ALERTS_SHOWN else len(shown)
    return {"alerts": shown[:ALERTS_SHOWN], "alerts_total": total}


def _feed(request: Request) -> dict[str, Any]:
    return {"feed": board.feed(access.visible_incidents(request.principal))}


def _figures(request: Request) -> dict[str, Any]:
    now = figures.board(access.visible_incidents(request.principal))
    return {
        "figures": [
            _figure("Open now", str(now.open_count), now.open_note, now.opened_daily),
            _duration("Time to acknowledge", now.mtta),
            _duration("Time to resolve", now.mttr),
            _figure("Alerts", str(now.alerts_day), "in the last 24 hours", now.alerts_daily),
        ]
    }


def _figure(label: str, value: str, note: str, points: list[float | None]) -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "chart": charts.sparkline(points)}


def _duration(label: str, measured: figures.Measured) -> dict[str, Any]:
    value = brief_duration(measured.median) if measured.median is not None else "–"
    note = f"median of {measured.n}, last 7 days" if measured.n else "nothing in the last 7 days"
    return _figure(label, value, note, measured.daily)


_PARTS: dict[str, Part] = {
    "open_incidents": _open,
    "figures": _figures,
    "alerts_now": _alerts,
    "feed": _feed,
}


@require_safe
@requires("incident.read")
def show(request: Request) -> HttpResponse:
    context: dict[str, Any] = {"may": abilities(request.principal)}
    for part in _PARTS.values():
        context |= part(request)
    return render(request, "incidents/board.html", context)


def fragment(name: str) -> Callable[[Request], HttpResponse]:
    """The view of one part of the board, for refreshing it in place."""

    @require_safe
    @requires("incident.read")
    def view(request: Request) -> HttpResponse:
        context = _PARTS[name](request) | {"may": abilities(request.principal)}
        return render(request, f"incidents/_{name}.html", context)

    return view
