"""The one source of the current time. Tests freeze and fast-forward it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _system() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system


def now() -> datetime:
    """The current time, aware, in UTC."""
    return _read()


def replace(read: Callable[[], datetime] | None) -> None:
    """Let `read` tell the time from now on; None gives the system clock back."""
    global _read
    _read = read or _system


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from start to end, never negative (a clock may jump); None if either is missing."""
    if start is None or end is None:
        return None
    return max(0.0, (end - start) / timedelta(seconds=1))
