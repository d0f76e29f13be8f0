"""The facts of the hub. Spokes define theirs in their own `events.py` with the same decorator.

Names of people and states are stored beside ids and codes: a fact must stay readable after what it
speaks of has been renamed or removed.
"""

from dataclasses import dataclass, field

from incidents.kernel import durations
from incidents.kernel.fact_types import FACTS, FactBody, UnknownFact, fact
from incidents.models import Category, Impact, IncidentRole, IncidentType, Priority, State
from incidents.models.triage import in_sentence

__all__ = ["FACTS", "FactBody", "UnknownFact", "fact"]


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


@fact("incident.opened", icon="flame", public=True)
@dataclass(frozen=True)
class IncidentOpened(FactBody):
    searched = False
    title: str
    severity: str
    source: str
    service: str = ""

    def text(self) -> str:
        where = f" on {self.service}" if self.service else ""
        return f"opened the incident at {self.severity}{where}"


@fact("incident.state_changed", icon="arrow-right", public=True)
@dataclass(frozen=True)
class StateChanged(FactBody):
    move: str
    old: str
    new: str
    reason: str = ""

    def text(self) -> str:
        return f"moved it to {State(self.new).label}{_because(self.reason)}"


@fact("incident.severity_changed", icon="gauge", public=True)
@dataclass(frozen=True)
class SeverityChanged(FactBody):
    """`told` are the handles of those who should know at once."""

    old: str
    new: str
    reason: str = ""
    told: list[str] = field(default_factory=list)

    def text(self) -> str:
        verb = "raised" if self.new < self.old else "lowered"
        return f"{verb} the severity from {self.old} to {self.new}{_because(self.reason)}"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.told)


@fact("incident.role_assigned", icon="user-plus")
@dataclass(frozen=True)
class RoleAssigned(FactBody):
    role: str
    user_id: int
    handle: str
    name: str
    previous: str = ""

    def text(self) -> str:
        role = IncidentRole(self.role).label.lower()
        over = f", taking over from {self.previous}" if self.previous else ""
        return f"made {self.name} {role}{over}"

    def calls(self) -> tuple[str, ...]:
        return (self.handle,)

    def to_you(self) -> str:
        return f"made you {IncidentRole(self.role).label.lower()}"


@fact("incident.person_removed", icon="user-minus")
@dataclass(frozen=True)
class PersonRemoved(FactBody):
    """Whoever is removed holds no role any more, and sees the incident no more if it is private."""

    user_id: int
    handle: str
    name: str

    def text(self) -> str:
        return f"removed {self.name} from the incident"


@fact("incident.edited", icon="pencil")
@dataclass(frozen=True)
class IncidentEdited(FactBody):
    changes: dict[str, list[str]]

    def text(self) -> str:
        return f"edited {', '.join(name.replace('_', ' ') for name in self.changes)}"


@fact("incident.fields_changed", icon="adjustments")
@dataclass(frozen=True)
class FieldsChanged(FactBody):
    """Fields that the installation defined, by name: [old, new] as people read them."""

    changes: dict[str, list[str]]

    def text(self) -> str:
        told = [f"set {name} to {new}" for name, (_, new) in self.changes.items() if new]
        cleared = [name for name, (_, new) in self.changes.items() if not new]
        if cleared:
            told.append(f"cleared {' and '.join(cleared)}")
        return ", ".join(told)


@fact("incident.noted", icon="note")
@dataclass(frozen=True)
class Noted(FactBody):
    note: str

    def text(self) -> str:
        return f"noted: {self.note}"


@fact("incident.access_changed", icon="lock")
@dataclass(frozen=True)
class AccessChanged(FactBody):
    private: bool

    def text(self) -> str:
        return "made the incident private" if self.private else "made the incident visible to all"


@fact("alert.attached", icon="bell", public=True)
@dataclass(frozen=True)
class AlertAttached(FactBody):
    alert_id: int
    title: str
    severity: str
    why: str = ""

    def text(self) -> str:
        return f"added the alert {self.title}"


@fact("alert.resolved", icon="bell-off", public=True)
@dataclass(frozen=True)
class AlertResolved(FactBody):
    searched = False
    alert_id: int
    title: str

    def text(self) -> str:
        return f"reported {self.title} as over"


@fact("alert.acknowledged", icon="bell-check")
@dataclass(frozen=True)
class AlertAcknowledged(FactBody):
    searched = False
    alert_id: int
    title: str

    def text(self) -> str:
        return f"acknowledged the alert {self.title}"


@fact("alert.more", icon="bell-ringing")
@dataclass(frozen=True)
class MoreAlerts(FactBody):
    """The rest of a burst of alerts: `what` is attached, acknowledged or resolved."""

    what: str
    count: int

    def text(self) -> str:
        verb = {"attached": "added", "resolved": "reported as over"}.get(self.what, self.what)
        return f"{verb} {self.count} more alerts"


@fact("alert.still_firing", icon="bell-ringing")
@dataclass(frozen=True)
class AlertsStillFiring(FactBody):
    count: int
    seconds: int

    def text(self) -> str:
        alerts = "one alert still fires" if self.count == 1 else f"{self.count} alerts still fire"
        return f"reports that {alerts} after {durations.spoken(self.seconds)}"


_TRIAGED = {"type": IncidentType, "category": Category, "impact": Impact, "priority": Priority}


def _in_order(change: tuple[str, list[str]]) -> int:
    order = [*_TRIAGED, "affected_percent"]
    return order.index(change[0]) if change[0] in order else len(order)


def _worded(name: str, value: str) -> str:
    """A value of triage in words: "database failure", "12.5 %"."""
    if name == "affected_percent":
        return f"{value} %" if value else "not known"
    choices = _TRIAGED.get(name)
    return in_sentence(str(choices(value).label)) if choices and value in choices.values else value


@fact("incident.triaged", icon="tag")
@dataclass(frozen=True)
class IncidentTriaged(FactBody):
    """`why` holds the reason of each field. `again` where it is about what is open already."""

    type: str
    category: str
    impact: str
    priority: str
    affected_percent: float | None = None
    why: dict[str, str] = field(default_factory=dict)
    again: bool = False

    def text(self) -> str:
        kind, category = _worded("type", self.type), _worded("category", self.category)
        impact, priority = _worded("impact", self.impact), _worded("priority", self.priority)
        verb = "now takes it for" if self.again else "takes it for"
        because = f": {self.why['type']}" if self.why.get("type") else ""
        said = f"{verb} {kind} ({category}), {impact} hit, priority {priority}"
        return f"{said}{because}"


@fact("incident.classified", icon="tag")
@dataclass(frozen=True)
class IncidentClassified(FactBody):
    """Somebody chose: `changes` maps the field to its old and new value."""

    changes: dict[str, list[str]]
    reason: str = ""

    def text(self) -> str:
        told = [
            f"{name.replace('_', ' ').replace('percent', 'users')} from {_worded(name, old)} to "
            f"{_worded(name, new)}"
            for name, (old, new) in sorted(self.changes.items(), key=_in_order)
        ]
        changed = " and the ".join(told) if len(told) < 3 else ", the ".join(told)
        return f"changed the {changed}{_because(self.reason)}"
