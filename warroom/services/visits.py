"""When people were last in a room, so that who comes back is told what they missed."""

from datetime import datetime, timedelta
from typing import Final

from incidents.access import Principal
from incidents.kernel import clock
from incidents.models import Incident, User
from warroom.models import RoomVisit

AWAY: Final = timedelta(minutes=5)


def note(incident_id: int, user: User) -> None:
    """The person is in the room now."""
    # One statement: a thousand people may come at once.
    RoomVisit.objects.bulk_create(
        [RoomVisit(incident_id=incident_id, user=user, last_at=clock.now())],
        update_conflicts=True,
        unique_fields=["incident", "user"],
        update_fields=["last_at"],
    )


def missed_since(principal: Principal, incident: Incident) -> datetime | None:
    """Since when somebody who comes in now has missed what happened; None when they have not.

    Nobody has missed the first minutes of an incident: they are all there is to see. One query.
    """
    now = clock.now()
    if principal.user is None or incident.opened_at > now - AWAY:
        return None
    visit = RoomVisit.objects.filter(incident=incident, user=principal.user).first()
    last = visit.last_at if visit else incident.opened_at
    return last if last <= now - AWAY and incident.updated_at > last else None
