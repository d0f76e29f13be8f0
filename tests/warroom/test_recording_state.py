"""How things stood at a moment, who was there, and the ruler: without a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from warroom.selectors.recording.presence import Seen, present, spans
from warroom.selectors.recording.scale import LENGTH, LONGEST, columns, scale_of
from warroom.selectors.recording.state import state_at

NIGHT = datetime(2026, 3, 3, 2, tzinfo=UTC)
MINUTE = 60_000


def at(minutes: float = 0, seconds: float = 0) -> datetime:
    return NIGHT + timedelta(minutes=minutes, seconds=seconds)


@dataclass
class Told:
    kind: str
    occurred_at: datetime
    data: dict[str, Any] = field(default_factory=dict)


def _role(minutes: float, role: str, handle: str) -> Told:
    data = {"role": role, "handle": handle, "name": handle.title()}
    return Told("incident.role_assigned", at(minutes), data)


COURSE = [
    Told("incident.opened", at(0), {"severity": "P2"}),
    _role(1, "commander", "ana"),
    _role(1, "responder", "tom"),
    Told("incident.severity_changed", at(2), {"old": "P2", "new": "P0"}),
    _role(3, "commander", "cara"),
    _role(3, "responder", "ana"),
    Told("document.saved", at(4), {"version": 1}),
    Told("incident.state_changed", at(5), {"old": "detected", "new": "mitigated"}),
    Told("incident.person_removed", at(6), {"handle": "tom"}),
    Told("document.restored", at(7), {"version": 3}),
]


@pytest.mark.parametrize(
    ("minutes", "severity", "state", "roles", "version"),
    [
        (-1, "", "detected", "", 0),
        (0, "P2", "detected", "", 0),
        (1, "P2", "detected", "Incident commander: Ana; Responder: Tom", 0),
        (2, "P0", "detected", "Incident commander: Ana; Responder: Tom", 0),
        (3.5, "P0", "detected", "Incident commander: Cara; Responder: Tom, Ana", 0),
        (5, "P0", "mitigated", "Incident commander: Cara; Responder: Tom, Ana", 1),
        (6, "P0", "mitigated", "Incident commander: Cara; Responder: Ana", 1),
        (99, "P0", "mitigated", "Incident commander: Cara; Responder: Ana", 3),
    ],
)
def test_it_knows_how_things_stood(
    minutes: float, severity: str, state: str, roles: str, version: int
) -> None:
    found = state_at(COURSE, at(minutes))
    held = "; ".join(f"{label}: {', '.join(h.name for h in who)}" for label, who in found.held)
    assert (found.severity, found.state, held, found.version) == (severity, state, roles, version)


def _seen(*rows: tuple[float, str], hub: str = "a", handle: str = "ana") -> list[Seen]:
    return [Seen(handle, hub, handle.title(), state, at(0, seconds)) for seconds, state in rows]


def _told(found: list[Any]) -> list[tuple[float, float | None, str]]:
    def seconds(when: datetime | None) -> float | None:
        return (when - NIGHT).total_seconds() if when else None

    return [(seconds(span.since) or 0.0, seconds(span.until), span.state) for span in found]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Came, answered, left.
        (
            _seen((0, "watching"), (60, "responding"), (90, "left")),
            [(0, 60, "watching"), (60, 90, "responding")],
        ),
        # A gap of 10 s is a reconnect, one of 20 s is an absence.
        (_seen((0, "away"), (60, "left"), (70, "away"), (99, "left")), [(0, 99, "away")]),
        (
            _seen((0, "away"), (60, "left"), (80, "away"), (99, "left")),
            [(0, 60, "away"), (80, 99, "away")],
        ),
        # Back in another state: the first lasted until then.
        (
            _seen((0, "away"), (60, "left"), (70, "watching"), (99, "left")),
            [(0, 70, "away"), (70, 99, "watching")],
        ),
        # Lost with its process 20 s ago, as far as anybody knows: it is one stay.
        (_seen((0, "away"), (60, "lost"), (80, "away"), (99, "left")), [(0, 99, "away")]),
        # In two processes at a time the best state counts, and who leaves one is still there.
        (
            sorted(
                _seen((0, "watching"), (60, "left"))
                + _seen((30, "responding"), (90, "left"), hub="b"),
                key=lambda row: row.at,
            ),
            [(0, 30, "watching"), (30, 90, "responding")],
        ),
    ],
)
def test_it_knows_when_somebody_was_there(rows: list[Seen], expected: list[Any]) -> None:
    assert _told(spans(rows, {}, at(60))) == expected


def test_whoever_never_said_goodbye_was_there_until_the_last_sign_of_life() -> None:
    rows = _seen((0, "watching"))
    now = at(60)
    assert _told(spans(rows, {"a": at(5)}, now)) == [(0, 300, "watching")]
    assert _told(spans(rows, {"a": now - timedelta(seconds=20)}, now)) == [(0, None, "watching")]
    assert spans(rows, {}, now) == []


def test_it_lists_those_who_respond_first() -> None:
    rows = [
        *_seen((0, "away"), handle="ana"),
        *_seen((0, "responding"), handle="tom"),
        *_seen((0, "responding"), (60, "left"), handle="mei"),
    ]
    found = spans(rows, {"a": at(60)}, at(60))
    assert [span.name for span in present(found, at(0, 59))] == ["Mei", "Tom", "Ana"]
    assert [span.name for span in present(found, at(1))] == ["Tom", "Ana"]


def test_long_silences_are_short_on_the_ruler() -> None:
    day = 24 * 60 * MINUTE
    ruler = scale_of([0, MINUTE, 5 * MINUTE, 5 * MINUTE + day, 10 * MINUTE + day])
    assert ruler.knots[0] == (0, 0)
    assert ruler.knots[-1] == (10 * MINUTE + day, LENGTH)
    third = LENGTH // 3
    assert ruler.place(5 * MINUTE) == third
    assert ruler.place(5 * MINUTE + day // 2) == pytest.approx(LENGTH / 2, abs=2)
    assert ruler.breaks == [(third, ruler.place(5 * MINUTE + day))]
    assert LONGEST == 5 * MINUTE


@pytest.mark.parametrize("times", [[7], [7, 7, 7], [7, 8], [0, 5 * MINUTE + 1], [0, 1, 10**12]])
def test_the_ruler_holds_whatever_happened(times: list[int]) -> None:
    ruler = scale_of(times)
    assert [ruler.place(t) for t in (times[0] - 1, times[0], ruler.end)] == [0, 0, LENGTH]
    assert sum(columns(ruler, times)) == len(times)
    places = [x for _, x in ruler.knots]
    assert places == sorted(places)
