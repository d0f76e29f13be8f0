"""What the log of a room shows: facts, and for those that are messages how they read now."""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.events import timeline
from incidents.models import Fact
from warroom import events
from warroom.models import Message

POSTED = events.MessagePosted.kind
EDITED = events.MessageEdited.kind


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact; `message` is the message that it posted or edited."""

    fact: Fact
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """Entries in order; `more_before` is the seq before which there is more, or None."""

    entries: list[Entry]
    more_before: int | None


def latest(incident_id: int, limit: int, *, before: int | None = None) -> Log:
    """The newest entries of the log, ascending; edits show in what they edit. Two queries."""
    rows = Fact.objects.filter(incident_id=incident_id).exclude(kind=EDITED)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: limit + 1])
    facts = found[:limit][::-1]
    more = facts[0].seq if len(found) > limit else None
    return Log(entries=with_messages(incident_id, facts), more_before=more)


def since(incident_id: int, after: int, limit: int) -> list[Entry]:
    """Every fact with seq > `after`, ascending, edits too. Two queries."""
    return with_messages(incident_id, timeline.since(incident_id, after, limit))


def with_messages(incident_id: int, facts: Sequence[Fact]) -> list[Entry]:
    """The facts with the messages they speak of. One query, none where nobody speaks."""
    ids = {fact.data["message_id"] for fact in facts if fact.kind in (POSTED, EDITED)}
    messages: dict[str, Message] = {}
    if ids:
        rows = Message.objects.filter(incident_id=incident_id, pk__in=ids)
        messages = {str(message.pk): message for message in rows}
    return [Entry(fact, messages.get(fact.data.get("message_id", ""))) for fact in facts]
