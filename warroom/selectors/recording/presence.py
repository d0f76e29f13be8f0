"""When who was in the room."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from incidents.kernel import clock
from incidents.models import Incident
from warroom.models import GONE, SILENT_FOR, Attendance, Presence, RoomHub

# Whoever comes back so soon had only to connect again; longer where a process died.
GAP: Final = timedelta(seconds=15)
GAP_AFTER_LOSS: Final = timedelta(seconds=45)
_RANK: Final = {state: rank for rank, state in enumerate(Presence.values)}


@dataclass(frozen=True, slots=True)
class Seen:
    """A row of attendance."""

    handle: str
    hub: str
    name: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody was there in one way; `until` is None while they still are."""

    handle: str
    name: str
    state: str
    since: datetime
    until: datetime | None
    lost: bool = False

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    @property
    def label(self) -> str:
        return Presence(self.state).label


def of_incident(incident: Incident) -> list[Span]:
    """Everybody's time in the room, by person and time. Two queries."""
    rows = Attendance.objects.filter(incident=incident).order_by("at", "id")
    seen = [Seen(*row) for row in rows.values_list("handle", "hub", "name", "state", "at")]
    hubs = RoomHub.objects.filter(hub__in={row.hub for row in seen})
    return spans(seen, dict(hubs.values_list("hub", "seen_at")), clock.now())


def present(found: Iterable[Span], at: datetime) -> list[Span]:
    """Who is there at `at`: those who respond first, then by name."""
    here = [span for span in found if span.holds(at)]
    return sorted(here, key=lambda span: (_RANK[span.state], span.name.lower(), span.handle))


def spans(rows: Sequence[Seen], signs: Mapping[str, datetime], now: datetime) -> list[Span]:
    """`rows` in order of time; `signs` are the last signs of life of the hubs that have not ended.

    What several hubs see of one person at a time is one: the best state counts.
    """
    people: dict[str, dict[str, list[Seen]]] = {}
    for row in rows:
        people.setdefault(row.handle, {}).setdefault(row.hub, []).append(row)
    found: list[Span] = []
    for tracks in people.values():
        seen = [s for hub, track in tracks.items() for s in _track(track, signs.get(hub), now)]
        found += _without_gaps(_best(seen))
    return found


def _track(track: Sequence[Seen], sign: datetime | None, now: datetime) -> Iterator[Span]:
    """What one hub saw of one person."""
    for row, after in pairwise([*track, None]):
        if row is None or row.state in GONE:
            continue
        if after is not None:
            lost = after.state == Presence.LOST
            yield Span(row.handle, row.name, row.state, row.at, after.at, lost)
        elif sign is not None and now - sign <= timedelta(seconds=SILENT_FOR):
            yield Span(row.handle, row.name, row.state, row.at, None)
        else:
            yield Span(row.handle, row.name, row.state, row.at, max(sign or row.at, row.at), True)


def _best(seen: Sequence[Span]) -> Iterator[Span]:
    """One state at a time, in order of time."""
    ends = {span.until for span in seen if span.until is not None}
    cuts = sorted(ends | {span.since for span in seen})
    for since, until in pairwise([*cuts, None]):
        if since is None:
            continue
        here = [span for span in seen if span.holds(since)]
        if here:
            best = min(here, key=lambda span: _RANK[span.state])
            lost = until is not None and all(span.lost for span in here if span.until == until)
            yield replace(best, since=since, until=until, lost=lost)


def _without_gaps(parts: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and last.until is not None:
            gap = part.since - last.until
            is_short = gap < (GAP_AFTER_LOSS if last.lost else GAP)
            if is_short and part.state == last.state:
                joined[-1] = replace(last, until=part.until, lost=part.lost)
                continue
            if is_short:
                joined[-1] = replace(last, until=part.since)
        joined.append(part)
    return joined
