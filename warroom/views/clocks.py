"""What runs out, in the head of the room: updates, stages, offers, patience with a commander."""

from typing import Any

from incidents.models import Incident
from incidents.selectors import pace, stages
from incidents.web.guard import Request
from warroom.selectors import offers
from warroom.services import catching_up, staleness, visits


def context(request: Request, incident: Incident) -> dict[str, Any]:
    """Three queries; two more while the commander is said to be silent."""
    known = pace.of(incident)
    rows = stages.known()
    waiting = offers.waiting(incident)
    user = request.principal.user
    return {
        "pace": known,
        "stage_rows": rows,
        "stage": stages.current(incident, known, rows),
        "offers": waiting,
        "my_offer": next((row for row in waiting if user and row.receiver_id == user.pk), None),
        "stale": staleness.is_stale(incident, known),
    }


def missed(request: Request, incident: Incident) -> catching_up.CatchUp | None:
    """The catch-up, for somebody who has something to catch up with. One query, or a dozen."""
    since = visits.missed_since(request.principal, incident)
    return catching_up.build(incident) if since else None
