"""From alerts to incidents: which open incident an alert joins, or the one it opens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel import bulk
from incidents.kernel.actor import Actor
from incidents.models import OVER, Alert, AlertState, Incident, Severity, State
from incidents.pipeline import lifecycle

_UNATTENDED = (State.DETECTED, State.ACKNOWLEDGED)
_ATTENDED = (State.INVESTIGATING, State.IDENTIFIED, State.MITIGATED)
# Past this many alerts in one moment the timeline tells the number instead of each name.
TELL_EACH = 20


@dataclass
class Changes:
    """What one batch of signals did to alerts: the input of `settle`."""

    opened: list[Alert] = field(default_factory=list)
    worsened: list[Alert] = field(default_factory=list)
    acknowledged: list[Alert] = field(default_factory=list)
    resolved: list[Alert] = field(default_factory=list)


def key_of(alert: Alert) -> str:
    """What alerts of one cause have in common: their service, else their sender's group, else
    nothing but themselves."""
    if alert.service_id is not None:
        return f"service:{alert.service_id}"
    if alert.group_key:
        return f"group:{alert.integration_id}:{alert.group_key}"
    return f"alert:{alert.integration_id}:{alert.fingerprint}"[:300]


def why(alert: Alert) -> str:
    """The reason behind `key_of`, for people."""
    if alert.service is not None:
        return f"alerts on {alert.service.name} belong together while an incident is open"
    if alert.group_key:
        return "the sender put these alerts into one group"
    return "nothing connects it to another open incident"


def attach(alerts: Sequence[Alert], *, actor: Actor) -> list[bus.News]:
    """Give each new alert its incident, opening those that are missing.

    Saves no alert. Returns the news of the opened incidents, for `tell`.
    """
    if not alerts:
        return []
    by_key: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_key.setdefault(key_of(alert), []).append(alert)
    incidents = _open_incidents(by_key)
    missing = {key: group for key, group in by_key.items() if key not in incidents}
    created = [_new_incident(key, group) for key, group in missing.items()]
    bulk.insert(created)
    incidents |= {str(incident.dedup_key): incident for incident in created}
    for key, group in by_key.items():
        for alert in group:
            alert.incident = incidents[key]
            alert.why = why(alert)[:300]
    for key in by_key.keys() - missing.keys():
        _raise_to_worst(incidents[key], by_key[key], actor)
    return [bus.News(incident=i, bodies=[lifecycle.opened(i)], actor=actor) for i in created]


def _open_incidents(keys: Iterable[str]) -> dict[str, Incident]:
    rows = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("severity", "service")
        .filter(dedup_key__in=list(keys))
        .exclude(state__in=OVER)
        .order_by("pk")
    )
    return {str(incident.dedup_key): incident for incident in rows}


def _worst(alerts: Iterable[Alert]) -> Severity:
    return min((alert.severity for alert in alerts), key=lambda severity: severity.rank)


def _new_incident(key: str, alerts: Sequence[Alert]) -> Incident:
    worst = _worst(alerts)
    lead = next(alert for alert in alerts if alert.severity.pk == worst.pk)
    declaration = lifecycle.Declaration(
        title=lead.title,
        severity=worst,
        summary=lead.description,
        service=lead.service,
        environment=str(lead.labels.get("environment") or lead.labels.get("env") or "")[:60],
        source="alert",
        began_at=min(alert.started_at for alert in alerts),
        dedup_key=key,
    )
    return lifecycle.new_row(declaration, title=lead.title[: lifecycle.MAX_TITLE])


def _raise_to_worst(incident: Incident, alerts: Sequence[Alert], actor: Actor) -> None:
    worst = _worst(alerts)
    if worst.rank < incident.severity.rank:
        lifecycle.set_severity(
            incident_id=incident.pk, severity=worst, actor=actor, reason="an alert is worse"
        )
        incident.severity = worst


def tell(changes: Changes, *, opened: Sequence[bus.News], actor: Actor) -> None:
    """Put what happened on the timelines of the incidents. Alerts are saved by now."""
    bodies: dict[int, list[facts.FactBody]] = {}
    incidents: dict[int, Incident] = {}
    for alert, body in [
        *((a, facts.AlertAttached(a.pk, a.title, a.severity.code, a.why)) for a in changes.opened),
        *((a, facts.AlertAcknowledged(a.pk, a.title)) for a in changes.acknowledged),
        *((a, facts.AlertResolved(a.pk, a.title)) for a in changes.resolved),
    ]:
        if alert.incident is not None:
            incidents[alert.incident.pk] = alert.incident
            bodies.setdefault(alert.incident.pk, []).append(body)
    of_alerts = [
        bus.News(incident=incidents[pk], bodies=_shortened(bodies[pk]), actor=actor)
        for pk in sorted(bodies)
    ]
    bus.emit_all([*opened, *of_alerts])


def _shortened(bodies: list[facts.FactBody]) -> list[facts.FactBody]:
    told: list[facts.FactBody] = []
    for kind in (facts.AlertAttached, facts.AlertAcknowledged, facts.AlertResolved):
        group = [body for body in bodies if isinstance(body, kind)]
        told += group[:TELL_EACH]
        if len(group) > TELL_EACH:
            rest = len(group) - TELL_EACH
            told.append(facts.MoreAlerts(what=kind.kind.split(".")[1], count=rest))
    return told


def settle(changes: Changes, *, actor: Actor) -> None:
    """Let incidents follow their alerts: worse, acknowledged, all over."""
    for alert in changes.worsened:
        if alert.incident is not None and not alert.incident.is_over:
            _raise_to_worst(alert.incident, [alert], actor)
    move = partial(lifecycle.move_those, actor=actor)
    acknowledged = {a.incident_id for a in changes.acknowledged if a.incident_id}
    if acknowledged:
        reason = "the sender acknowledged an alert"
        move(incident_ids=acknowledged, sources=[State.DETECTED], name="acknowledge", reason=reason)
    over = _with_nothing_open({a.incident_id for a in changes.resolved if a.incident_id})
    if over:
        # Nobody at work: resolve. Somebody at work: let them watch it and resolve it themselves.
        reason = "all its alerts are over"
        move(incident_ids=over, sources=_UNATTENDED, name="resolve", reason=reason)
        move(incident_ids=over, sources=_ATTENDED, name="monitor", reason=reason)


def _with_nothing_open(incident_ids: set[int]) -> set[int]:
    rows = Alert.objects.filter(incident_id__in=incident_ids).exclude(state=AlertState.RESOLVED)
    return incident_ids - set(rows.values_list("incident_id", flat=True).distinct())
