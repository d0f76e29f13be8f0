"""Linking by forms: find another incident, link it, take a link away."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.pipeline import merging
from incidents.selectors import relations
from incidents.web.guard import Request, requires
from incidents.web.typed import text
from warroom.views.room import draw_rail


@require_safe
@requires("incident.respond")
def find(request: Request, ref: str) -> HttpResponse:
    """What may be meant by the words typed so far; without any, what is like this one."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    asked = request.GET.get("incident", "")
    visible = access.visible_incidents(request.principal)
    found = relations.candidates(visible, incident, asked)
    context = {"incident": incident, "found": found, "asked": asked.strip()}
    return render(request, "warroom/_found.html", context)


@require_POST
@requires("incident.respond")
def link(request: Request, ref: str) -> HttpResponse:
    access.incident_for(request.principal, ref, "incident.respond")
    other = text(request, "pick") or text(request, "incident")
    if not other:
        raise Invalid("Say which incident.", "Give its reference, or choose one that was found.")
    merging.link_for(request.principal, ref, text(request, "relation"), other)
    return _done(request, ref)


@require_POST
@requires("incident.respond")
def unlink(request: Request, ref: str, link: int) -> HttpResponse:
    merging.unlink_for(request.principal, ref, link)
    return _done(request, ref)


def _done(request: Request, ref: str) -> HttpResponse:
    if getattr(request, "htmx", None):
        return draw_rail(request, ref)
    return redirect("warroom:room", ref=ref)
