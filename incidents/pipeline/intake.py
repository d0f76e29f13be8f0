"""Folding signals into alerts, a batch at a time, in a fixed number of statements.

A batch is read in the order of arrival. Signals of one condition within a batch become one change
to its alert, so that a thousand repeats cost what one does. Folding is idempotent: a signal is
marked folded in the transaction that folds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.models import Alert, AlertState, Integration, SignalState
from incidents.models import Signal as SignalRow
from incidents.pipeline import correlation
from incidents.pipeline.signal import Malformed, Signal
from incidents.pipeline.triage import Services, Severities

Read = Callable[[str, bytes], list[Signal]]
Key = tuple[int, str]

# A sender whose clock is ahead must not make alerts that begin in the future.
_FUTURE = timedelta(minutes=5)


@dataclass
class _Fold:
    """The state of one batch: open alerts by key, and what has changed."""

    severities: Severities
    services: Services
    open: dict[Key, Alert] = field(default_factory=dict)
    changed: dict[int, Alert] = field(default_factory=dict)
    changes: correlation.Changes = field(default_factory=correlation.Changes)


def fold_batch(read: Read, *, limit: int = 500) -> int:
    """Fold up to `limit` waiting signals; returns how many. `read(adapter, body)` parses one.

    A batch that fails as a whole is folded signal by signal, so that one bad message holds up
    nothing; the bad one is kept and marked with the reason.
    """
    try:
        with transaction.atomic():
            return _fold(_claim(limit), read)
    except Exception:  # noqa: BLE001  whatever one message does, the others must be folded
        return _fold_singly(read, limit=limit)


def _claim(limit: int, *, pk: int | None = None) -> list[SignalRow]:
    rows = (
        SignalRow.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=SignalState.PENDING)
        .select_related("integration__service")
        .order_by("pk")
    )
    return list(rows.filter(pk=pk) if pk else rows[:limit])


def _fold_singly(read: Read, *, limit: int) -> int:
    waiting = SignalRow.objects.filter(state=SignalState.PENDING).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    for pk in keys:
        try:
            with transaction.atomic():
                _fold(_claim(1, pk=pk), read)
        except Exception as error:  # noqa: BLE001  kept with its reason, never lost
            _reject_row(pk, f"{type(error).__name__}: {error}")
    return len(keys)


def _reject_row(pk: int, reason: str) -> None:
    SignalRow.objects.filter(pk=pk).update(
        state=SignalState.REJECTED, folded_at=clock.now(), outcome=[{"error": reason[:500]}]
    )


def _fold(rows: Sequence[SignalRow], read: Read) -> int:
    if not rows:
        return 0
    parsed = [(row, _parse(row, read)) for row in rows]
    fold = _Fold(Severities.load(), Services.load())
    fold.open = _open_alerts(
        {(row.integration_id, s.fingerprint) for row, ss in parsed for s in ss}
    )
    for row, signals in parsed:
        for signal in signals:
            row.outcome.append({"action": signal.action, "fingerprint": signal.fingerprint})
            _apply(fold, row, signal)
    actor = _actor_for(rows)
    correlation.attach(fold.changes.opened, actor=actor)
    Alert.objects.bulk_create(fold.changes.opened)
    new = {id(alert) for alert in fold.changes.opened}
    _save_changed([alert for alert in fold.changed.values() if id(alert) not in new])
    correlation.tell(fold.changes, actor=actor)
    correlation.settle(fold.changes, actor=actor)
    _mark_folded(rows)
    return len(rows)


def _parse(row: SignalRow, read: Read) -> list[Signal]:
    row.outcome = []
    row.state = SignalState.FOLDED
    try:
        return read(row.adapter, bytes(row.body))
    except Malformed as error:
        row.state = SignalState.REJECTED
        row.outcome = [{"error": str(error)[:500]}]
        return []


def _open_alerts(keys: set[Key]) -> dict[Key, Alert]:
    if not keys:
        return {}
    rows = (
        Alert.objects.select_for_update(of=("self",))
        .select_related("severity", "service", "incident__severity", "incident__service")
        .filter(
            integration_id__in={key[0] for key in keys}, fingerprint__in={key[1] for key in keys}
        )
        .exclude(state=AlertState.RESOLVED)
        .order_by("pk")
    )
    return {(alert.integration_id, alert.fingerprint): alert for alert in rows}


def _apply(fold: _Fold, row: SignalRow, signal: Signal) -> None:
    key = (row.integration_id, signal.fingerprint)
    alert = fold.open.get(key)
    if signal.action == "fire":
        if alert is None:
            fold.open[key] = alert = _new_alert(fold, row, signal)
            fold.changes.opened.append(alert)
        else:
            _seen_again(alert, row, signal)
    elif alert is None:
        return  # Nothing open to acknowledge or resolve: accepted and dropped, as peers do.
    elif signal.action == "acknowledge":
        if alert.state == AlertState.OPEN:
            alert.state = AlertState.ACKNOWLEDGED
            fold.changes.acknowledged.append(alert)
    else:
        alert.state = AlertState.RESOLVED
        alert.resolved_at = max(_when(row, signal), alert.started_at)
        fold.changes.resolved.append(alert)
        del fold.open[key]
    fold.changed[id(alert)] = alert


def _when(row: SignalRow, signal: Signal) -> datetime:
    at = signal.at
    if at is None or at > row.received_at + _FUTURE:
        return row.received_at
    return at


def _new_alert(fold: _Fold, row: SignalRow, signal: Signal) -> Alert:
    integration: Integration = row.integration
    service = fold.services.find(signal.service) or integration.service
    return Alert(
        integration=integration,
        fingerprint=signal.fingerprint,
        title=signal.title or signal.fingerprint,
        description=signal.description,
        severity=fold.severities.or_default(signal.severity),
        service=service,
        group_key=signal.group[:255],
        labels=signal.labels,
        annotations=signal.annotations,
        value=signal.value[:60],
        link=signal.link[:1000],
        started_at=_when(row, signal),
        last_seen_at=row.received_at,
        first_signal_id=row.pk,
    )


def _seen_again(alert: Alert, row: SignalRow, signal: Signal) -> None:
    alert.count += 1
    alert.last_seen_at = max(alert.last_seen_at, row.received_at)
    if signal.value:
        alert.value = signal.value[:60]
    if signal.description:
        alert.description = signal.description


def _save_changed(alerts: Sequence[Alert]) -> None:
    Alert.objects.bulk_update(
        alerts,
        ["state", "resolved_at", "count", "last_seen_at", "value", "description"],
        batch_size=500,
    )


def _actor_for(rows: Sequence[SignalRow]) -> Actor:
    names = {row.integration.name for row in rows}
    name = names.pop() if len(names) == 1 else "Alerts"
    return Actor("integration", "alerts", name)


def _mark_folded(rows: Sequence[SignalRow]) -> None:
    now = clock.now()
    for row in rows:
        row.folded_at = now
    SignalRow.objects.bulk_update(rows, ["state", "folded_at", "outcome"], batch_size=500)
    integrations = {row.integration_id for row in rows}
    Integration.objects.filter(pk__in=integrations).update(last_signal_at=now)
