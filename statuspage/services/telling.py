"""Telling subscribers: lease, send, mark; at least once, and under one message id.

Rows are leased and committed before anything is sent, and marked after. An engine that dies in
between leaves leases that end by themselves; what it had sent and not marked goes out once more
under the same id. Sending happens in threads of the notifications package: the engine's loop hands
over and collects, and waits for nobody.
"""

import atexit
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction

from incidents.kernel import clock
from incidents.reactions.notifications.lanes import Job, Lanes, Result
from incidents.reactions.notifications.parcel import Refused
from statuspage.models import Telling, TellState, Way
from statuspage.services import addresses, outgoing

LEASE_SECONDS = 120.0
# Nothing is begun in the second half of a lease: what was begun must be over when it ends.
BEGIN_SECONDS = 60.0
# So many of a way are in its lanes at once.
MOST_INSIDE: Final = {Way.EMAIL: 400}
MOST_INSIDE_ELSE: Final = 24
# Writing messages is work for the loop itself: so many, then the others have their turn.
MOST_A_TURN: Final = 100
# How long the engine's loop waits for the lanes in a turn, at the most.
WAIT_SECONDS: Final = 0.05
CLOSE_SECONDS: Final = 5.0
# Seconds until the next try, by the number of tries so far; after the last one it has failed.
BACKOFF: tuple[float, ...] = (30, 120, 300, 900, 1800, 3600, 7200, 14400, 28800)

_LEASE: Final = """
UPDATE statuspage_telling t
SET leased_until = %(until)s, next_due_at = %(until)s, tries = t.tries + 1
FROM (
  SELECT id FROM statuspage_telling
  WHERE state = 'due' AND way = %(way)s AND next_due_at <= %(now)s
  ORDER BY way, next_due_at, id LIMIT %(most)s
  FOR UPDATE SKIP LOCKED
) due
WHERE t.id = due.id
RETURNING t.id
"""
# Only what is still leased as we leased it: somebody else may have taken it over since.
_MARK: Final = """
UPDATE statuspage_telling t
SET state = m.state, sent_at = m.sent_at, error = m.error, next_due_at = m.next_due_at,
    leased_until = NULL, tries = t.tries - m.untried
FROM unnest(
  %(ids)s::bigint[], %(states)s::text[], %(sent)s::timestamptz[], %(errors)s::text[],
  %(due)s::timestamptz[], %(untried)s::int[]
) AS m(id, state, sent_at, error, next_due_at, untried)
WHERE t.id = m.id AND t.state = 'due'
"""
# How long it is known who was told what, and when: for questions, not for ever.
KEPT: Final = timedelta(days=90)
FORGOTTEN_AT_ONCE: Final = 5_000
# The oldest rows are looked at and not all of them: that needs no index of its own.
_FORGET: Final = """
DELETE FROM statuspage_telling t
USING (SELECT id FROM statuspage_telling ORDER BY id LIMIT %(most)s) oldest
WHERE t.id = oldest.id AND t.made_at < %(before)s AND t.state <> 'due'
"""
_TOLD: Final = """
UPDATE statuspage_subscriber s SET last_told_at = t.sent_at, last_error = ''
FROM statuspage_telling t
WHERE t.id = ANY(%(ids)s) AND t.state = 'sent' AND s.id = t.subscriber_id
"""


@dataclass(frozen=True, slots=True)
class _Mark:
    row: int
    state: str
    error: str = ""
    result: Result | None = None
    wait: float | None = None
    untried: bool = False


class Teller:
    """What the engine's module does, with the lanes that it fills."""

    def __init__(self) -> None:
        self._lanes = Lanes()
        self._tries: dict[int, int] = {}
        self._ends_orderly = False

    def work(self) -> int:
        """Mark what came out, hand over what is due; rows dealt with, at least 1 while any is on
        its way."""
        done = self.mark(self._lanes.take())
        done += sum(self._fill(way) for way in addresses.ways())
        if not done and self._lanes.is_busy:
            return self.mark(self._lanes.take(wait=WAIT_SECONDS)) or 1
        return done

    def _fill(self, way: Way) -> int:
        most = MOST_INSIDE.get(way, MOST_INSIDE_ELSE)
        room = most - self._lanes.inside(way)
        if room < most // 2:
            return 0
        leased = _lease(way, min(room, MOST_A_TURN))
        if not leased:
            return 0
        self._end_orderly()
        start_by = time.monotonic() + BEGIN_SECONDS
        prepared = outgoing.prepare(leased)
        _write([_Mark(row, TellState.DROPPED, why) for row, why in prepared.dropped.items()])
        self._tries |= {out.telling: out.tries for out in prepared.ready}
        self._lanes.put(way, [Job(out.telling, out.parcel, start_by) for out in prepared.ready])
        return len(leased)

    def mark(self, results: Sequence[Result]) -> int:
        if not results:
            return 0
        marks = [self._mark_of(result) for result in results]
        with transaction.atomic():
            _write(marks)
            outgoing.note_refusals({r.row: r.refused for r in results if r.refused})
        return len(results)

    def _mark_of(self, result: Result) -> _Mark:
        tries = self._tries.pop(result.row, 1)
        if result.refused is not None:
            return _refusal(result.row, result.refused, tries)
        if result.at is None:
            return _Mark(result.row, TellState.DUE, wait=0, untried=True)
        return _Mark(result.row, TellState.SENT, result=result)

    def close(self) -> None:
        """Finish what is being sent, and give back the rest."""
        self.mark(self._lanes.close(seconds=CLOSE_SECONDS))

    def _end_orderly(self) -> None:
        if not self._ends_orderly:
            self._ends_orderly = True
            atexit.register(self.close)


def forget() -> int:
    """Delete a batch of the oldest messages that are done with and older than KEPT; how many."""
    values: dict[str, Any] = {"most": FORGOTTEN_AT_ONCE, "before": clock.now() - KEPT}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        return int(cursor.rowcount)


def _refusal(row: int, refused: Refused, tries: int) -> _Mark:
    if refused.permanent or tries > len(BACKOFF):
        return _Mark(row, TellState.FAILED, str(refused))
    return _Mark(row, TellState.DUE, str(refused), wait=BACKOFF[tries - 1])


def _lease(way: str, most: int) -> list[Telling]:
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        until = now + timedelta(seconds=LEASE_SECONDS)
        cursor.execute(_LEASE, {"way": way, "now": now, "until": until, "most": most})
        ids = [row[0] for row in cursor.fetchall()]
    return outgoing.read(ids) if ids else []


def _write(marks: Iterable[_Mark]) -> None:
    rows = list(marks)
    if not rows:
        return
    now = clock.now()
    due = [now + timedelta(seconds=m.wait) if m.wait is not None else None for m in rows]
    values: dict[str, Any] = {
        "ids": [m.row for m in rows],
        "states": [str(m.state) for m in rows],
        "sent": [m.result.at if m.result else None for m in rows],
        "errors": [m.error[:500] for m in rows],
        "due": due,
        "untried": [int(m.untried) for m in rows],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        sent = [m.row for m in rows if m.state == TellState.SENT]
        if sent:
            cursor.execute(_TOLD, {"ids": sent})


TELLER: Final = Teller()
