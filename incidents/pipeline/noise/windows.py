"""When a maintenance window is open."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from incidents.kernel.errors import Invalid
from incidents.models import MaintenanceWindow

FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_LONGEST_INTERVAL: Final = 1000
_PARTS: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a window is open; aware, end excluded."""

    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def checked_recurrence(text: str) -> str:
    """`text` when it is an RRULE (RFC 5545, 3.3.10) that recurs at most daily; else Invalid.

    Hours and finer are left out: a window starts at its own time of day.
    """
    text = text.strip().upper().removeprefix("RRULE:")
    if not text:
        return ""
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    unknown = sorted(set(parts) - _PARTS)
    if unknown or parts.get("FREQ") not in FREQUENCIES:
        told = f"It may not say {', '.join(unknown)}." if unknown else "It needs a FREQ."
        hint = "Write for instance FREQ=WEEKLY;BYDAY=SU. FREQ is DAILY, WEEKLY, MONTHLY or YEARLY."
        raise Invalid(f"{text!r} is no recurrence we know. {told}", hint, field="recurrence")
    if not 1 <= _whole(parts.get("INTERVAL", "1")) <= _LONGEST_INTERVAL:
        told = f"{text!r} is no recurrence: its INTERVAL has to be 1 or more."
        raise Invalid(told, f"{_LONGEST_INTERVAL} at most.", field="recurrence")
    if _never_comes(parts):
        raise Invalid(f"{text!r} names days that never come.", field="recurrence")
    try:
        _rule(text, datetime(2026, 1, 1))  # noqa: DTZ001  wall-clock time of some zone
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(f"{text!r} is no recurrence: {error}.", field="recurrence") from error
    return text


def _never_comes(parts: Mapping[str, str]) -> bool:
    """Such days, as 30 February, would be looked for up to the year 9999, each time."""
    if parts["FREQ"] == "DAILY" and "BYSETPOS" in parts:
        return True
    if not {"BYMONTH", "BYMONTHDAY"} <= parts.keys():
        return False
    months = [_whole(month) for month in parts["BYMONTH"].split(",")]
    days = [_whole(day.removeprefix("-")) for day in parts["BYMONTHDAY"].split(",")]
    longest = max((monthrange(2028, m)[1] for m in months if 1 <= m <= 12), default=0)
    return not any(1 <= day <= longest for day in days)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@lru_cache(maxsize=256)
def _rule(text: str, starts: datetime) -> rrule:
    """Counted in wall-clock time, so that 03:00 stays 03:00 when the clocks change."""
    parts = [part for part in text.split(";") if not part.startswith("UNTIL=")]
    until = next((part[6:] for part in text.split(";") if part.startswith("UNTIL=")), "")
    plain = [*parts, f"UNTIL={until.rstrip('Z')}"] if until else parts
    found = rrulestr(";".join(plain), dtstart=starts)
    if not isinstance(found, rrule):
        raise ValueError("it names more than one rule")  # noqa: TRY004  it is about the text
    return found


def occurrences(
    window: MaintenanceWindow, *, after: datetime, before: datetime
) -> Iterator[Occurrence]:
    """The times the window is open that overlap `after` to `before`, in order."""
    length = timedelta(minutes=window.minutes)
    if not window.recurrence:
        if window.starts_at < before and window.starts_at + length > after:
            yield Occurrence(window.starts_at, window.starts_at + length)
        return
    zone = window.zone
    rule = _rule(window.recurrence, _wall(window.starts_at, zone))
    # A day to either side, since the clocks of the zone may have changed in between.
    first, last = _wall(after - length, zone) - timedelta(days=1), _wall(before, zone)
    for wall in rule.xafter(first, inc=True):
        if wall > last + timedelta(days=1):
            return
        starts_at = wall.replace(tzinfo=zone)
        found = Occurrence(starts_at, starts_at + length)
        if found.starts_at < before and found.ends_at > after:
            yield found


def open_at(window: MaintenanceWindow, at: datetime) -> Occurrence | None:
    """The occurrence that covers `at`; the one that ends last where several do."""
    if window.cancelled_at is not None and window.cancelled_at <= at:
        return None
    covering = [
        o for o in occurrences(window, after=at, before=at + timedelta(seconds=1)) if o.covers(at)
    ]
    return max(covering, key=lambda o: o.ends_at, default=None)


def next_after(window: MaintenanceWindow, at: datetime) -> Occurrence | None:
    """The next time it opens, within two years."""
    if window.cancelled_at is not None:
        return None
    ahead = occurrences(window, after=at, before=at + timedelta(days=731))
    return next((o for o in ahead if o.starts_at > at), None)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
