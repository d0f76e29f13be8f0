"""Hints: "incident 7 has reached seq 41", sent after commit, lost without harm.

PostgreSQL keeps the facts; whoever misses a hint finds them by polling. The composition root says
how hints travel (`publish_with`), so that nothing here depends on a broker.
"""

from collections.abc import Callable

Publish = Callable[[int, int], None]


def _nowhere(_incident_id: int, _seq: int) -> None:
    """Without a publisher, readers poll."""


_publish: Publish = _nowhere


def publish_with(publish: Publish | None) -> None:
    """Send hints by `publish(incident_id, seq)`, which must not block nor raise."""
    global _publish
    _publish = publish or _nowhere


def send(incident_id: int, seq: int) -> None:
    _publish(incident_id, seq)
