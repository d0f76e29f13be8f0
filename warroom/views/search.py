"""Finding what was said and what happened in one room."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incidents import access
from incidents.web.guard import Request, requires
from warroom.selectors import search as found

MAX_QUERY = 200


@require_safe
@requires("incident.read")
def search(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref)
    asked = request.GET.get("q", "").replace("\0", "").strip()[:MAX_QUERY]
    context = {"incident": incident, "q": asked, "found": found.in_room(incident, asked)}
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.target == "chat-found":
        return render(request, "warroom/_hits.html", context)
    page = "warroom/_search.html" if htmx else "warroom/search.html"
    return render(request, page, context)
