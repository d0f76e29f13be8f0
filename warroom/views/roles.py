"""Handing over a role, and answering whoever offers one."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from incidents import access
from incidents.kernel.errors import Invalid
from incidents.models import SINGLE_ROLES, Incident, IncidentRole
from incidents.web.guard import Request, requires
from incidents.web.typed import text
from warroom.selectors import offers
from warroom.services import catching_up, handover
from warroom.views import around
from warroom.views.answers import is_fragment, part
from warroom.views.room import draw_head


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to choose; `load` says how many open incidents they command."""

    handle: str
    name: str
    load: str


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incident.respond")
def offer(request: Request, ref: str) -> HttpResponse:
    """GET: how things stand, and the form. POST: make the offer."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    if request.method == "POST":
        handover.offer(
            principal=request.principal,
            incident=incident,
            role=text(request, "role"),
            handle=text(request, "handle"),
            note=text(request, "note"),
        )
        return _done(request, incident)
    around.load_roles(incident)
    context = {
        "incident": incident,
        "checklist": catching_up.build(incident).checklist,
        "offerable": _offerable(request, incident),
        "candidates": candidates(request, incident),
    }
    return part(request, "warroom/_handover.html", context, "Hand over a role")


@require_POST
@requires("incident.respond")
def answer(request: Request, ref: str, offer: int) -> HttpResponse:
    """`answer` is accept, decline or withdraw."""
    incident = access.incident_for(request.principal, ref, "incident.respond")
    given: dict[str, Any] = {
        "principal": request.principal,
        "incident": incident,
        "offer_id": offer,
    }
    match text(request, "answer"):
        case "accept":
            handover.accept(**given)
        case "decline":
            handover.decline(**given, reason=text(request, "reason"))
        case "withdraw":
            handover.withdraw(**given)
        case _:
            raise Invalid("Accept or decline.", "Send answer=accept or answer=decline.")
    return _done(request, incident)


def _done(request: Request, incident: Incident) -> HttpResponse:
    if is_fragment(request) and request.htmx.target == "head":  # type: ignore[attr-defined]  # set by its middleware
        return draw_head(request, incident.reference)
    return redirect(incident.get_absolute_url())


def candidates(request: Request, incident: Incident) -> list[Candidate]:
    """Whom one may choose, but for oneself. Two queries; private incidents: who is in them."""
    people = around.assignable()
    if incident.private:
        people = [user for user in people if access.sees(access.of_user(user), incident)]
    load = offers.commanding(access.visible_incidents(request.principal), people)
    return [
        Candidate(user.username, str(user), f"commands {load[user.pk]}" if user.pk in load else "")
        for user in people
        if user != request.principal.user
    ]


def _offerable(request: Request, incident: Incident) -> list[tuple[str, str]]:
    """The roles that whoever asks may offer: all of them to commanders, to others their own."""
    mine = {row.role for row in incident.current_roles() if row.user == request.principal.user}
    commands = access.may(request.principal, "incident.command", incident)
    order = sorted(SINGLE_ROLES, key=lambda role: role not in mine)
    return [(role, str(IncidentRole(role).label)) for role in order if commands or role in mine]
