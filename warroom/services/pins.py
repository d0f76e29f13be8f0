"""Pinning what must not be lost in the stream. Raises Invalid, NotFound, Conflict."""

from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Conflict, Invalid, NotFound
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Message, Pin, Reaction, emoji
from warroom.selectors.pins import NOT_PINNED

MOST: Final = 100
PUSHPIN: Final = emoji.NAMES["pushpin"]


@transaction.atomic
def pin(*, incident_id: int, seq: int, actor: Actor, cause: Fact | None = None) -> Pin:
    """Pin the fact with this number; pinning it again changes nothing."""
    incident = lifecycle.locked(incident_id)
    known = Pin.objects.filter(incident=incident, seq=seq).first()
    if known is not None:
        return known
    fact = _to_pin(incident, seq)
    if Pin.objects.filter(incident=incident).count() >= MOST:
        raise Conflict(f"{MOST} pins are the most.", "Unpin something first.")
    pinned = Pin.objects.create(
        incident=incident, seq=seq, pinned_by=actor.name, pinned_at=clock.now()
    )
    bus.emit(incident, events.PinAdded(seq, _author(fact)), actor=actor, cause=cause)
    return pinned


@transaction.atomic
def unpin(*, incident_id: int, seq: int, actor: Actor) -> None:
    """Take a pin away; where there is none nothing happens."""
    incident = lifecycle.locked(incident_id)
    gone, _ = Pin.objects.filter(incident=incident, seq=seq).delete()
    if gone:
        fact = Fact.objects.get(incident=incident, seq=seq)
        bus.emit(incident, events.PinRemoved(seq, _author(fact)), actor=actor)


def what(incident: Incident, seq: int) -> str:
    """What would be pinned, in words. Raises NotFound and Invalid."""
    fact = _to_pin(incident, seq)
    words = " ".join(fact.text.split())
    return f"“{fact.actor_name} {words[:80]}{'…' if len(words) > 80 else ''}”"


def _to_pin(incident: Incident, seq: int) -> Fact:
    fact = Fact.objects.filter(incident=incident, seq=seq).first()
    if fact is None:
        raise NotFound(f"{incident.reference} has no message or fact {seq}.")
    if fact.kind in NOT_PINNED or _is_deleted(fact):
        raise Invalid("That cannot be pinned.", "Pin a message, or what happened.", field="seq")
    return fact


def _is_deleted(fact: Fact) -> bool:
    said = Message.objects.filter(incident_id=fact.incident_id, seq=fact.seq)
    return fact.kind == events.MessagePosted.kind and said.filter(deleted_at__isnull=False).exists()


@transaction.atomic
def pin_by_reaction(*, reacted: Fact) -> None:
    """Pin the message that somebody gave a 📌, unless they have taken it back since."""
    told: events.MessageReacted = reacted.body
    given = Reaction.objects.filter(
        message_id=told.message_id, emoji=told.emoji, handle=reacted.actor_handle
    )
    if told.emoji == PUSHPIN and given.filter(message__deleted_at__isnull=True).exists():
        actor = Actor("user", reacted.actor_handle, reacted.actor_name, reacted.actor_user_id)
        pin(incident_id=reacted.incident_id, seq=told.reacted_seq, actor=actor, cause=reacted)


def last_message(incident_id: int) -> int:
    """The number of the newest message; Invalid where nobody has said anything."""
    rows = Message.objects.filter(incident_id=incident_id, deleted_at__isnull=True)
    seq = rows.order_by("-seq").values_list("seq", flat=True).first()
    if seq is None:
        raise Invalid("Nothing has been said that could be pinned.", "Say something first.")
    return seq


def _author(fact: Fact) -> str:
    return fact.actor_name if fact.kind == events.MessagePosted.kind else ""
