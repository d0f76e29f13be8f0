"""The files of a room: the tab, adding, downloading, removing."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import Incident
from incidents.web.guard import Request, requires
from incidents.web.permissions import abilities
from warroom.selectors import files as selectors
from warroom.services import chat, sharing
from warroom.services import files as verbs
from warroom.services.files.keeping import limits
from warroom.services.files.sending import Sending
from warroom.services.files.uploads import uploads_of

LONGEST_SEARCH = 100


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.read")
def files(request: Request, ref: str) -> HttpResponse:
    """The tab; a POST adds what its form sends."""
    if request.method == "POST":
        return _add(request, ref)
    incident = access.incident_for(request.principal, ref)
    name = "_files.html" if getattr(request, "htmx", None) else "files.html"
    return render(request, f"warroom/{name}", _panel(request, incident))


def _panel(request: Request, incident: Incident) -> dict[str, Any]:
    q = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    found = selectors.lying_in(incident, named=q)[: selectors.MOST_SHOWN]
    return {
        "incident": incident,
        "files": list(found),
        "q": q,
        "may": abilities(request.principal, incident),
        "me": request.principal.actor,
        "uploads": limits(),
    }


def _add(request: Request, ref: str) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    added = verbs.add(
        incident_id=incident.pk, uploads=uploads_of(request), actor=request.principal.actor
    )
    if getattr(request, "htmx", None):
        return render(request, "warroom/_files.html", _panel(request, incident))
    messages.success(request, "Added: " + ", ".join(row.name for row in added))
    return redirect("warroom:files", ref=incident.reference)


@require_POST
@requires("incident.respond")
def share(request: Request, ref: str) -> HttpResponse:
    """A message with files, from the composer; answers the seq of the message."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    uploads = uploads_of(request)
    message = sharing.share(
        principal=request.principal,
        incident=incident,
        text=request.POST.get("text", ""),
        uploads=uploads,
        envelope=chat.Envelope(client_id=_client_id(request)),
    )
    if getattr(request, "htmx", None):
        return JsonResponse({"seq": message.seq})
    return redirect(f"{incident.get_absolute_url()}#m-{message.seq}")


def _client_id(request: Request) -> uuid.UUID | None:
    given = request.POST.get("client_id", "")
    try:
        return uuid.UUID(given) if given else None
    except ValueError as error:
        raise Invalid("client_id must be a UUID.", "Leave it out.", field="client_id") from error


@require_safe
@requires("incident.read")
def file(request: Request, ref: str, file: uuid.UUID) -> HttpResponseBase:
    """The content: pictures are shown, everything else is downloaded."""
    incident = access.incident_for(request.principal, ref)
    return _send(request, Sending(selectors.one(incident, file)))


@require_safe
@requires("incident.read")
def preview(request: Request, ref: str, file: uuid.UUID) -> HttpResponseBase:
    """The small picture of a picture."""
    incident = access.incident_for(request.principal, ref)
    return _send(request, Sending(selectors.one(incident, file), preview=True))


def _send(request: Request, sending: Sending) -> HttpResponseBase:
    if not sending.row.is_removed:
        known = get_conditional_response(request, etag=sending.etag)
        if known is not None:
            return known
    content = verbs.content_of(sending.row, preview=sending.preview)
    return HttpResponse(content, headers=sending.headers)


@require_POST
@requires("incident.respond")
def remove(request: Request, ref: str, file: uuid.UUID) -> HttpResponse:
    incident = access.incident_for(request.principal, ref, "incident.respond")
    row = verbs.remove(principal=request.principal, incident=incident, file_id=file)
    if getattr(request, "htmx", None):
        return render(request, "warroom/_files.html", _panel(request, incident))
    messages.success(request, f"Removed {row.name}. That it was there stays in the timeline.")
    return redirect(reverse("warroom:files", kwargs={"ref": incident.reference}))
