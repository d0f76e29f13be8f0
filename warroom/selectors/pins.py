"""What is pinned in a room, as it reads now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from incidents.models import Fact, Incident
from warroom import events
from warroom.models import Pin
from warroom.selectors import log

# They speak of another fact; that one is what people mean.
NOT_PINNED: Final = (
    *log.CHANGING,
    events.PinAdded.kind,
    events.PinRemoved.kind,
)


@dataclass(frozen=True, slots=True)
class Pinned:
    pin: Pin
    entry: log.Entry


def pinned(incident: Incident) -> list[Pinned]:
    """In the order in which it happened, without messages that were deleted since. Four queries,
    one where nothing is pinned."""
    pins = list(Pin.objects.filter(incident=incident))
    if not pins:
        return []
    entries = {entry.fact.seq: entry for entry in _entries(incident, [pin.seq for pin in pins])}
    return [Pinned(pin, entries[pin.seq]) for pin in pins if _is_there(entries.get(pin.seq))]


def _is_there(entry: log.Entry | None) -> bool:
    return entry is not None and (entry.said is None or not entry.said.message.is_deleted)


def _entries(incident: Incident, seqs: Sequence[int]) -> list[log.Entry]:
    facts = list(Fact.objects.filter(incident=incident, seq__in=seqs))
    return log.with_messages(incident.pk, facts)
