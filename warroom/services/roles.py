"""Handing out roles by handle, as people do it in a room."""

from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.commands.people import person
from incidents.models import SINGLE_ROLES, Incident, IncidentRole, User
from incidents.pipeline import lifecycle
from incidents.selectors import pace
from warroom.services import staleness


@transaction.atomic
def assign(*, principal: Principal, incident: Incident, role: str, handle: str) -> Incident:
    """Give the role to whoever `handle` names ("@mei", "mei" or "me").

    Raises Invalid for an unknown handle or role, NotAllowed.
    """
    user = person(handle, principal)
    incident = lifecycle.locked(incident.pk)
    access.require(principal, _action(principal, incident, role, user), incident)
    return lifecycle.assign(incident_id=incident.pk, role=role, user=user, actor=principal.actor)


def planned(*, principal: Principal, incident: Incident, role: str, handle: str) -> str:
    """What `assign` would do, in words; raises what it would raise."""
    user = person(handle, principal)
    access.require(principal, _action(principal, incident, role, user), incident)
    label = IncidentRole(role).label.lower()
    held = [row for row in incident.current_roles() if row.role == role]
    if any(row.user == user for row in held):
        return f"{user} is {label} already: nothing changes."
    over = f", taking over from {held[0].user}" if held and role in SINGLE_ROLES else ""
    return f"Makes {user} {label}{over}."


def _action(principal: Principal, incident: Incident, role: str, user: User) -> str:
    """As the policy has it; and whoever responds may take over from a commander nobody hears of."""
    action = access.action_of_assigning(principal, incident, role=role, user=user)
    takes_command = role == IncidentRole.COMMANDER and user == principal.user
    if takes_command and staleness.is_stale(incident, pace.of(incident)):
        return "incident.respond"
    return action
