"""The stages of an incident with their checklists."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import Incident, Stage
from incidents.pipeline import stages as verbs
from incidents.selectors import pace
from incidents.selectors import stages as selectors
from incidents.web.guard import Request, requires
from incidents.web.typed import text
from warroom.views.answers import is_fragment, part
from warroom.views.links import abilities_in


def context(incident: Incident, known: pace.Pace, rows: Sequence[Stage]) -> dict[str, Any]:
    """Two queries."""
    found = selectors.stages_of(incident, known, rows)
    now = next((stage for stage in found if stage.position == "now"), None)
    return {"stages": found, "stage_now": now}


@require_safe
@requires("incident.read")
def stages(request: Request, ref: str) -> HttpResponse:
    return _draw(request, access.incident_for(request.principal, ref))


def _draw(request: Request, incident: Incident) -> HttpResponse:
    shown = context(incident, pace.of(incident), selectors.known())
    may = {"incident": incident, "may": abilities_in(request.principal, incident)}
    return part(request, "warroom/_stages.html", shown | may, "Stages")


@require_POST
@requires("incident.respond")
def check(request: Request, ref: str) -> HttpResponse:
    """`tick` or `untick` names a line of a checklist."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    name = "tick" if "tick" in request.POST else "untick"
    line = text(request, name)
    if not (line.isascii() and line.isdecimal() and len(line) < 10):
        raise Invalid("Say which line of the checklist.", "Send its number as tick or untick.")
    verbs.check(
        incident_id=incident.pk,
        check_id=int(line),
        done=name == "tick",
        actor=request.principal.actor,
    )
    if is_fragment(request):
        return _draw(request, incident)
    return redirect(f"{incident.get_absolute_url()}?tab=overview#stages")
