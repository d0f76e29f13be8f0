"""From alerts to incidents: which open incident an alert joins, or the one it opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.db.models import Max

from incidents.events import bus
from incidents.events import types as facts
from incidents.kernel import bulk, clock, payload, row_locks
from incidents.kernel.actor import Actor
from incidents.models import ENDED, OVER, Alert, AlertState, Fact, Incident, Severity, State
from incidents.pipeline import heirs, lifecycle, storm, triage

_UNATTENDED = (State.DETECTED, State.ACKNOWLEDGED)
_ATTENDED = (State.INVESTIGATING, State.IDENTIFIED, State.MITIGATED)
Groups = dict[str, list[Alert]]
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
    """What alerts of one cause have in common: what their grouping policy says, else their
    service, else their sender's group, else their sender and name."""
    policy = alert.policy
    if policy is not None and policy.group_by:
        labels = alert.offered_labels()
        values = [labels.get(name, "") for name in policy.group_by]
        return f"policy:{policy.pk}:{payload.digest(payload.write(values))}"
    if alert.service_id is not None:
        return f"service:{alert.service_id}"
    if alert.group_key:
        return f"group:{alert.integration_id}:{alert.group_key}"
    name = str(alert.labels.get("alertname") or alert.title)
    return f"name:{alert.integration_id}:{name}"[:300]


def why(alert: Alert) -> str:
    """The reason behind `key_of`, for people."""
    policy = alert.policy
    if policy is not None and policy.group_by:
        return f"{policy.name} puts together alerts with the same {', '.join(policy.group_by)}"
    if alert.service is not None:
        return f"alerts on {alert.service.name} belong together while an incident is open"
    if alert.group_key:
        return "the sender put these alerts into one group"
    return "alerts of one name from one sender belong together while an incident is open"


def attach(alerts: Sequence[Alert], *, actor: Actor) -> list[bus.News]:
    """Give each new alert its incident, opening those that are missing, or once more those that
    ended within the cooldown of its policy.

    Saves no alert. Returns the news of the opened incidents, for `tell`.
    """
    if not alerts:
        return []
    by_key: dict[str, list[Alert]] = {}
    for alert in alerts:
        alert.why = why(alert)[:300]
        by_key.setdefault(alert.correlation_key or key_of(alert), []).append(alert)
    incidents = _open_incidents(by_key)
    incidents |= _back_again({k: v for k, v in by_key.items() if k not in incidents}, actor)
    by_key, known = _calmed(by_key, incidents)
    incidents |= known
    missing = {key: group for key, group in by_key.items() if key not in incidents}
    created = [_new_incident(key, group) for key, group in missing.items()]
    bulk.insert(created)
    incidents |= {str(incident.dedup_key): incident for incident in created}
    _hand_down(by_key, incidents)
    for key, group in by_key.items():
        for alert in group:
            alert.incident = incidents[key]
    news = [one for incident in created for one in lifecycle.birth(incident, actor=actor)]
    joined = by_key.keys() - missing.keys()
    news += triage.again((incidents[key], by_key[key]) for key in joined)
    for key in joined:
        _raise_to_worst(incidents[key], by_key[key], actor)
    return news


def _calmed(by_key: Groups, incidents: dict[str, Incident]) -> tuple[Groups, dict[str, Incident]]:
    """In a storm, what would open incidents joins that of the storm instead; returns the groups
    anew and the incidents of storms that are open already."""
    missing = {key: group for key, group in by_key.items() if key not in incidents}
    storms = storm.storming(missing)
    if not storms:
        return by_key, {}
    kept: Groups = {}
    for key, group in by_key.items():
        sender = storms.get(group[0].integration_id) if key in missing else None
        if sender is None:
            kept.setdefault(key, []).extend(group)
            continue
        for alert in group:
            alert.why = storm.why(sender)[:300]
        kept.setdefault(storm.key_of(sender), []).extend(group)
    return kept, _open_incidents(storm.key_of(sender) for sender in storms.values())


def _back_again(missing: Groups, actor: Actor) -> dict[str, Incident]:
    """Open once more what ended within the cooldown."""
    cooldowns = {
        key: policy.cooldown
        for key, group in missing.items()
        if (policy := group[0].policy) is not None and policy.cooldown
    }
    if not cooldowns:
        return {}
    now = clock.now()
    rows = row_locks.held(Incident.objects).select_related("severity", "service")
    ended = rows.filter(
        dedup_key__in=cooldowns,
        state__in=ENDED,
        false_positive=False,
        resolved_at__gt=now - timedelta(seconds=max(cooldowns.values())),
    )
    found: dict[str, Incident] = {}
    for incident in ended.order_by("resolved_at"):
        key = str(incident.dedup_key)
        if incident.resolved_at and now - incident.resolved_at < timedelta(seconds=cooldowns[key]):
            found[key] = incident
    return {key: lifecycle.back_again(incident, actor=actor) for key, incident in found.items()}


