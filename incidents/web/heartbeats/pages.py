"""What there is to see: the list, and one heartbeat with its pings."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import clock
from incidents.kernel.durations import spoken
from incidents.kernel.errors import NotFound
from incidents.models import Alert, Heartbeat, HeartbeatState
from incidents.selectors import alerts, heartbeats
from incidents.sources.heartbeats.saying import ADAPTER, name_of
from incidents.web.guard import Request, requires
from incidents.web.heartbeats import setup, words

MOST_PAGES: Final = 1000


@require_safe
@requires("heartbeat.read")
def listing(request: Request) -> HttpResponse:
    now = clock.now()
    text = request.GET.get("q", "").strip()[:120].replace("\0", "")
    asked = request.GET.get("state", "")
    state = asked if asked in HeartbeatState.values else ""
    number = _page_number(request.GET.get("page", ""))
    page = heartbeats.page(now, state=state, text=text, number=number)
    counts = heartbeats.counts(now)
    following = {"q": text, "state": state, "page": number + 1}
    context = {
        "rows": [_row(heartbeat) for heartbeat in page.rows],
        "states": [(code, HeartbeatState(code).label, counts[code]) for code in counts],
        "total": sum(counts.values()),
        "filters": {"q": text, "state": state},
        "filtered": bool(text or state),
        "older": f"?{urlencode(following)}" if page.more else "",
        "may_write": access.may(request.principal, "heartbeat.write"),
    }
    return render(request, "incidents/heartbeats/list.html", context)


def _page_number(text: str) -> int:
    known = text.isascii() and text.isdecimal() and len(text) < 5
    return min(max(int(text), 1), MOST_PAGES) if known else 1


def _row(heartbeat: Any) -> dict[str, Any]:
    return {
        "heartbeat": heartbeat,
        "state": heartbeat.shown,
        "schedule": words.schedule_of(heartbeat),
    }


def found(slug: str) -> Heartbeat:
    row = Heartbeat.objects.select_related("service", "severity").filter(slug=slug).first()
    if row is None:
        raise NotFound("There is no such heartbeat.", "It may have been deleted.")
    return row


@never_cache
@require_safe
@requires("heartbeat.read")
def detail(request: Request, heartbeat: str) -> HttpResponse:
    shown = found(heartbeat)
    known = access.may(request.principal, "heartbeat.write")
    url = setup.address(shown, known=known)
    context = _live(request, shown) | {
        "url": url,
        "snippets": setup.snippets(shown, url) if url else [],
        "may_write": known,
    }
    return render(request, "incidents/heartbeats/heartbeat.html", context)


@never_cache
@require_safe
@requires("heartbeat.read")
def live(request: Request, heartbeat: str) -> HttpResponse:
    """The part of the page that changes by itself."""
    return render(request, "incidents/heartbeats/_live.html", _live(request, found(heartbeat)))


def _live(request: Request, heartbeat: Heartbeat) -> dict[str, Any]:
    now = clock.now()
    outages = heartbeats.outages(heartbeat, now - timedelta(days=words.DAYS))
    return {
        "heartbeat": heartbeat,
        "state": heartbeat.shown_state(now),
        "schedule": words.schedule_of(heartbeat),
        "allowed": spoken(heartbeat.grace_seconds),
        "pings": heartbeats.pings(heartbeat),
        "outages": outages,
        "outage": next((outage for outage in outages if outage.ended_at is None), None),
        "alert": _alert(request, heartbeat),
        "day": words.last_day(heartbeat, outages, now),
        "days": words.last_days(heartbeat, outages, now),
    }


def _alert(request: Request, heartbeat: Heartbeat) -> Alert | None:
    """The alert that is open, where the reader may see it."""
    if heartbeat.state != HeartbeatState.DOWN:
        return None
    seen = alerts.visible(access.visible_incidents(request.principal))
    rows = seen.filter(integration__kind=ADAPTER, fingerprint=name_of(heartbeat))
    return rows.exclude(state="resolved").order_by("-pk").first()
