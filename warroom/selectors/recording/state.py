"""How the incident stood at a moment: its state, severity, roles, and version of the document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Protocol

from incidents.events import types as facts
from incidents.models import Fact, Incident, IncidentRole, State
from incidents.models.incident import SINGLE_ROLES
from warroom import events

KINDS: Final = (
    facts.IncidentOpened.kind,
    facts.StateChanged.kind,
    facts.SeverityChanged.kind,
    facts.RoleAssigned.kind,
    facts.PersonRemoved.kind,
    events.DocumentSaved.kind,
    events.DocumentRestored.kind,
)
SEVERITY_KINDS: Final = (facts.IncidentOpened.kind, facts.SeverityChanged.kind)


class Told(Protocol):
    """What is needed of a fact."""

    @property
    def kind(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Any]: ...

    @property
    def occurred_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Holder:
    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`severity` is empty before the incident was opened, `version` 0 without a document."""

    state: str = State.DETECTED.value
    severity: str = ""
    roles: Mapping[str, tuple[Holder, ...]] = field(default_factory=dict)
    version: int = 0

    @property
    def held(self) -> list[tuple[str, tuple[Holder, ...]]]:
        """Roles that somebody holds, by their labels."""
        found = ((role.label, self.roles.get(role.value, ())) for role in IncidentRole)
        return [(str(label), holders) for label, holders in found if holders]


def state_facts(incident: Incident) -> list[Fact]:
    """The facts that `state_at` needs, in the order in which they happened. One query."""
    rows = Fact.objects.filter(incident=incident, kind__in=KINDS)
    return list(rows.order_by("occurred_at", "seq"))


def state_at(told: Iterable[Told], at: datetime) -> Standing:
    """`told` in the order in which it happened."""
    standing = Standing()
    for fact in told:
        if fact.occurred_at > at:
            break
        standing = _after(standing, fact)
    return standing


def _after(standing: Standing, fact: Told) -> Standing:
    data = fact.data
    match fact.kind:
        case facts.IncidentOpened.kind:
            changes: dict[str, Any] = {"severity": data["severity"]}
        case facts.SeverityChanged.kind:
            changes = {"severity": data["new"]}
        case facts.StateChanged.kind:
            changes = {"state": data["new"]}
        case facts.RoleAssigned.kind:
            changes = {"roles": _given(standing.roles, data)}
        case facts.PersonRemoved.kind:
            changes = {"roles": _taken(standing.roles, data["handle"])}
        case _:
            changes = {"version": data["version"]}
    return replace(standing, **changes)


_Roles = Mapping[str, tuple[Holder, ...]]


def _given(roles: _Roles, data: Mapping[str, Any]) -> _Roles:
    role = data["role"]
    others = () if role in SINGLE_ROLES else _without(roles.get(role, ()), data["handle"])
    return {**roles, role: (*others, Holder(data["handle"], data["name"]))}


def _taken(roles: _Roles, handle: str) -> _Roles:
    return {role: _without(holders, handle) for role, holders in roles.items()}


def _without(holders: Iterable[Holder], handle: str) -> tuple[Holder, ...]:
    return tuple(holder for holder in holders if holder.handle != handle)
