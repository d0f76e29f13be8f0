"""Times of the week as people write them: `mon-fri 22:00-06:00 Europe/Berlin`.

Every part may be left out: no days means all, no times means the whole day, no zone means UTC. A
window that ends before it begins goes on into the next day and belongs to the day it began on.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from incidents.kernel.errors import Invalid

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMES: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY_MINUTES: Final = 24 * 60
_HINT: Final = "Write mon-fri 22:00-06:00 Europe/Berlin."


@dataclass(frozen=True, slots=True)
class Window:
    days: frozenset[int]
    begin: int  # minutes of the day
    end: int
    zone: ZoneInfo

    def holds(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        day, minute = local.weekday(), local.hour * 60 + local.minute
        if self.begin < self.end:
            return day in self.days and self.begin <= minute < self.end
        yesterday = (local - timedelta(days=1)).weekday()
        late = day in self.days and minute >= self.begin
        return late or (yesterday in self.days and minute < self.end)


@lru_cache(maxsize=256)
def read(text: str) -> Window:
    """The window that `text` describes. Raises Invalid, which quotes what cannot be read."""
    days, times, zone = frozenset(range(7)), (0, _DAY_MINUTES), ZoneInfo("UTC")
    if not text.strip():
        raise Invalid("A time of the week is needed.", _HINT, field="value")
    for word in text.replace(", ", ",").replace("–", "-").split():
        if _TIMES.fullmatch(word):
            times = _times(word)
        elif word[:3].lower() in DAYS and "/" not in word:
            days = _days(word.lower())
        elif word in available_timezones():
            zone = ZoneInfo(word)
        else:
            raise Invalid(f"{word[:60]!r} is no day, time or zone.", _HINT, field="value")
    return Window(days, *times, zone)


def _times(word: str) -> tuple[int, int]:
    hour, minute, end_hour, end_minute = map(int, _TIMES.fullmatch(word).groups())  # type: ignore[union-attr]  # it matched
    begin, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or begin >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise Invalid(f"{word!r} is no time of day.", "From 00:00 to 24:00.", field="value")
    if begin == end:
        raise Invalid(f"{word!r} has no length.", "Leave it out for the whole day.", field="value")
    return begin, end


def _days(word: str) -> frozenset[int]:
    found: set[int] = set()
    for piece in word.split(","):
        first, _, last = piece.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            days = ", ".join(DAYS)
            raise Invalid(f"{piece[:60]!r} is no day of the week.", f"Days: {days}.", field="value")
        start, stop = DAYS.index(first), DAYS.index(last or first)
        found |= {day % 7 for day in range(start, stop + 1 + (7 if stop < start else 0))}
    return frozenset(found)
