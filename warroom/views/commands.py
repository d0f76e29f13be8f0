"""What the composer asks while a command is typed. Nothing here changes anything."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from incidents import access
from incidents.commands import running
from incidents.models import Incident
from incidents.web.guard import Request, requires

MOST_TEXT = 2000


def _asked(request: Request, ref: str) -> tuple[Incident, str]:
    """Where, and what stands in the composer."""
    text = request.GET.get("text", "")[:MOST_TEXT].replace("\0", "")
    return access.incident_for(request.principal, ref), text


@require_safe
@requires("incident.read")
def listing(request: Request, ref: str) -> HttpResponse:
    """Every command, what it takes, and why one may not use it."""
    incident, _ = _asked(request, ref)
    return JsonResponse({"commands": offered(request, incident)})


def offered(request: Request, incident: Incident) -> list[dict[str, Any]]:
    return [
        {
            "name": offer.name,
            "hint": offer.hint,
            "help": offer.help,
            "arguments": [
                {"name": argument.name, "optional": argument.optional}
                for argument in offer.arguments
            ],
            "why": offer.why,
            "stands_for": offer.stands_for,
        }
        for offer in running.offers(request.principal, incident)
    ]


@require_safe
@requires("incident.read")
def complete(request: Request, ref: str) -> HttpResponse:
    """What may stand where the text ends."""
    incident, text = _asked(request, ref)
    found = running.complete(principal=request.principal, incident=incident, text=text)
    return JsonResponse(asdict(found))


@require_safe
@requires("incident.read")
def preview(request: Request, ref: str) -> HttpResponse:
    """What the text would do."""
    incident, text = _asked(request, ref)
    found = running.preview(principal=request.principal, incident=incident, text=text)
    return JsonResponse(asdict(found))
