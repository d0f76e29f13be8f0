"""How well what a rule would have opened fits the incidents that there really were. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidents.sources.detection.replay import Episode

# An alert this long before an incident was opened is taken to be about it.
WINDOW: Final = 1800.0
EXAMPLES: Final = 50
_NIGHT: Final = (22, 6)


@dataclass(frozen=True, slots=True)
class Real:
    """An incident that was no false alarm, in Unix seconds. `opened` is when we heard of it."""

    reference: str
    opened: float
    over: float


@dataclass(slots=True)
class Opening:
    """An incident that the rule would have opened: alerts of one service join the open one."""

    started: float
    ended: float
    alerts: int
    first: Episode
    matches: Sequence[Real] = ()


def openings(episodes: Sequence[Episode], until: float) -> list[Opening]:
    found: list[Opening] = []
    for episode in sorted(episodes, key=lambda e: e.started):
        ended = until if episode.ended is None else episode.ended
        if found and episode.started <= found[-1].ended:
            found[-1].ended = max(found[-1].ended, ended)
            found[-1].alerts += 1
        else:
            found.append(Opening(episode.started, ended, 1, episode))
    return found


def match(found: Sequence[Opening], real: Sequence[Real]) -> None:
    """Give each opening the incidents that it could be about: it began shortly before one, or
    while it lasted."""
    for opening in found:
        opening.matches = [
            incident
            for incident in real
            if incident.opened - WINDOW
            <= opening.started
            <= max(incident.over, incident.opened + WINDOW)
        ]


def score(
    episodes: Sequence[Episode], real: Sequence[Real], *, start: float, end: float, zone: ZoneInfo
) -> dict[str, Any]:
    """The result of a backtest as it is stored. Shares are None where there is nothing to count.

    `earlier_minutes` is the median, over the incidents that it would have caught, of how long
    before the incident was opened the rule would have opened it; negative: later.
    """
    found = openings(episodes, end)
    match(found, real)
    right = [opening for opening in found if opening.matches]
    caught: dict[str, float] = {}
    for opening in right:
        for incident in opening.matches:
            caught.setdefault(incident.reference, (incident.opened - opening.started) / 60)
    nights = max(1.0, (end - start) / 86400)
    return {
        "alerts": len(episodes),
        "incidents": len(found),
        "right": len(right),
        "precision": len(right) / len(found) if found else None,
        "real": len(real),
        "caught": len(caught),
        "recall": len(caught) / len(real) if real else None,
        "pages_a_night": sum(is_night(o.started, zone) for o in found) / nights,
        "zone": zone.key,
        "earlier_minutes": median(caught.values()) if caught else None,
        "examples": [_example(opening) for opening in found[-EXAMPLES:][::-1]],
    }


def is_night(moment: float, zone: ZoneInfo) -> bool:
    hour = datetime.fromtimestamp(moment, tz=zone).hour
    return hour >= _NIGHT[0] or hour < _NIGHT[1]


def _example(opening: Opening) -> dict[str, Any]:
    """A row knows no infinity, which a quantile beyond its last bucket is."""
    value = opening.first.value
    return {
        "at": datetime.fromtimestamp(opening.started, tz=UTC).isoformat(),
        "seconds": opening.ended - opening.started,
        "alerts": opening.alerts,
        "labels": dict(opening.first.labels),
        "value": value if value is not None and isfinite(value) else None,
        "incident": opening.matches[0].reference if opening.matches else "",
    }
