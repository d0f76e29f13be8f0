"""What somebody who comes late needs: known, decided, tried, who does what, what is open and due.

Built from facts and rows alone. What other apps tell is known by the kind of its facts; where an
app is not there, its part is empty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any, Final

from django.db.models import prefetch_related_objects
from django.utils.html import strip_tags

from incidents.kernel import clock, durations, markdown
from incidents.models import (
    OVER,
    SINGLE_ROLES,
    Alert,
    AlertState,
    Fact,
    Incident,
    IncidentRole,
)
from incidents.models.fact import UPDATES
from incidents.selectors import pace
from warroom.models import Decision, Hypothesis, Task, Verdict
from warroom.selectors import pins, record
from warroom.selectors import tasks as task_selectors

# The newest of the facts that count: a room with more has been summed up before.
READ: Final = 500
SHOWN: Final = 8
SHORT: Final = 140
_TOLD: Final = frozenset({"incident.noted", *UPDATES})
_RUNS: Final = frozenset({"runbook.started", "runbook.finished"})
_SEVERITY: Final = "incident.severity_changed"
_NOTHING: Final = {"known": "Nothing is written down yet", "decided": "Nothing", "tried": "Nothing"}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to know, with the fact that tells it; `seq` is 0 where it is no fact."""

    text: str
    by: str = ""
    at: datetime | None = None
    seq: int = 0

    @property
    def short(self) -> str:
        words = " ".join(self.text.split())
        return words if len(words) <= SHORT else f"{words[: SHORT - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Duty:
    role: str
    name: str


