"""What a responder needs first: what is broken, who is on it, what to do next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.models import Alert, Incident, IncidentRole, State

_SHORT_ROLES = {
    IncidentRole.COMMANDER: "commands",
    IncidentRole.COMMUNICATIONS: "communications",
    IncidentRole.OPERATIONS: "operations",
    IncidentRole.SCRIBE: "scribe",
    IncidentRole.RESPONDER: "",
}
# State → what to do, why, and the move that says it is done.
_NEXT = {
    State.DETECTED: ("Acknowledge it", "so that everybody knows somebody is on it", "acknowledge"),
    State.ACKNOWLEDGED: ("Start investigating", "say what you look at in the chat", "investigate"),
    State.INVESTIGATING: ("Find the cause", "then mark it as identified", "identify"),
    State.IDENTIFIED: ("Stop the harm", "roll back, fail over or switch off", "mitigate"),
    State.MITIGATED: ("Watch that it holds", "then resolve it", "monitor"),
    State.MONITORING: ("Resolve it", "when it has stayed quiet", "resolve"),
    State.RESOLVED: ("Write the post-mortem", "while memories are fresh", "close"),
    State.CLOSED: ("Nothing", "it is closed", ""),
    State.MERGED: ("Go on in the other incident", "this one was merged into it", ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    lead: str
    detail: str = ""
    move: str = ""


@dataclass(frozen=True, slots=True)
class OnIt:
    name: str
    handle: str
    role: str


def what_is_broken(incident: Incident, alerts: Sequence[Alert]) -> Line:
    """The impact where somebody wrote it, else the worst alert that fires, else the service.

    It stands below the title, which an incident often has from that alert: it is not said twice.
    """
    firing = [alert for alert in alerts if alert.is_open]
    worst = min(firing, key=lambda alert: alert.severity.rank, default=None)
    service = incident.service.name if incident.service else ""
    alert = worst.title if worst and worst.title != incident.title else ""
    lead = incident.customer_impact or alert or service or incident.title
    count = f"{len(firing)} alert{'s' if len(firing) != 1 else ''} firing" if alerts else ""
    detail = ", ".join(part for part in (service if service != lead else "", count) if part)
    return Line(lead, detail or "no alert is attached")


def who_is_on_it(incident: Incident) -> list[OnIt]:
    """Role holders now, the commander first. Reads prefetched `role_assignments__user`."""
    order = list(IncidentRole)
    held = sorted(incident.current_roles(), key=lambda row: order.index(IncidentRole(row.role)))
    return [
        OnIt(str(row.user), row.user.username, _SHORT_ROLES[IncidentRole(row.role)]) for row in held
    ]


def what_next(incident: Incident) -> Line:
    lead, detail, move = _NEXT[State(incident.state)]
    return Line(lead, detail, move)


def by_incident(alerts: Iterable[Alert]) -> dict[int, list[Alert]]:
    grouped: dict[int, list[Alert]] = {}
    for alert in alerts:
        if alert.incident_id is not None:
            grouped.setdefault(alert.incident_id, []).append(alert)
    return grouped
