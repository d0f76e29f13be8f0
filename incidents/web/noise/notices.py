"""One line each about what keeps alerts quiet: on the board and above the alerts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from incidents import access
from incidents.kernel import clock
from incidents.models import OVER, Incident
from incidents.pipeline import storm
from incidents.selectors import noise
from incidents.web.guard import Request, requires
from incidents.web.noise import calendar

MOST_EACH: Final = 2


@dataclass(frozen=True, slots=True)
class Notice:
    """A link, what is said of it, the time it happens, and what else."""

    icon: str
    lead: str
    href: str
    text: str
    at: datetime | None = None
    then: str = ""
    tone: str = ""


def notices(principal: access.Principal) -> list[Notice]:
    """Three queries when all is as usual."""
    now, visible = clock.now(), access.visible_incidents(principal)
    return [
        *_few(_ending(visible, now), "silences end within half an hour", "web:silences"),
        *_few(_storms(visible, now), "senders are in a storm", "web:grouping"),
        *_few(_windows(now), "maintenance windows are open", "web:maintenance"),
    ]


def _few(kind: Iterator[Notice], rest: str, route: str) -> list[Notice]:
    """The first two; of more only one, and how many others."""
    found = list(kind)
    if len(found) <= MOST_EACH:
        return found
    first, others = found[: MOST_EACH - 1], found[MOST_EACH - 1 :]
    lead = f"{len(others)} more"
    return [*first, Notice(others[0].icon, lead, reverse(route), rest, tone=others[0].tone)]


def _ending(visible: QuerySet[Incident], now: datetime) -> Iterator[Notice]:
    for silence, held in ((row.silence, row.held) for row in noise.ending_soon(visible, now)):
        fires = "an alert" if held.count == 1 else f"{held.count} alerts"
        yield Notice(
            "bell-off",
            f"Silence “{silence.comment[:80]}”",
            reverse("web:silence", args=[silence.uuid]),
            "ends",
            silence.over_at,
            f"while {fires} under it still fire{'s' if held.count == 1 else ''}.",
            tone="p2",
        )


def _storms(visible: QuerySet[Incident], now: datetime) -> Iterator[Notice]:
    senders = list(noise.storms(now))
    keys = [storm.key_of(sender) for sender in senders]
    going = visible.filter(dedup_key__in=keys).exclude(state__in=OVER) if keys else ()
    incidents = {incident.dedup_key: incident for incident in going}
    for sender, key in zip(senders, keys, strict=True):
        incident = incidents.get(key)
        yield Notice(
            "bolt",
            f"Alert storm from {sender.name[:80]}:",
            incident.get_absolute_url() if incident else reverse("web:grouping"),
            f"its new incidents are kept as one{f', {incident.reference}' if incident else ''}.",
            tone="p2",
        )


def _windows(now: datetime) -> Iterator[Notice]:
    for window, opened in calendar.open_now(now):
        yield Notice(
            "tool",
            f"Maintenance “{window.name[:80]}”",
            reverse("web:window", args=[window.pk]),
            "is on and ends",
            opened.ends_at,
        )


@require_safe
@requires("alert.read")
def show(request: Request) -> HttpResponse:
    """The part of a page that is fetched again."""
    context = {"notices": notices(request.principal)}
    return render(request, "incidents/noise/_notices.html", context)
