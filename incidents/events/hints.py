"""Hints: "incident 7 has reached seq 41", sent after commit, lost without harm.

PostgreSQL keeps the facts; whoever misses a hint finds them by polling. The composition root says
how hints travel (`publish_with`, `ring_with`), so that nothing here depends on a broker.
"""

from collections.abc import Callable, Iterable

Publish = Callable[[int, int], None]
Ring = Callable[[Iterable[int]], None]


def _nowhere(_incident_id: int, _seq: int) -> None:
    """Without a publisher, readers poll."""


def _silence(_user_ids: Iterable[int]) -> None:
    """Without a bell, readers poll."""


_publish: Publish = _nowhere
_ring: Ring = _silence


def publish_with(publish: Publish | None) -> None:
    """Send hints by `publish(incident_id, seq)`, which must not block nor raise."""
    global _publish
    _publish = publish or _nowhere


def send(incident_id: int, seq: int) -> None:
    _publish(incident_id, seq)


def ring_with(ring: Ring | None) -> None:
    """Say by `ring(user_ids)` that their notices have changed; it must not block nor raise."""
    global _ring
    _ring = ring or _silence


def ring(user_ids: Iterable[int]) -> None:
    _ring(user_ids)
