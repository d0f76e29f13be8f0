"""What signals do to alerts: open, repeat, worsen, acknowledge, end.

A batch is read in the order of arrival. Signals of one condition within a batch become one change
to its alert, so that a thousand repeats cost what one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from incidents.kernel import bulk, clock
from incidents.kernel.actor import Actor
from incidents.models import Alert, AlertState, Change, Integration, SignalState
from incidents.pipeline import alert_rows, alerting, correlation
from incidents.pipeline.alert_rows import Key
from incidents.pipeline.noise import judging, recheck
from incidents.pipeline.routing import Directed, Routes, pinning
from incidents.pipeline.signal import Signal, content
from incidents.pipeline.triage import Services, Severities

# A sender whose clock is ahead must not make alerts that begin in the future.
_FUTURE: Final = timedelta(minutes=5)
OVERFLOW: Final = "more conditions than are listed"
_OVERFLOW_LASTS: Final = timedelta(minutes=10)


@dataclass(slots=True)
class Message:
    """One waiting row, its signals, and what became of it."""

    pk: int
    integration: Integration
    adapter: str
    body: bytes
    received_at: datetime
    signals: Sequence[Signal] = ()
    state: str = SignalState.FOLDED
    outcome: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Fold:
    """The state of one batch: open alerts by key, and what has changed."""

    severities: Severities
    services: Services
    routes: Routes
    open: dict[Key, Alert] = field(default_factory=dict)
    changed: dict[int, Alert] = field(default_factory=dict)
    changes: correlation.Changes = field(default_factory=correlation.Changes)
    deployed: list[Change] = field(default_factory=list)
    # What was done to which alert, to be told in the outcome once the alerts have their keys.
    told: list[tuple[dict[str, Any], Alert]] = field(default_factory=list)
    # Alerts that something is done to although they may be over, and what is done.
    last: dict[Key, Alert] = field(default_factory=dict)
    handled: alerting.Handled = field(default_factory=alerting.Handled)
    # Open alerts of which the rules say something else than before.
    rerouted: list[Alert] = field(default_factory=list)


def fold(state: Fold, messages: Sequence[Message]) -> None:
    """Apply the signals of `messages`; writes alerts, incidents and facts. Needs a transaction."""
    full = alert_rows.full({message.integration.pk for message in messages})
    _address(messages)
    keys = {
        (message.integration.pk, signal.fingerprint)
        for message in messages
        for signal in message.signals
        if signal.action != "change"
    }
    state.open = alert_rows.open_alerts(keys | {(sender, OVERFLOW) for sender in full})
    state.last = _last_alerts(messages, state.open)
    for message in messages:
        for signal in message.signals:
            directed = _direct(state, message, signal)
            told, alert = _apply(state, message, directed, is_full=message.integration.pk in full)
            outcome = {"action": told, "fingerprint": signal.fingerprint, **directed.reason()}
            message.outcome.append(outcome)
            if alert is not None:
                state.told.append((outcome, alert))
    _write(state, _actor_for(messages))
    for outcome, alert in state.told:
        outcome.update(_where(alert))


def _direct(state: Fold, message: Message, signal: Signal) -> Directed:
    """Rules are about what fires; the rest finds its alert by its fingerprint alone."""
    if signal.action != "fire":
        return Directed(signal)
    return state.routes.direct(signal, message.integration, at=message.received_at, row=message.pk)


def _write(state: Fold, actor: Actor) -> None:
    changes = state.changes
    # First what is over: a condition that is back needs its place as the one open alert.
    new = {id(alert) for alert in changes.opened}
    alert_rows.save_changed([alert for key, alert in state.changed.items() if key not in new])
    pinning.save(state.rerouted)
    free = judging.judge(changes.opened, now=clock.now())
    opened = correlation.attach(free, actor=actor)
    correlation.space_out(free, opened)
    state.handled.save(but=changes.opened)
    bulk.insert(changes.opened)
    bulk.insert(state.deployed)
    correlation.tell(changes, opened=opened, actor=actor)
    state.handled.tell(actor=actor)
    correlation.settle(changes, actor=actor)
    if changes.resolved:
        recheck.source_over()
    state.routes.keep_notes()


def _where(alert: Alert) -> dict[str, Any]:
    """Where it ended up, for the trace of the signal."""
    found: dict[str, Any] = {"alert": alert.pk}
    if alert.incident_id is not None:
        found["incident"] = alert.incident_id
    if alert.muted_by:
        found["muted_by"] = [reason["kind"] for reason in alert.muted_by]
    return found


def _address(messages: Sequence[Message]) -> None:
    """Some senders name an alert by our number: find what its condition is called."""
    for message in messages:
        message.signals = alerting.addressed(message.integration.pk, message.signals)


def _last_alerts(messages: Sequence[Message], opened: Mapping[Key, Alert]) -> dict[Key, Alert]:
    """What is handled may be over already; what is open is not read again."""
    keys = {
        (message.integration.pk, signal.fingerprint)
        for message in messages
        for signal in message.signals
        if signal.action == "handle"
    }
    return alerting.newest(keys - opened.keys())


def _apply(
    state: Fold, message: Message, directed: Directed, *, is_full: bool
) -> tuple[str, Alert | None]:
    """Do what the signal says; returns what was done and to which alert, for who asks later."""
    signal = directed.signal
    if signal.action == "change":
        state.deployed.append(_change(state, message, signal))
        return "change", None
    key = (message.integration.pk, signal.fingerprint)
    alert = state.open.get(key)
    if signal.action == "fire":
        if alert is None and is_full:
            return "counted", _count_only(state, message, signal)
        return _fire(state, alert, message, directed)
    if signal.action == "handle":
        return _handle(state, key, message, signal)
    if alert is None or _is_about_earlier(alert, signal):
        return "nothing open", None  # accepted and dropped, as peers do
    if signal.action == "acknowledge":
        _acknowledge(state, alert)
    else:
        _end(state, key, alert, _when(message, signal))
    return signal.action, alert


def _handle(state: Fold, key: Key, message: Message, signal: Signal) -> tuple[str, Alert | None]:
    alert = state.open.get(key) or state.last.get(key)
    if alert is None or signal.deed is None or _is_about_earlier(alert, signal):
        return "nothing open", None
    before, at = alert.severity.rank, message.received_at
    told = state.handled.do(alert, signal.deed, at=at, severities=state.severities)
    if signal.deed.kind == "delete" and key in state.open:
        _end(state, key, alert, at)
    if alert.severity.rank < before and alert.is_open:
        state.changes.worsened.append(alert)
    return told, alert


def _fire(
    state: Fold, alert: Alert | None, message: Message, directed: Directed
) -> tuple[str, Alert]:
    key = (message.integration.pk, directed.signal.fingerprint)
    if alert is not None and _was_called_over(alert, message):
        _end(state, key, alert, message.received_at)
        alert = None
    if alert is not None:
        return _seen_again(state, alert, message, directed), alert
    state.open[key] = alert = _new_alert(state, message, directed)
    state.changes.opened.append(alert)
    return "open", alert


def _count_only(state: Fold, message: Message, signal: Signal) -> Alert:
    """Past the limit a condition gets no row of its own; its messages are kept all the same."""
    most = f"{settings.OPEN_ALERTS_PER_INTEGRATION:,}"
    counted = replace(
        signal,
        fingerprint=OVERFLOW,
        title=f"{message.integration.name} has more than {most} alerts open",
        description="Further conditions are counted here and not listed.",
        until=message.received_at + _OVERFLOW_LASTS,
        since=None,
        at=None,
        labels={},
        annotations={},
    )
    alert = state.open.get((message.integration.pk, OVERFLOW))
    return _fire(state, alert, message, Directed(counted))[1]


def _was_called_over(alert: Alert, message: Message) -> bool:
    """People resolved the incident, and after that the condition still goes on."""
    over_at = alert.incident.resolved_at if alert.incident else None
    return over_at is not None and message.received_at > over_at


def _is_about_earlier(alert: Alert, signal: Signal) -> bool:
    """A late notice that an earlier episode is over says nothing about this one."""
    return signal.since is not None and signal.since < alert.started_at - timedelta(seconds=1)


def _acknowledge(state: Fold, alert: Alert) -> None:
    if alert.state == AlertState.OPEN:
        alert.state = AlertState.ACKNOWLEDGED
        state.changed[id(alert)] = alert
        state.changes.acknowledged.append(alert)


def _end(state: Fold, key: Key, alert: Alert, at: datetime) -> None:
    alert.state = AlertState.RESOLVED
    alert.resolved_at = max(at, alert.started_at)
    alert.held, alert.recheck_at = False, None
    state.changed[id(alert)] = alert
    state.changes.resolved.append(alert)
    state.last[key] = state.open.pop(key)


def _when(message: Message, signal: Signal) -> datetime:
    at = signal.at
    if at is None or at > message.received_at + _FUTURE:
        return message.received_at
    return at


def _new_alert(state: Fold, message: Message, directed: Directed) -> Alert:
    integration, signal = message.integration, directed.signal
    service = state.services.find(signal.service) or integration.service
    severity, why = state.severities.asked(signal, service)
    alert = Alert(
        integration=integration,
        fingerprint=signal.fingerprint,
        title=signal.title or signal.fingerprint,
        description=signal.description,
        severity=severity or state.severities.or_default(""),
        service=service,
        team=directed.team,
        priority=directed.priority,
        muted_by=directed.muting(message.received_at),
        trail=directed.trail(message.received_at),
        group_key=signal.group[:255],
        labels=signal.labels,
        annotations=signal.annotations,
        value=signal.value[:60],
        link=signal.link[:1000],
        started_at=_when(message, signal),
        last_seen_at=message.received_at,
        ends_at=signal.until,
        first_signal_id=message.pk,
        digest=content(signal, integration.options),
    )
    if why:
        alert.tell(at=message.received_at, kind="severity", text=why)
    return alert


def _change(state: Fold, message: Message, signal: Signal) -> Change:
    return Change(
        integration=message.integration,
        service=state.services.find(signal.service) or message.integration.service,
        summary=signal.title,
        source=signal.labels.get("source", "")[:255],
        at=_when(message, signal),
        received_at=message.received_at,
        links=signal.annotations.get("links", []),
        details=signal.annotations.get("details", {}),
    )


def _seen_again(state: Fold, alert: Alert, message: Message, directed: Directed) -> str:
    """Count it; and where it says something new, keep that."""
    signal = directed.signal
    alert.count += 1
    alert.last_seen_at = max(alert.last_seen_at, message.received_at)
    alert.ends_at = _end_of(alert, signal)
    state.changed[id(alert)] = alert
    if pinning.again(alert, directed, at=message.received_at):
        state.rerouted.append(alert)
    digest = content(signal, message.integration.options)
    if digest == alert.digest:
        return "duplicate"
    if alert.muted_by:
        alert.recheck_at = message.received_at  # what it says now may fit other rules
    alert.digest, alert.labels, alert.annotations = digest, signal.labels, signal.annotations
    alert.value = signal.value[:60] or alert.value
    alert.description = signal.description or alert.description
    said, why = state.severities.asked(signal, alert.service)
    if said is not None and said.rank < alert.severity.rank:
        alert.severity = said
        text = why or "its sender says that it is worse"
        alert.tell(at=message.received_at, kind="severity", text=text)
        state.changes.worsened.append(alert)
    return "repeat"


def _end_of(alert: Alert, signal: Signal) -> datetime | None:
    if signal.until is not None or alert.policy is None or not alert.policy.auto_resolve:
        return signal.until
    return alert.last_seen_at + timedelta(seconds=alert.policy.auto_resolve)


def _actor_for(messages: Sequence[Message]) -> Actor:
    names = {message.integration.name for message in messages}
    name = names.pop() if len(names) == 1 else "Alerts"
    return Actor("integration", "alerts", name)
