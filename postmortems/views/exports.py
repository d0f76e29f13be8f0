"""The document as a file."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from incidents import access
from incidents.web.guard import Request, requires
from postmortems.selectors import documents
from postmortems.services import exporting


@require_safe
@requires("postmortem.read")
def export(request: Request, ref: str, kind: str) -> HttpResponse:
    """In one of the formats `markdown`, `html` and `pdf`."""
    incident = access.incident_for(request.principal, ref, "postmortem.read")
    made = exporting.export(incident, documents.post_mortem_of(incident), kind)
    return HttpResponse(made.content, headers=made.headers)
