"""Lists of alerts, and the way of one alert from the wire to its incident."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.kernel.durations import latency
from incidents.models import Alert, AlertState, Incident, Signal


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What to show. `state` is a state, "firing" (open or acknowledged) or empty."""

    state: str = ""
    severity: str = ""
    service: str = ""
    text: str = ""

    @property
    def is_set(self) -> bool:
        return any((self.state, self.severity, self.service, self.text))


def visible(incidents: QuerySet[Incident]) -> QuerySet[Alert]:
    """Alerts of the visible incidents, and those of none; an alert of a hidden one is hidden."""
    rows = Alert.objects.select_related("severity", "service", "incident", "integration")
    return rows.filter(
        Q(incident__isnull=True)
        | Q(incident__private=False)
        | Q(incident__in=incidents.filter(private=True))
    )


def find(incidents: QuerySet[Incident], chosen: AlertFilter) -> QuerySet[Alert]:
    rows = visible(incidents)
    if chosen.state == "firing":
        rows = rows.exclude(state=AlertState.RESOLVED)
    elif chosen.state:
        rows = rows.filter(state=chosen.state)
    if chosen.severity:
        rows = rows.filter(severity__code=chosen.severity)
    if chosen.service:
        rows = rows.filter(service__slug=chosen.service)
    if chosen.text:
        rows = rows.filter(title__icontains=chosen.text)
    return rows


def firing(incidents: QuerySet[Incident]) -> QuerySet[Alert]:
    """Alerts firing now, worst first, then newest."""
    rows = find(incidents, AlertFilter(state="firing"))
    return rows.order_by("severity__rank", "-started_at")


@dataclass(frozen=True, slots=True)
class Step:
    """One station on the way of an alert."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    took: str = ""
    tone: str = ""


def trace(alert: Alert, signal: Signal | None) -> list[Step]:
    """How the alert came about, from its first message on, in order of time."""
    source = alert.integration.name
    steps = [Step(alert.started_at, "flame", "Began", "by the sender's clock")]
    if signal is not None:
        steps.append(
            Step(signal.received_at, "inbox", "Received", f"from {source}, stored before answering")
        )
        if signal.folded_at:
            took = (signal.folded_at - signal.received_at).total_seconds()
            text = f"into the alert with the fingerprint {alert.fingerprint}"
            steps.append(Step(signal.folded_at, "fingerprint", "Folded", text, latency(took)))
    if alert.incident is not None:
        at = max(
            alert.incident.opened_at,
            signal.folded_at if signal and signal.folded_at else alert.started_at,
        )
        steps.append(Step(at, "git-merge", f"Put into {alert.incident.reference}", alert.why))
    if alert.count > 1:
        text = f"the sender said it {alert.count} times; it stays one alert"
        steps.append(Step(alert.last_seen_at, "refresh", "Said again", text))
    if alert.resolved_at:
        steps.append(
            Step(alert.resolved_at, "circle-check", "Over", f"{source} said so", tone="ok")
        )
    return steps


def made_of(alerts: QuerySet[Alert], delivery_id: uuid.UUID) -> Alert | None:
    """The newest of `alerts` that the message with this id speaks of. Two queries."""
    signal = Signal.objects.filter(delivery_id=delivery_id).first()
    if signal is None:
        return None
    prints = [told["fingerprint"] for told in signal.outcome if "fingerprint" in told]
    found = alerts.filter(integration_id=signal.integration_id, fingerprint__in=prints)
    return found.order_by("-pk").first()


def first_signal(alert: Alert) -> Signal | None:
    """The message that opened the alert, while it is kept."""
    if alert.first_signal_id is None:
        return None
    return Signal.objects.filter(pk=alert.first_signal_id).first()
