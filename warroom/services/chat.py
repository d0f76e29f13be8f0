"""Posting, editing and deleting messages. Raises Invalid for a body that is empty or too long.

Whatever carries a `client_id` may be sent again: it is done once.
"""

import uuid
from dataclasses import dataclass

from django.db import transaction

from incidents.access import Principal, may
from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from incidents.reactions import notices
from warroom import events
from warroom.models import Message, MessageRevision
from warroom.services.files import removing
from warroom.services.mentions import mentioned
from warroom.services.prose import with_emoji

MAX_BODY = 10_000
_TOLD = (events.MessagePosted.kind, events.MessageEdited.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How a message is sent: into the room, or as a reply to the message `thread` (its seq), which
    stands in the room too if it is `also_in_room`. `client_id` is the sender's own, `files` how
    many come with it."""

    client_id: uuid.UUID | None = None
    thread: int | None = None
    also_in_room: bool = False
    files: int = 0


@transaction.atomic
def post(*, incident_id: int, body: str, actor: Actor, envelope: Envelope | None = None) -> Message:
    """Say `body` in the room; with files there need not be one. Sent again with the same
    `client_id`, it is still one message."""
    sent = envelope or Envelope()
    text = _checked(body, needed=not sent.files)
    incident = lifecycle.locked(incident_id)
    if sent.client_id is not None:
        known = Message.objects.filter(incident=incident, client_id=sent.client_id).first()
        if known is not None:
            return known
    message = Message(
        incident=incident,
        body=text,
        mentions=mentioned(incident, text),
        author_kind=actor.kind,
        author_handle=actor.handle,
        author_name=actor.name,
        user_id=actor.user_id,
        client_id=sent.client_id,
        file_count=sent.files,
    )
    _address(message, sent)
    return _say(message, actor)


def _address(message: Message, envelope: Envelope) -> None:
    if envelope.thread is None:
        return
    answered = by_seq(message.incident, envelope.thread)
    message.thread = answered.thread or answered
    message.in_room = envelope.also_in_room


def _say(message: Message, actor: Actor) -> Message:
    told = events.MessagePosted(
        message_id=str(message.pk),
        body=message.body,
        mentions=message.mentions,
        thread=message.thread.seq if message.thread else None,
        in_room=message.in_room,
        files=message.file_count,
    )
    fact = bus.emit(message.incident, told, actor=actor, client_id=message.client_id)
    message.seq, message.created_at = fact.seq, fact.occurred_at
    message.save(force_insert=True)
    return message


@transaction.atomic
def edit(
    *, message_id: uuid.UUID, body: str, actor: Actor, client_id: uuid.UUID | None = None
) -> Message:
    """Let the author of a message change it; how it read before is kept."""
    message = locked(message_id)
    text = _checked(body, needed=not message.file_count)
    if done_before(message.incident, client_id):
        return message
    if not _is_author(message, actor):
        raise NotAllowed("Only its author may edit a message.", "Post a message of your own.")
    if message.is_deleted:
        raise Conflict("The message has been deleted.", "Post a new one.")
    if message.body == text:
        return message
    return _rewrite(message, text, actor, client_id)


def _rewrite(message: Message, text: str, actor: Actor, client_id: uuid.UUID | None) -> Message:
    now = clock.now()
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=now)
    called = mentioned(message.incident, text)
    anew = [handle for handle in called if handle not in message.mentions]
    message.body, message.mentions, message.edited_at = text, called, now
    message.save(update_fields=["body", "mentions", "edited_at"])
    told = events.MessageEdited(
        message_id=str(message.pk), body=text, edited_seq=message.seq, mentions=anew
    )
    bus.emit(message.incident, told, actor=actor, client_id=client_id)
    return message


@transaction.atomic
def delete(
    *, message_id: uuid.UUID, principal: Principal, client_id: uuid.UUID | None = None
) -> Message:
    """Take a message out of the room: its author may, and whoever commands.

    Its text goes from wherever it is kept, the facts that told of it included; that it was deleted,
    when and by whom is a fact.
    """
    message = locked(message_id)
    if done_before(message.incident, client_id) or message.is_deleted:
        return message
    actor = principal.actor
    if not (_is_author(message, actor) or may(principal, "incident.command", message.incident)):
        raise NotAllowed(
            "Only its author or a commander may delete a message.", "Ask one of them to."
        )
    _erase(message)
    removing.remove_all_of(message, actor)
    message.deleted_at, message.deleted_by = clock.now(), actor.name
    message.save()
    told = events.MessageDeleted(
        message_id=str(message.pk), deleted_seq=message.seq, author=message.author_name
    )
    bus.emit(message.incident, told, actor=actor, client_id=client_id)
    return message


def _erase(message: Message) -> None:
    message.body, message.mentions = "", []
    message.revisions.all().delete()
    message.reactions.all().delete()
    facts = Fact.objects.filter(
        incident=message.incident, kind__in=_TOLD, data__message_id=str(message.pk)
    )
    for fact in facts:
        notices.withdraw(fact)
        fact.data |= {"body": "", "mentions": []}
        fact.save(update_fields=["data"])


def locked(message_id: uuid.UUID) -> Message:
    """The message, with the row of its incident locked first, as everywhere."""
    known = Message.objects.filter(pk=message_id).values_list("incident_id", flat=True).first()
    if known is None:
        raise NotFound("There is no such message.", "Reload the room.")
    incident = lifecycle.locked(known)
    message = Message.objects.select_for_update().get(pk=message_id)
    message.incident = incident
    return message


def by_seq(incident: Incident, seq: object) -> Message:
    """The message that the fact `seq` of the incident told of; Invalid, NotFound."""
    if not isinstance(seq, int) or isinstance(seq, bool):
        raise Invalid("Say which message: its seq.", field="seq")
    rows = Message.objects.filter(incident=incident, seq=seq) if 0 < seq < 2**31 else None
    message = rows.select_related("thread").first() if rows is not None else None
    if message is None:
        raise NotFound("There is no such message.", "Reload the room.")
    message.incident = incident
    return message


def done_before(incident: Incident, client_id: uuid.UUID | None) -> bool:
    """Whether what was sent with this `client_id` is a fact already. Lock the incident first."""
    return (
        client_id is not None
        and Fact.objects.filter(incident=incident, client_id=client_id).exists()
    )


def _is_author(message: Message, actor: Actor) -> bool:
    return (message.author_kind, message.author_handle) == (actor.kind, actor.handle)


def _checked(body: str, *, needed: bool = True) -> str:
    text = with_emoji(body.replace("\r\n", "\n").strip())
    if needed and not text:
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
