"""The catch-up, for whoever comes late or wants it again; and telling inside how things stand."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.pipeline import updates
from incidents.web.guard import Request, requires
from incidents.web.typed import text
from warroom.services import catching_up
from warroom.views.answers import is_fragment, part
from warroom.views.links import abilities_in


@require_safe
@requires("incident.read")
def catch_up(request: Request, ref: str) -> HttpResponse:
    """With `card` the short form that stands above the chat."""
    incident = access.incident_for(request.principal, ref)
    context = {
        "incident": incident,
        "catch_up": catching_up.build(incident),
        "may": abilities_in(request.principal, incident),
        "returns": "back" in request.GET,
    }
    if "card" in request.GET and is_fragment(request):
        return render(request, "warroom/_catch_up_card.html", context)
    return part(request, "warroom/_catch_up.html", context, "Catch up")


@require_POST
@requires("incident.respond")
def update(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    actor = request.principal.actor
    updates.post(incident_id=incident.pk, text=text(request, "text"), actor=actor)
    return redirect(incident.get_absolute_url())
