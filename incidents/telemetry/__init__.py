"""What other systems know of themselves: clients, one kind of source a file, pure.

A client adds itself to `CLIENTS` by the slug that `TelemetrySource.kind` holds.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from incidents.kernel.options import Option
from incidents.kernel.registry import Registry

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of a result: its labels, without the metric's name, and its value now."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One series over time: `points` are (Unix seconds, value), oldest first, without NaN."""

    labels: Labels
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log."""

    at: float
    text: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in Unix seconds, read every `step` seconds."""

    start: float
    end: float
    step: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask, over which connection, and what its kind of source must know besides."""

    http: httpx.Client
    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Client:
    """All raise OutboundError. A source without `history` or `lines` keeps none; of lines it gives
    the newest `most_lines` at once, and remembers them for `keeps_lines` seconds."""

    label: str
    asks: str  # what a query to it is, for people
    probe: str  # a query that it always answers
    now: Callable[[Place, str], list[Sample]]
    history: Callable[[Place, str, Span], list[Series]] | None = None
    lines: Callable[[Place, str, Span], list[Line]] | None = None
    most_lines: int = 0
    keeps_lines: float = math.inf
    options: Sequence[Option] = ()


CLIENTS: Registry[Client] = Registry("incidents.telemetry")
