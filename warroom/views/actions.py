"""What people do in a room by forms: one verb each.

htmx gets the head of the page anew; without it the page is loaded again. What changed reaches
everybody else through the room's socket.
"""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import Incident, Service
from incidents.pipeline import lifecycle
from incidents.pipeline.triage import Severities
from incidents.web import custom_fields
from incidents.web.guard import Request, requires
from incidents.web.typed import text
from warroom.services import roles, saying
from warroom.views.room import draw_head

_TEXTS = (
    *("title", "summary", "customer_impact", "root_cause", "environment", "revenue_impact"),
    *("revenue_per_hour", "revenue_currency", "regions"),
)
MAX_REASON = 300


def _incident(request: Request, ref: str, action: str = "incident.respond") -> Incident:
    return access.incident_for(request.principal, ref, action)


def _reason(request: Request) -> str:
    return text(request, "reason")[:MAX_REASON]


def _done(request: Request, incident: Incident, fragment: str = "") -> HttpResponse:
    if getattr(request, "htmx", None):
        return draw_head(request, incident.reference)
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect(incident.get_absolute_url() + fragment)


@require_POST
@requires("incident.respond")
def move(request: Request, ref: str) -> HttpResponse:
    name = text(request, "name")
    incident = _incident(request, ref, access.action_of_move(name))
    lifecycle.move(
        incident_id=incident.pk, name=name, actor=request.principal.actor, reason=_reason(request)
    )
    return _done(request, incident)


@require_POST
@requires("incident.respond")
def severity(request: Request, ref: str) -> HttpResponse:
    incident = _incident(request, ref, "incident.command")
    lifecycle.set_severity(
        incident_id=incident.pk,
        severity=Severities.load().named(text(request, "severity")),
        actor=request.principal.actor,
        reason=_reason(request),
    )
    return _done(request, incident)


@require_POST
@requires("incident.respond")
def assign(request: Request, ref: str) -> HttpResponse:
    incident = _incident(request, ref)
    roles.assign(
        principal=request.principal,
        incident=incident,
        role=text(request, "role"),
        handle=text(request, "handle"),
    )
    return _done(request, incident)


@require_POST
@requires("incident.respond")
def edit(request: Request, ref: str) -> HttpResponse:
    """Change what is sent, leave the rest as it is."""
    incident = _incident(request, ref)
    changes: dict[str, object] = {
        name: text(request, name) for name in _TEXTS if name in request.POST
    }
    if "service" in request.POST:
        changes["service"] = _service(text(request, "service"))
    if "false_positive" in request.POST:
        changes["false_positive"] = text(request, "false_positive") == "yes"
    if "affected_services" in request.POST:
        slugs = [slug for slug in request.POST.getlist("affected_services") if slug]
        changes["affected_services"] = [_service(slug) for slug in slugs[:100]]
    changes["custom_fields"] = custom_fields.given(request.POST)
    lifecycle.edit(incident_id=incident.pk, changes=changes, actor=request.principal.actor)
    return _done(request, incident)


def _service(slug: str) -> Service | None:
    if not slug:
        return None
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise Invalid(f"There is no service {slug!r}.", "Choose one of the list.", field="service")
    return service


@require_POST
@requires("incident.respond")
def note(request: Request, ref: str) -> HttpResponse:
    incident = _incident(request, ref)
    actor = request.principal.actor
    lifecycle.note(incident_id=incident.pk, text=text(request, "text"), actor=actor)
    return _done(request, incident)


@require_POST
@requires("incident.read")
def say(request: Request, ref: str) -> HttpResponse:
    """Post a message or run a command; `services.saying` checks who may do which."""
    incident = _incident(request, ref, "incident.read")
    said = saying.say(
        principal=request.principal,
        incident=incident,
        text=request.POST.get("text", ""),
        envelope=_envelope(request),
    )
    if said.reply:
        messages.info(request, said.reply)
    if said.thread is not None and not getattr(request, "htmx", None):
        return redirect("warroom:message", ref=incident.reference, seq=said.thread)
    return _done(request, incident, "#composer")


def _envelope(request: Request) -> saying.Envelope:
    thread = text(request, "thread")
    if thread and not (thread.isascii() and thread.isdecimal() and len(thread) < 10):
        raise Invalid("Say which message to reply to: its number.", field="thread")
    return saying.Envelope(
        client_id=_client_id(request),
        thread=int(thread) if thread else None,
        also_in_room=text(request, "also_in_room") == "yes",
    )


def _client_id(request: Request) -> uuid.UUID | None:
    given = text(request, "client_id")
    try:
        return uuid.UUID(given) if given else None
    except ValueError as error:
        raise Invalid("client_id must be a UUID.", "Leave it out.", field="client_id") from error
