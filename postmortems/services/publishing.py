"""Declaring the document finished."""

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict
from incidents.pipeline import lifecycle
from postmortems.events import PostMortemPublished
from postmortems.models import PostMortem, PostMortemState
from postmortems.services.editing import locked


@transaction.atomic
def publish(*, incident_id: int, actor: Actor) -> PostMortem:
    """Publish the version that is there. Publishing twice changes nothing.

    Raises Conflict while the incident is still open: its story has no end yet.
    """
    incident = lifecycle.locked(incident_id)
    post_mortem = locked(incident)
    if post_mortem.is_published:
        return post_mortem
    if not incident.is_over:
        raise Conflict(f"{incident.reference} is still open.", "Resolve it, then publish.")
    post_mortem.state = PostMortemState.PUBLISHED
    post_mortem.published_at = clock.now()
    post_mortem.published_by = actor.name
    post_mortem.save(update_fields=["state", "published_at", "published_by"])
    bus.emit(incident, PostMortemPublished(version=post_mortem.version), actor=actor)
    return post_mortem
