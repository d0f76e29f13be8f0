"""The record as pictures: the timeline in lanes, and the phases as bars."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.safestring import SafeString

from incidents.kernel import charts
from incidents.kernel.charts import Bar, Lane, Mark, Scale, Span
from incidents.kernel.durations import brief
from incidents.models import Fact, State
from postmortems.models import Record

# A figure is called long when it exceeds what is usual by this.
LONG: Final = 1.3
_SECONDS: Final = (1, 2, 5, 10, 15, 30)
_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880, 10080, 43200)
_STEPS: Final = (*_SECONDS, *(60 * minutes for minutes in _MINUTES))
_TICKS: Final = 8
_PEOPLE: Final = ("incident.role_assigned", "incident.noted", "incident.severity_changed")
_RUNBOOKS: Final = ("runbook.started", "runbook.step_ticked", "runbook.finished")


def timeline(record: Record) -> SafeString:
    """Phases, alerts, states, people, runbooks and public updates on one scale of time."""
    rows = [
        Lane("Phases", spans=_phases(record)),
        Lane("Alerts", levels=firing(record), note=_most(record)),
        Lane("State", spans=_states(record)),
        Lane("People", marks=_marks(record, _PEOPLE)),
        Lane("Runbooks", spans=_runs(record), marks=_marks(record, _RUNBOOKS)),
        Lane("Status page", marks=_marks(record, ("status.published",)), note=_unsaid(record)),
    ]
    known = [row for row in rows if row.spans or row.marks or row.levels or row.note]
    return charts.lanes(known, scale_of(record), timeline_title(record))


def timeline_title(record: Record) -> str:
    parts = [f"{phase.name.lower()} {brief(phase.seconds)}" for phase in record.phases]
    return f"Timeline of {record.incident.reference}: {'; '.join(parts) or 'nothing yet'}."


def phase_bars(record: Record) -> SafeString:
    """How long each phase took, against the median of incidents alike where there are enough."""
    medians = record.comparison.medians
    rows = []
    for phase in record.phases:
        usual = medians.get(phase.slug)
        long = usual is not None and phase.seconds > LONG * usual
        note = f"median {brief(usual)}" if usual is not None else ""
        rows.append(
            Bar(
                phase.name, phase.seconds, brief(phase.seconds), usual, note, "long" if long else ""
            )
        )
    said = "; ".join(f"{row.name.lower()} {row.text} {row.note}".strip() for row in rows)
    return charts.bars(rows, f"How long each phase took: {said}.")


def scale_of(record: Record) -> Scale:
    start, end = record.incident.began_at, record.until
    margin = max(timedelta(seconds=1), (end - start) * 0.02)
    return Scale((start - margin).timestamp(), (end + margin).timestamp(), _ticks(start, end))


def _ticks(start: datetime, end: datetime) -> list[tuple[float, str]]:
    """Whole times of day, at most eight, with the day where there are several."""
    seconds = (end - start).total_seconds()
    step = next((step for step in _STEPS if seconds / step <= _TICKS), _STEPS[-1])
    layout = "%H:%M:%S" if step < 60 else "%H:%M" if seconds < 2 * 86_400 else "%d %b"
    first = int(-(-start.timestamp() // step) * step)
    moments = range(first, int(end.timestamp()) + 1, step)
    return [(float(at), datetime.fromtimestamp(at, tz=UTC).strftime(layout)) for at in moments]


def _phases(record: Record) -> list[Span]:
    return [
        Span(
            phase.start.timestamp(),
            phase.end.timestamp(),
            phase.name,
            brief(phase.seconds),
            f"ph-{phase.slug}",
        )
        for phase in record.phases
    ]


def firing(record: Record) -> list[tuple[float, float]]:
    """How many alerts fired, as (from when, how many)."""
    steps = [(firing.start.timestamp(), 1) for firing in record.firings]
    steps += [(firing.end.timestamp(), -1) for firing in record.firings if firing.end]
    count, levels = 0, list[tuple[float, float]]()
    for at, change in sorted(steps):
        count += change
        levels.append((at, float(count)))
    return levels


def _most(record: Record) -> str:
    most = int(max((level for _, level in firing(record)), default=0))
    return f"{most} at most" if most > 1 else "" if most else "none"


def _states(record: Record) -> list[Span]:
    moves = record.of("incident.state_changed")
    starts = [(record.incident.opened_at, State.DETECTED.value)]
    starts += [(move.occurred_at, str(move.data["new"])) for move in moves]
    ends = [at for at, _ in starts[1:]] + [record.until]
    return [
        Span(at.timestamp(), end.timestamp(), State(state).label, tone=f"st-{state}")
        for (at, state), end in zip(starts, ends, strict=True)
        if end > at and state in State.values
    ]


def _runs(record: Record) -> list[Span]:
    """Each run from its start to its end, or to the end of the incident."""
    ends = {fact.data.get("run_id"): fact.occurred_at for fact in record.of("runbook.finished")}
    return [
        Span(
            fact.occurred_at.timestamp(),
            max(fact.occurred_at, ends.get(fact.data.get("run_id"), record.until)).timestamp(),
            str(fact.data["title"]),
            tone="run",
        )
        for fact in record.of("runbook.started")
    ]


def _marks(record: Record, kinds: Sequence[str]) -> list[Mark]:
    return [Mark(fact.occurred_at.timestamp(), _sentence(fact)) for fact in record.of(*kinds)]


def _sentence(fact: Fact) -> str:
    return f"{fact.occurred_at.astimezone(UTC):%H:%M} {fact.actor_name} {fact.text}"


def _unsaid(record: Record) -> str:
    return "" if record.of("status.published") else "nothing published"