@dataclass(slots=True)
class CatchUp:
    """Points are newest first; `decided` leaves out what was decided anew."""

    incident: Incident
    pace: pace.Pace
    known: list[Point] = field(default_factory=list)
    decided: list[Point] = field(default_factory=list)
    tried: list[Point] = field(default_factory=list)
    roles: list[Duty] = field(default_factory=list)
    tasks: list[Point] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The brief: five lines of a label and a text."""
        return [
            ("Known", _first(self.known, "known")),
            ("Decided", _first(self.decided, "decided")),
            ("Tried", _first(self.tried, "tried")),
            ("Who", self.who),
            ("Open", f"{self.open_tasks}; {self.update}"),
        ]

    @property
    def who(self) -> str:
        named = [f"{duty.role}: {duty.name}" for duty in self.roles]
        return "; ".join(named if self.incident.commander else ["No commander", *named])

    @property
    def open_tasks(self) -> str:
        count = len(self.tasks)
        return f"{count or 'no'} open task{'' if count == 1 else 's'}"

    @property
    def update(self) -> str:
        due = self.pace.due_at
        if due is None:
            return "no update is due"
        left = (due - clock.now()).total_seconds()
        late = f"overdue for {durations.spoken(-left)}"
        return f"next update {f'in {durations.spoken(left)}' if left > 0 else late}"

    @property
    def checklist(self) -> list[list[str]]:
        """What is handed over with a role: how things stand, in pairs of a label and a text."""
        state = f"{self.incident.severity.code}, {self.incident.get_state_display().lower()}"
        lines = [
            ["State", state],
            *([label, text] for label, text in self.lines if label != "Open"),
        ]
        return [*lines, ["Tasks", _titles(self.tasks) or "None open"], ["Update", self.update]]


def _first(points: Sequence[Point], kind: str) -> str:
    more = f" (and {len(points) - 1} more)" if len(points) > 1 else ""
    return f"{points[0].short}{more}" if points else _NOTHING[kind]


def _titles(tasks: Sequence[Point]) -> str:
    more = f" and {len(tasks) - SHOWN} more" if len(tasks) > SHOWN else ""
    return "; ".join(task.short for task in tasks[:SHOWN]) + more


def build(incident: Incident) -> CatchUp:
    """Nine queries with the roles, four more where something is pinned."""
    prefetch_related_objects([incident], "role_assignments__user")
    facts = _facts(incident)
    supposed = record.hypotheses(incident)
    return CatchUp(
        incident=incident,
        pace=pace.of(incident),
        known=_known(incident, facts, supposed),
        decided=_decided(record.decisions(incident), facts),
        tried=_tried(supposed, facts),
        roles=_roles(incident),
        tasks=[_task(row) for row in task_selectors.unfinished(incident) if not row.follow_up],
    )


def _facts(incident: Incident) -> list[Fact]:
    """Those that no table of ours sums up, the newest first. One query."""
    rows = Fact.objects.filter(incident=incident, kind__in=[*_TOLD, *_RUNS, _SEVERITY])
    return list(rows.order_by("-seq")[:READ])


def _point(fact: Fact, text: str = "") -> Point:
    return Point(text or fact.text, fact.actor_name, fact.occurred_at, fact.seq)


def _newest(points: Iterable[Point]) -> list[Point]:
    return sorted(points, key=lambda point: (point.at or clock.now(), point.seq), reverse=True)


def _known(
    incident: Incident, facts: Sequence[Fact], supposed: Sequence[Hypothesis]
) -> list[Point]:
    """What customers notice and the cause, what was told and noted, what is pinned, what fires."""
    told = [_point(fact, _said(fact)) for fact in facts if fact.kind in _TOLD]
    causes = [_hypothesis(row) for row in supposed if row.verdict == Verdict.SUPPORTED]
    written = [incident.customer_impact, incident.summary]
    stated = [Point(text) for text in written if text]
    cause = [Point(f"Cause: {incident.root_cause}")] if incident.root_cause else _newest(causes)
    return [*cause, *told[:1], *stated, *told[1:], *_pinned(incident), *_firing(incident)]


def _said(fact: Fact) -> str:
    data = fact.data
    return str(data.get("update") or data.get("note") or data.get("body") or fact.text)


def _pinned(incident: Incident) -> list[Point]:
    """As it reads now, the last first."""
    return [_pin(each) for each in reversed(pins.pinned(incident))]


def _pin(pinned: pins.Pinned) -> Point:
    fact, said = pinned.entry.fact, pinned.entry.said
    return _point(fact, f"Pinned: {_words(said.message.body) if said else fact.text}")


def _words(markdown_text: str) -> str:
    """What is read of a message, without its marks."""
    return unescape(strip_tags(markdown.render(markdown_text))).strip()


def _firing(incident: Incident) -> list[Point]:
    if incident.state in OVER:
        return []
    rows = Alert.objects.filter(incident=incident).exclude(state=AlertState.RESOLVED)
    titles = list(rows.order_by("severity__rank", "pk").values_list("title", flat=True)[:50])
    if not titles:
        return []
    more = "" if len(titles) == 1 else f" and {len(titles) - 1} more"
    return [Point(f"Firing: {titles[0]}{more}")]


def _decided(rows: Iterable[Decision], facts: Iterable[Fact]) -> list[Point]:
    """Decisions that stand, and changes of severity."""
    standing = [_decision(row) for row in rows if row.superseded_by_id is None]
    changes = [fact for fact in facts if fact.kind == _SEVERITY]
    return _newest([*standing, *(_point(fact, _begun(fact.text)) for fact in changes)])


def _begun(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _decision(row: Decision) -> Point:
    why = f", because {row.why}" if row.why else ""
    return Point(f"{row.text}{why}", row.decider_name, row.decided_at, row.seq)


def _tried(supposed: Iterable[Hypothesis], facts: Iterable[Fact]) -> list[Point]:
    """Hypotheses as they were last judged, and runbooks: of one run its newest fact."""
    runs: dict[Any, Fact] = {}
    for fact in facts:
        if fact.kind in _RUNS:
            runs.setdefault(fact.data.get("run_id", fact.seq), fact)
    points = [_point(fact, _run(fact)) for fact in runs.values()]
    return _newest([*points, *(_hypothesis(row) for row in supposed)])


def _run(fact: Fact) -> str:
    verb = "Running" if fact.kind == "runbook.started" else "Ran"
    return f"{verb} the runbook {fact.data.get('title', '')}"


def _hypothesis(row: Hypothesis) -> Point:
    if row.verdict == Verdict.OPEN:
        return Point(f"Looking into: {row.text}", row.proposed_by, row.proposed_at, row.seq)
    verdict = Verdict(row.verdict).label
    return Point(f"{verdict}: {row.text}", row.judged_by, row.judged_at, row.seq)


def _roles(incident: Incident) -> list[Duty]:
    """Who holds a role that one person holds, in the order of the roles."""
    order = list(IncidentRole)
    held = [row for row in incident.current_roles() if row.role in SINGLE_ROLES]
    held.sort(key=lambda row: order.index(IncidentRole(row.role)))
    return [Duty(str(row.get_role_display()), str(row.user)) for row in held]


def _task(row: Task) -> Point:
    who = str(row.assignee) if row.assignee else ""
    return Point(f"{row.title} ({who})" if who else row.title, who, row.created_at)
