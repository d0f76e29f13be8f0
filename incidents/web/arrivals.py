"""The newest alert that came in from outside: what the pages that wait for one show."""

from dataclasses import dataclass
from datetime import datetime

from incidents import access
from incidents.models import Alert, Incident, Integration, Signal, SignalState
from incidents.selectors import alerts
from incidents.sources import adapters


@dataclass(frozen=True, slots=True)
class Light:
    icon: str
    label: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """`problem` says why the newest message made no alert; else there is an alert."""

    alert: Alert | None = None
    incident: Incident | None = None
    seconds: str = ""
    steps: tuple[Light, ...] = ()
    problem: str = ""


def newest(principal: access.Principal) -> Arrival | None:
    """Of all integrations that people have made."""
    return _of(principal, adapters.public_kinds())


def of_integration(principal: access.Principal, integration: Integration) -> Arrival | None:
    """The newest thing that has come of what this integration received."""
    last = Signal.objects.filter(integration=integration).order_by("-pk").first()
    if last is not None and last.state == SignalState.REJECTED:
        told = last.outcome[0].get("error", "") if last.outcome else ""
        return Arrival(problem=told or "It could not be read.")
    return _of(principal, [integration.kind], integration)


def _of(
    principal: access.Principal, kinds: list[str], integration: Integration | None = None
) -> Arrival | None:
    seen = alerts.visible(access.visible_incidents(principal))
    rows = seen.filter(integration__kind__in=kinds)
    if integration is not None:
        rows = rows.filter(integration=integration)
    alert = rows.order_by("-pk").first()
    return _arrival(alert) if alert is not None else None


def _arrival(alert: Alert) -> Arrival:
    signal = Signal.objects.filter(pk=alert.first_signal_id or 0).first()
    incident = alert.incident
    received = signal.received_at if signal else alert.started_at
    folded = signal.folded_at if signal else None
    took = (folded - received).total_seconds() if folded else None
    steps = (
        Light("inbox", "Received", received),
        Light("braces", "Read", folded),
        Light("stack-2", "Grouped", None),
        Light("flame", incident.reference if incident else "No incident", None),
    )
    seconds = f"{max(took, 0.01):.2f}" if took is not None else ""
    return Arrival(alert, incident, seconds, steps)
