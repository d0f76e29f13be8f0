"""What is on record about one incident: plain values, read once, from which drafts are written and
pictures drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from incidents.models import Fact, Incident


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the incident. `slug` is one of detect, acknowledge, investigate, mitigate,
    resolve; a phase that the record does not part from the one before carries both names."""

    slug: str
    name: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert from when it began to when it was over (None: it still fires)."""

    title: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One person's part: the roles they were given, and how much they wrote and did."""

    handle: str
    name: str
    roles: Sequence[str]
    cites: Sequence[int]
    messages: int
    deeds: int


@dataclass(frozen=True, slots=True)
class Figure:
    """How long something took, in seconds, what the severity asks for, and the fact that ended it.

    `slug` is one of detect, acknowledge, identify, mitigate, resolve.
    """

    slug: str
    name: str
    seconds: float
    target: float | None = None
    seq: int | None = None

    @property
    def is_late(self) -> bool:
        return self.target is not None and self.seconds > self.target


@dataclass(frozen=True, slots=True)
class Comparison:
    """The median seconds of each phase over the last `count` incidents of the same severity."""

    count: int
    medians: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """`facts` leaves chat and this document's own facts out; `pinned` are those that people pinned,
    messages among them, as they read now. `until` is when it was resolved, or
    the time of reading where it is still open."""

    incident: Incident
    facts: Sequence[Fact]
    firings: Sequence[Firing]
    people: Sequence[Contribution]
    messages: int
    until: datetime
    phases: Sequence[Phase]
    figures: Sequence[Figure]
    comparison: Comparison
    pinned: Sequence[Fact] = ()

    def of(self, *kinds: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind in kinds]

    def first(self, *kinds: str) -> Fact | None:
        return next(iter(self.of(*kinds)), None)

    def reached(self, *states: str) -> Fact | None:
        """The first move into one of these states."""
        moved = self.of("incident.state_changed")
        return next((fact for fact in moved if fact.data.get("new") in states), None)

    def figure(self, slug: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.slug == slug), None)

    @property
    def opened(self) -> Fact | None:
        return self.first("incident.opened")
