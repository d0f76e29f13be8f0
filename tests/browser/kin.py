"""Incidents that hang together: merged, split and linked ones."""

from typing import Protocol

from incidents.kernel.actor import Actor
from incidents.models import Incident
from incidents.pipeline import merging


class _World(Protocol):
    def declare(self, title: str, severity: str, service: str = "") -> Incident: ...

    def actor(self, handle: str) -> Actor: ...


def some(world: _World, incident: Incident) -> dict[str, str]:
    """What was merged into the incident, and what it is linked to."""
    merged = world.declare("Orders come in twice", "P2", "payments")
    cause = world.declare("A switch in the second hall fails", "P1")
    child = world.declare("Refunds fail", "P3", "payments")
    joining = merging.Joining(
        target_id=incident.pk, source_ids=[merged.pk], reason="the same broken pool"
    )
    actor = world.actor("cara")
    merging.merge(joining=joining, actor=actor)
    for other, relation in ((cause, "caused_by"), (child, "parent_of")):
        merging.link(incident_id=incident.pk, other_id=other.pk, relation=relation, actor=actor)
    return {"merged": merged.reference}
