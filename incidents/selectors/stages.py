"""Where an incident is among its stages, and against which clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Prefetch, prefetch_related_objects

from incidents.kernel import clock
from incidents.models import STAGE_OF, Incident, Stage, StageCheck, StageCode, StageTick, State
from incidents.selectors.pace import Pace

Position = Literal["done", "now", "next"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a checklist; `by` and `at` of who ticked it, empty while nobody has."""

    id: int
    text: str
    by: str = ""
    at: datetime | None = None

    @property
    def done(self) -> bool:
        return self.at is not None


@dataclass(frozen=True, slots=True)
class StageNow:
    """A stage as it stands in one incident. `due_at` is None while its clock does not run yet."""

    code: str
    label: str
    minutes: str
    position: Position
    due_at: datetime | None
    lines: list[Line]

    @property
    def ticked(self) -> int:
        return sum(line.done for line in self.lines)

    @property
    def is_late(self) -> bool:
        return self.position == "now" and self.due_at is not None and self.due_at <= clock.now()


def known() -> list[Stage]:
    """One query."""
    return list(Stage.objects.all())


def stages_of(incident: Incident, pace: Pace, stages: Sequence[Stage]) -> list[StageNow]:
    """All stages in their order, with what is ticked. Two queries."""
    checks = Prefetch("checks", StageCheck.objects.filter(is_active=True))
    prefetch_related_objects(stages, checks)
    found = {stage.code: stage for stage in stages}
    rows = StageTick.objects.filter(incident=incident)
    ticks = {tick.check_line_id: tick for tick in rows}
    return [
        StageNow(
            code=code.value,
            label=str(code.label),
            minutes=_minutes(found[code], incident),
            position=_position(code, incident),
            due_at=_due(found[code], incident, pace),
            lines=[_line(check, ticks.get(check.pk)) for check in found[code].checks.all()],
        )
        for code in StageCode
        if code in found
    ]


def late(incidents: Iterable[Incident], paces: Mapping[int, Pace]) -> dict[int, StageNow]:
    """The stage that each incident is in, where its time is over. One query."""
    stages = known()
    now = {each.pk: current(each, paces[each.pk], stages) for each in incidents}
    return {pk: stage for pk, stage in now.items() if stage is not None and stage.is_late}


def current(incident: Incident, pace: Pace, stages: Iterable[Stage]) -> StageNow | None:
    """The stage that the incident is in, without its checklist; None when it is over."""
    code = STAGE_OF.get(State(incident.state))
    for stage in stages:
        if stage.code == code:
            due = _due(stage, incident, pace)
            return StageNow(stage.code, str(stage), _minutes(stage, incident), "now", due, [])
    return None


def _line(check: StageCheck, tick: StageTick | None) -> Line:
    return Line(check.pk, check.text, tick.by_name, tick.at) if tick else Line(check.pk, check.text)


def _position(code: StageCode, incident: Incident) -> Position:
    current = STAGE_OF.get(State(incident.state))
    order = list(StageCode)
    if current is None or order.index(code) < order.index(current):
        return "done"
    return "now" if code == current else "next"


def _due(stage: Stage, incident: Incident, pace: Pace) -> datetime | None:
    start = pace.settled_at if stage.code == StageCode.RECOVERY else pace.began_at
    if start is None or incident.is_over:
        return None
    return start + timedelta(minutes=stage.to_minutes * incident.severity.stage_factor)


def _minutes(stage: Stage, incident: Incident) -> str:
    factor = incident.severity.stage_factor
    return f"{stage.from_minutes * factor}–{stage.to_minutes * factor} min"
