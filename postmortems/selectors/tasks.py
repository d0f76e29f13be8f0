"""The tasks of a war room, told from facts alone."""

from dataclasses import dataclass

from incidents.events.tasks import (
    TaskChanged,
    TaskDone,
    TaskDropped,
    TaskDue,
    TaskFact,
    TaskOpened,
    TaskReopened,
)
from incidents.models import Fact, Incident

KINDS = tuple(
    body.kind for body in (TaskOpened, TaskChanged, TaskDone, TaskDropped, TaskDue, TaskReopened)
)


@dataclass(frozen=True, slots=True)
class Present:
    """One task as the last fact about it tells it; `opened_seq` is the number of the first."""

    task: TaskFact
    opened_seq: int

    @property
    def is_unfinished(self) -> bool:
        return not isinstance(self.task, TaskDone | TaskDropped)


def present(incident_id: int) -> dict[int, Present]:
    """The tasks of the incident by their number. One query."""
    found: dict[int, Present] = {}
    rows = Fact.objects.filter(incident_id=incident_id, kind__in=KINDS).order_by("seq")
    for fact in rows:
        task: TaskFact = fact.body
        known = found.get(task.number)
        found[task.number] = Present(task, known.opened_seq if known else fact.seq)
    return found


def goes_on_in(incident: Incident) -> Incident:
    """The incident itself or, where it was merged, the one in which work goes on."""
    seen = {incident.pk}
    while incident.merged_into is not None and incident.merged_into.pk not in seen:
        incident = incident.merged_into
        seen.add(incident.pk)
    return incident


def merged_into(incident_id: int) -> list[int]:
    """The incidents that were merged into this one, and into those in turn."""
    found: list[int] = []
    layer = [incident_id]
    while layer:
        rows = Incident.objects.filter(merged_into__in=layer).exclude(pk__in=[incident_id, *found])
        layer = sorted(rows.values_list("pk", flat=True))
        found += layer
    return found