def open_keys(keys: Iterable[str]) -> set[str]:
    """Those of the keys whose alerts join an incident that is open. One query."""
    return set(heirs.owners(keys))


def _open_incidents(keys: Iterable[str]) -> dict[str, Incident]:
    """The open incident of each key, locked; of a merged one that which goes on with it."""
    found: dict[str, Incident] = {}
    wanted = set(keys)
    while wanted and (owners := heirs.owners(wanted)):
        rows = (
            row_locks.held(Incident.objects)
            .select_related("severity", "service")
            .filter(pk__in={owner.incident_id for owner in owners.values()})
            .exclude(state__in=OVER)
        )
        incidents = {incident.pk: incident for incident in rows.order_by("pk")}
        incidents |= {incident.pk: incident for incident in found.values()}
        for key, owner in owners.items():
            incident = incidents.get(owner.incident_id)
            if incident is not None and (owner.through or incident.dedup_key == key):
                found[key] = incident
        # What ended or was merged while we waited for its lock is looked up once more.
        wanted = owners.keys() - found.keys()
    return found


def _hand_down(by_key: Groups, incidents: Mapping[str, Incident]) -> None:
    """Alerts that belong to merged incidents say so, and go back with them."""
    inherited = {key for key, incident in incidents.items() if incident.dedup_key != key}
    for key, owner in (heirs.owners(inherited) if inherited else {}).items():
        for alert in by_key.get(key, []):
            alert.came_through = owner.through
            alert.why = f"{alert.why}; the incident they belong to was merged into this"[:300]


def _worst(alerts: Iterable[Alert]) -> Severity:
    return min((alert.severity for alert in alerts), key=lambda severity: severity.rank)


def _new_incident(key: str, alerts: Sequence[Alert]) -> Incident:
    worst = _worst(alerts)
    lead = next(alert for alert in alerts if alert.severity.pk == worst.pk)
    is_storm = key == storm.key_of(lead.integration)
    declaration = lifecycle.Declaration(
        title=f"Alert storm from {lead.integration.name}" if is_storm else lead.title,
        severity=worst,
        summary=storm.why(lead.integration) if is_storm else lead.description,
        service=None if is_storm else lead.service,
        team=None if is_storm else lead.team,
        environment=str(lead.labels.get("environment") or lead.labels.get("env") or "")[:60],
        source="alert",
        began_at=min(alert.started_at for alert in alerts),
        dedup_key=key,
        evidence=triage.told_by([lead, *(alert for alert in alerts if alert is not lead)]),
    )
    incident = lifecycle.new_row(declaration, title=declaration.title[: lifecycle.MAX_TITLE])
    repeats = [alert.policy.repeat for alert in alerts if alert.policy and alert.policy.repeat]
    if repeats:
        incident.remind_at = incident.opened_at + timedelta(seconds=min(repeats))
    return incident


def _raise_to_worst(incident: Incident, alerts: Sequence[Alert], actor: Actor) -> None:
    worst = _worst(alerts)
    if worst.rank < incident.severity.rank:
        raised = lifecycle.set_severity(
            incident_id=incident.pk, severity=worst, actor=actor, reason="an alert is worse"
        )
        incident.severity = worst
        bus.emit_all(triage.again([(raised, list(alerts))]))


def space_out(alerts: Sequence[Alert], opened: Sequence[bus.News]) -> None:
    """Put off the notice of alerts that joined an incident which spoke of others within the
    interval of their policy. Saves no alert."""
    births = (n for n in opened if any(isinstance(b, facts.IncidentOpened) for b in n.bodies))
    new = {news.incident.pk for news in births}
    spaced = [
        (alert, alert.policy.interval)
        for alert in alerts
        if alert.policy is not None and alert.policy.interval and alert.incident_id not in new
    ]
    if not spaced:
        return
    spoke = Fact.objects.filter(
        incident_id__in={alert.incident_id for alert, _ in spaced}, kind__in=_NOTICES
    )
    last = dict(spoke.values_list("incident_id").annotate(Max("recorded_at")).order_by())
    for alert, interval in spaced:
        spoke_at = last.get(alert.incident_id)
        if spoke_at is not None and clock.now() - spoke_at < timedelta(seconds=interval):
            alert.untold, alert.recheck_at = True, spoke_at + timedelta(seconds=interval)


_NOTICES = (facts.IncidentOpened.kind, facts.AlertAttached.kind, facts.MoreAlerts.kind)


def tell(changes: Changes, *, opened: Sequence[bus.News], actor: Actor) -> None:
    """Put what happened on the timelines of the incidents. Alerts are saved by now."""
    bodies: dict[int, list[facts.FactBody]] = {}
    incidents: dict[int, Incident] = {}
    for alert, body in [
        *(
            (a, facts.AlertAttached(a.pk, a.title, a.severity.code, a.why))
            for a in changes.opened
            if not a.untold
        ),
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
