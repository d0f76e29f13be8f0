"""Who a private incident is open to: those with a part in it. Nobody else learns that it exists."""

from django.db import transaction

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotFound
from incidents.models import Incident, IncidentRole, User
from incidents.pipeline import lifecycle


def named(incident: Incident) -> list[User]:
    """Who sees the incident when it is private. One query."""
    held = incident.role_assignments.filter(removed_at__isnull=True)
    return list(User.objects.filter(pk__in=held.values("user_id")).order_by("name", "username"))


def add(*, incident_id: int, user: User, actor: Actor) -> Incident:
    """Let `user` see the incident, as a responder in it."""
    role = IncidentRole.RESPONDER
    return lifecycle.assign(incident_id=incident_id, role=role, user=user, actor=actor)


@transaction.atomic
def remove(*, incident_id: int, user: User, actor: Actor) -> Incident:
    """End all that `user` is in the incident; a private one is hidden from them from now on.

    Invalid where nobody would be left who sees a private one.
    """
    incident = lifecycle.locked(incident_id, merged_too=True)
    parts = incident.role_assignments.filter(removed_at__isnull=True)
    theirs = parts.filter(user=user)
    if not theirs.exists():
        raise NotFound(f"{user} has no part in {incident.reference}.", "Look at who is named.")
    if incident.private and not parts.exclude(user=user).filter(user__is_active=True).exists():
        raise Invalid(
            f"Nobody else could see {incident.reference} then.",
            "Add somebody first.",
            field="user",
        )
    now = clock.now()
    theirs.filter(until__isnull=True).update(until=now)
    theirs.update(removed_at=now)
    body = facts.PersonRemoved(user_id=user.pk, handle=user.username, name=str(user))
    bus.emit(incident, body, actor=actor)
    return incident
