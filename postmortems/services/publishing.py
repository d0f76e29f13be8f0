"""Declaring the document finished."""

from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict
from incidents.pipeline import lifecycle
from postmortems.events import PostMortemPublished
from postmortems.models import PostMortem, PostMortemState
from postmortems.services.editing import locked

# What customers ask: what happened, to whom, why, how it ended, what we learned. The rest stays
# inside: who did what, and what went badly.
_FOR_CUSTOMERS: Final = ("summary", "impact", "root_cause", "recovery", "lessons")
MOST_TOLD: Final = 8000


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
    published = PostMortemPublished(version=post_mortem.version, told=_for_customers(post_mortem))
    bus.emit(incident, published, actor=actor)
    return post_mortem


def _for_customers(post_mortem: PostMortem) -> str:
    """Only what people have written: what was drafted from the record names people and systems."""
    told = [
        f"### {section.heading}\n\n{section.body.strip()}"
        for section in post_mortem.in_order()
        if section.slug in _FOR_CUSTOMERS and section.is_ours and section.body.strip()
    ]
    return "\n\n".join(told)[:MOST_TOLD]
