"""Telling everybody inside where things stand."""

import uuid

from django.db import transaction

from incidents.events import bus, clocks
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle

MOST = 2000


@transaction.atomic
def post(
    *, incident_id: int, text: str, actor: Actor, client_id: uuid.UUID | None = None
) -> Incident:
    """Tell how things stand; the clock for the next update begins anew. Raises Invalid."""
    said = checked(text)
    incident = lifecycle.locked(incident_id)
    if client_id and Fact.objects.filter(incident=incident, client_id=client_id).exists():
        return incident
    body = clocks.UpdatePosted(update=said)
    bus.emit(incident, body, actor=actor, client_id=client_id)
    return incident


def checked(text: str) -> str:
    """The text as it is told. Raises Invalid."""
    said = text.replace("\0", "").strip()
    if not said:
        raise Invalid(
            "The update is empty.", "Say what is known and what comes next.", field="text"
        )
    if len(said) > MOST:
        raise Invalid(f"An update has at most {MOST:,} characters.", "Shorten it.", field="text")
    return said
