"""The whole course of an incident at a glance: how long, how dense, and where one jumps to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from incidents.models import Fact, Incident
from warroom.selectors.log import POSTED
from warroom.selectors.recording import moments, presence, scale, state


@dataclass(frozen=True, slots=True)
class Moment:
    """A fact to jump to; `x` is its place on the ruler."""

    fact: Fact
    group: str
    at: int
    x: int


@dataclass(frozen=True, slots=True)
class Course:
    """Times are milliseconds. `changes` are those at which something beside the log changes.

    `levels` are parts of the ruler, from and to, with the severity of that time.
    """

    scale: scale.Scale
    density: list[int]
    levels: list[tuple[int, int, str]]
    moments: list[Moment]
    changes: list[int]
    messages: int
    people: int
    facts: int

    @property
    def length(self) -> float:
        """In seconds."""
        return (self.scale.end - self.scale.start) / 1000

    @property
    def shows_all_moments(self) -> bool:
        return len(self.moments) < moments.MOST

    def around(self, at: int) -> tuple[Moment | None, Moment | None]:
        """The moments before and after."""
        before = [moment for moment in self.moments if moment.at < at]
        after = [moment for moment in self.moments if moment.at > at]
        return (before[-1] if before else None), (after[0] if after else None)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) // 1000


def moment_of(at: int) -> datetime:
    """The last moment that counts as `at`."""
    return datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000 + 999)


def course_of(incident: Incident) -> Course:
    """Five queries, however long it is."""
    rows = Fact.objects.filter(incident=incident).order_by("occurred_at", "seq")
    outline = list(rows.values_list("seq", "kind", "occurred_at"))
    times = [milliseconds(at) for _, _, at in outline] or [milliseconds(incident.opened_at)]
    spans = presence.of_incident(incident)
    told = state.state_facts(incident)
    ruler = scale.scale_of(times)
    return Course(
        scale=ruler,
        density=scale.columns(ruler, times),
        levels=_levels(told, ruler),
        moments=_moments(incident, [s for s, kind, _ in outline if moments.group_of(kind)], ruler),
        changes=_changes(told, spans),
        messages=sum(kind == POSTED for _, kind, _ in outline),
        people=len({s.handle for s in spans if milliseconds(s.since) <= ruler.end}),
        facts=len(outline),
    )


def _moments(incident: Incident, seqs: list[int], ruler: scale.Scale) -> list[Moment]:
    found = []
    for fact in moments.among(incident, seqs):
        at = milliseconds(fact.occurred_at)
        found.append(Moment(fact, moments.group_of(fact.kind), at, ruler.place(at)))
    return found


def _levels(told: list[Fact], ruler: scale.Scale) -> list[tuple[int, int, str]]:
    found: list[tuple[int, str]] = []
    for fact in told:
        code = fact.data.get("severity") or fact.data.get("new")
        if fact.kind in state.SEVERITY_KINDS and code:
            found.append((ruler.place(milliseconds(fact.occurred_at)), code))
    ends = [x for x, _ in found[1:]] + [scale.LENGTH]
    return [(x, end, code) for (x, code), end in zip(found, ends, strict=True) if end > x]


def _changes(told: list[Fact], spans: list[presence.Span]) -> list[int]:
    times = {fact.occurred_at for fact in told}
    for span in spans:
        times |= {span.since, span.until or span.since}
    return sorted({milliseconds(at) for at in times})
