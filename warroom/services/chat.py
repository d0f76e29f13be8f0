"""Posting and editing messages. Raises Invalid for a body that is empty or too long."""

import uuid

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Invalid, NotAllowed, NotFound
from incidents.models import Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Message, MessageRevision

MAX_BODY = 10_000


@transaction.atomic
def post(
    *, incident_id: int, body: str, actor: Actor, client_id: uuid.UUID | None = None
) -> Message:
    """Say `body` in the room. Sent again with the same `client_id`, it is still one message."""
    text = _checked(body)
    incident = lifecycle.locked(incident_id)
    if client_id is not None:
        known = Message.objects.filter(incident=incident, client_id=client_id).first()
        if known is not None:
            return known
    return _say(incident, text, actor, client_id)


def _say(incident: Incident, text: str, actor: Actor, client_id: uuid.UUID | None) -> Message:
    message_id = uuid.uuid4()
    body = events.MessagePosted(message_id=str(message_id), body=text)
    fact = bus.emit(incident, body, actor=actor, client_id=client_id)
    return Message.objects.create(
        id=message_id,
        incident=incident,
        seq=fact.seq,
        body=text,
        author_kind=actor.kind,
        author_handle=actor.handle,
        author_name=actor.name,
        user_id=actor.user_id,
        client_id=client_id,
        created_at=fact.occurred_at,
    )


@transaction.atomic
def edit(*, message_id: uuid.UUID, body: str, actor: Actor) -> Message:
    """Let the author of a message change it; how it read before is kept."""
    text = _checked(body)
    incident_id = (
        Message.objects.filter(pk=message_id).values_list("incident_id", flat=True).first()
    )
    if incident_id is None:
        raise NotFound("There is no such message.", "Reload the room.")
    incident = lifecycle.locked(incident_id)
    message = Message.objects.select_for_update().get(pk=message_id)
    if (message.author_kind, message.author_handle) != (actor.kind, actor.handle):
        raise NotAllowed("Only its author may edit a message.", "Post a message of your own.")
    if message.body == text:
        return message
    now = clock.now()
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=now)
    message.body, message.edited_at = text, now
    message.save(update_fields=["body", "edited_at"])
    told = events.MessageEdited(message_id=str(message.pk), body=text, edited_seq=message.seq)
    bus.emit(incident, told, actor=actor)
    return message


def _checked(body: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("The message is empty.", "Write something first.", field="body")
    if len(text) > MAX_BODY:
        raise Invalid(
            f"The message has {len(text):,} characters; {MAX_BODY:,} are the most.",
            "Split it, or link to where the whole text is.",
            field="body",
        )
    if "\0" in text:
        raise Invalid("The message holds a NUL character.", "Remove it.", field="body")
    return text
