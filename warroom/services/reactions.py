"""Giving an emoji to a message, and taking it back."""

import uuid
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict
from warroom import events
from warroom.models import Message, Reaction, emoji
from warroom.services import chat

MOST_KINDS: Final = 20


@transaction.atomic
def react(
    *, message_id: uuid.UUID, char: str, actor: Actor, client_id: uuid.UUID | None = None
) -> Message:
    """Give the message the emoji (or the name of one) once. Raises Invalid, Conflict, NotFound."""
    chosen = emoji.named(char)
    message = chat.locked(message_id)
    if chat.done_before(message.incident, client_id):
        return message
    if message.is_deleted:
        raise Conflict("The message has been deleted.", "Nothing was done.")
    kinds = set(message.reactions.values_list("emoji", flat=True))
    if chosen not in kinds and len(kinds) >= MOST_KINDS:
        raise Conflict(f"{MOST_KINDS} kinds of reactions are the most.", "Join one of them.")
    _, is_new = Reaction.objects.get_or_create(
        message=message,
        emoji=chosen,
        handle=actor.handle,
        defaults={"name": actor.name, "user_id": actor.user_id, "given_at": clock.now()},
    )
    if is_new:
        told = events.MessageReacted(str(message.pk), reacted_seq=message.seq, emoji=chosen)
        bus.emit(message.incident, told, actor=actor, client_id=client_id)
    return message


@transaction.atomic
def unreact(
    *, message_id: uuid.UUID, char: str, actor: Actor, client_id: uuid.UUID | None = None
) -> Message:
    """Take it back; nothing where it was not given. Raises Invalid, NotFound."""
    chosen = emoji.named(char)
    message = chat.locked(message_id)
    if chat.done_before(message.incident, client_id):
        return message
    given = message.reactions.filter(emoji=chosen, handle=actor.handle)
    if given.delete()[0]:
        told = events.MessageUnreacted(str(message.pk), reacted_seq=message.seq, emoji=chosen)
        bus.emit(message.incident, told, actor=actor, client_id=client_id)
    return message
