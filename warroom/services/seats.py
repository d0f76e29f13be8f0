"""Who is let into a room that has as many people as it may have."""

from django.conf import settings

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import Conflict
from incidents.models import Incident
from warroom.realtime.presence import people_here


class RoomFull(Conflict):
    """There is no place left for whoever has no role in the incident."""

    code = "room_full"


def is_full_for(principal: Principal, incident: Incident) -> bool:
    """Commanders, role holders, programs and whoever is inside already always have a place.

    No query where no limit is set; the count is that of everybody connected, as far as is known.
    """
    limit, user = settings.ROOM_PEOPLE_LIMIT, principal.user
    if not limit or user is None:
        return False
    here = people_here(incident.pk)
    if len(here) < limit or user.username in {person.handle for person in here}:
        return False
    if access.may(principal, "incident.command", incident):
        return False
    return not incident.role_assignments.filter(user=user, until__isnull=True).exists()


def take(principal: Principal, incident: Incident) -> None:
    """Raises RoomFull where there is no place."""
    if is_full_for(principal, incident):
        raise RoomFull(
            f"The room of {incident.reference} is full: {settings.ROOM_PEOPLE_LIMIT} people.",
            "Ask the commander for a role in it; you may read the timeline meanwhile.",
        )
