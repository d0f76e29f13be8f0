"""What there is to see: the rules at work, and a version with all that is known of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.models import RoutingVersion
from incidents.pipeline.routing import versions
from incidents.selectors import pages, routing
from incidents.selectors.routing_words import Words
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities


@require_safe
@requires("routing.read")
def overview(request: Request) -> HttpResponse:
    found, words = routing.overview(), Words.load()
    page = pages.page(
        routing.versions(),
        "created_at",
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
        size=routing.PAGE,
    )
    context = {
        "live": found.live,
        "shadow": found.shadow,
        "draft": found.draft,
        "rules": routing.rules(found.live, words) if found.live else [],
        "versions": page.rows,
        "log": routing.log(),
        "may": abilities(request.principal),
        "older": f"?before={page.older}" if page.older else "",
        "newer": f"?after={page.newer}" if page.newer else "",
    }
    return render(request, "incidents/routing/overview.html", context)


@require_safe
@requires("routing.read")
def version(request: Request, number: int) -> HttpResponse:
    return version_page(request, versions.found(number))


def version_page(
    request: Request, shown: RoutingVersion, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of one version: its rules, what it would do or does, and what may be done to it."""
    words, simulation = Words.load(), routing.simulation(shown)
    visible = access.visible_incidents(request.principal)
    other = _other(request, shown)
    context = {
        "version": shown,
        "rules": routing.rules(shown, words, simulation),
        "tally": routing.tally_of(shown),
        "simulation": simulation,
        "result": simulation.result if simulation else {},
        "outdated": simulation is not None and simulation.revision != shown.revision,
        "groups": routing.groups(simulation, visible, words) if simulation else [],
        "gone": routing.gone(simulation, visible) if simulation else [],
        "differences": routing.differences(shown, visible, words) if shown.shadow_at else [],
        "left_out": versions.left_out(shown),
        "other": other,
        "others": routing.versions().exclude(pk=shown.pk)[: routing.PAGE],
        "difference": words.difference(other.rules, shown.rules) if other else [],
        "log": routing.log(shown),
        "may": abilities(request.principal),
        **more,
    }
    return render(request, "incidents/routing/version.html", context, status=status)


def _other(request: Request, shown: RoutingVersion) -> RoutingVersion | None:
    """The version to compare with: the one asked for, the live one, else the one before."""
    asked = request.GET.get("against", "")
    if asked.isdecimal() and len(asked) < 9:
        return versions.found(int(asked))
    live = routing.overview().live
    if live is not None and live.pk != shown.pk:
        return live
    return routing.versions().filter(number__lt=shown.number).first()
