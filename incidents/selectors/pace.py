"""How incidents stand against their clocks: when the next update is due, since when they run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from incidents.kernel import clock
from incidents.models import Fact, Incident, State
from incidents.models.fact import MOMENTS, UPDATES

_BACK: Final = frozenset({"reopen", "back"})
_SETTLED: Final = frozenset({State.MITIGATED, State.MONITORING})


@dataclass(slots=True)
class Pace:
    """`began_at` is when it opened, or opened again; `settled_at` when the harm was stopped.

    `due_at` is None once the incident is over. `told_overdue` says that people have been told since
    the last update; `stale` is the handle of the commander last reported as gone, at `stale_seq`.
    """

    began_at: datetime
    due_at: datetime | None = None
    updated_at: datetime | None = None
    settled_at: datetime | None = None
    told_overdue: bool = False
    stale: str = ""
    stale_seq: int = 0

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at <= clock.now()


def paces(incidents: Iterable[Incident]) -> dict[int, Pace]:
    """By the id of the incident. One query, on an index of just these facts."""
    known = {incident.pk: incident for incident in incidents}
    found = {pk: Pace(began_at=incident.opened_at) for pk, incident in known.items()}
    rows = Fact.objects.filter(incident__in=list(known), kind__in=MOMENTS).order_by("seq")
    for pk, seq, kind, data, at in rows.values_list(
        "incident_id", "seq", "kind", "data", "occurred_at"
    ):
        _take(found[pk], seq, kind, data, at)
    for pk, pace in found.items():
        pace.due_at = _due(known[pk], pace)
    return found


def of(incident: Incident) -> Pace:
    """One query."""
    return paces([incident])[incident.pk]


def _take(pace: Pace, seq: int, kind: str, data: Mapping[str, Any], at: datetime) -> None:
    if kind in UPDATES:
        pace.updated_at, pace.told_overdue = at, False
    elif kind == "update.overdue":
        pace.told_overdue = True
    elif kind == "role.stale":
        pace.stale, pace.stale_seq = str(data.get("handle", "")), seq
    else:
        _move(pace, data, at)


def _move(pace: Pace, data: Mapping[str, Any], at: datetime) -> None:
    if data.get("move") in _BACK:
        pace.began_at, pace.told_overdue, pace.settled_at = at, False, None
    elif data.get("new") not in _SETTLED:
        pace.settled_at = None
    elif pace.settled_at is None:
        pace.settled_at = at


def _due(incident: Incident, pace: Pace) -> datetime | None:
    if incident.is_over:
        return None
    last = max(pace.updated_at or pace.began_at, pace.began_at)
    return last + timedelta(minutes=incident.severity.update_minutes)
