"""Who is asked to take over, what was ticked off, and where things stand."""

from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.models import Incident, Stage, User
from incidents.pipeline import stages, updates
from warroom.services import handover


def told(incident: Incident, by: User, text: str) -> None:
    """Where things stand, and a line of a checklist ticked by whoever tells it."""
    actor = Actor.of(by)
    updates.post(incident_id=incident.pk, text=text, actor=actor)
    for code in ("assessment", "containment"):
        line = Stage.objects.get(code=code).checks.order_by("position")[0]
        stages.check(incident_id=incident.pk, check_id=line.pk, done=True, actor=actor)


def offered(incident: Incident, by: User, to: User, *, role: str, note: str) -> None:
    principal = Principal(user=by)
    handover.offer(principal=principal, incident=incident, role=role, handle=to.username, note=note)
