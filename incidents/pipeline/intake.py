"""Folding signals into alerts, a batch at a time, in a fixed number of statements.

A batch is read in the order of arrival. Signals of one condition within a batch become one change
to its alert, so that a thousand repeats cost what one does. Folding is idempotent: a signal is
marked folded in the transaction that folds it.

The order of arrival counts: one engine at a time folds (it holds the module's lock).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import Error, connection, transaction

from incidents.kernel import bulk, clock, payload
from incidents.kernel.actor import Actor
from incidents.kernel.errors import Unavailable
from incidents.models import Alert, AlertState, Change, Integration, SignalState
from incidents.models import Signal as SignalRow
from incidents.pipeline import correlation
from incidents.pipeline.signal import Malformed, Signal, content
from incidents.pipeline.triage import Services, Severities

Read = Callable[[str, bytes, Mapping[str, Any]], list[Signal]]
Key = tuple[int, str]

# A body may hold hundreds of signals: a batch ends with the message that passes this many bytes.
BYTES_A_BATCH: Final = 1024 * 1024
# A sender whose clock is ahead must not make alerts that begin in the future.
_FUTURE: Final = timedelta(minutes=5)
# SQLSTATE classes of errors that pass: connection, deadlock, resources, locks, operator.
_PASSING: Final = frozenset({"08", "40", "53", "55", "57"})


@dataclass(slots=True)
class _Message:
    """One waiting row, and what became of it."""

    pk: int
    integration: Integration
    adapter: str
    body: bytes
    received_at: datetime
    state: str = SignalState.FOLDED
    outcome: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Fold:
    """The state of one batch: open alerts by key, and what has changed."""

    severities: Severities
    services: Services
    open: dict[Key, Alert] = field(default_factory=dict)
    changed: dict[int, Alert] = field(default_factory=dict)
    changes: correlation.Changes = field(default_factory=correlation.Changes)
    deployed: list[Change] = field(default_factory=list)


def fold_batch(read: Read, *, limit: int = 500) -> int:
    """Fold up to `limit` waiting messages; returns how many. `read(adapter, body, options)` parses
    one, as its integration wants it.

    A batch that fails as a whole is folded message by message, so that one bad message holds up
    nothing; the bad one is kept and marked with the reason. Raises when the database is at fault.
    """
    waiting = _waiting(limit)
    if not waiting:
        return 0
    fold = _Fold(Severities.load(), Services.load())
    if not fold.severities:
        raise Unavailable("There are no severities.", "Run `manage.py load_starter_kit`.")
    try:
        with transaction.atomic():
            return _fold(fold, _claim(waiting), read)
    except Exception as error:
        if _passes(error):
            raise
    return _fold_singly(fold, waiting, read)


def _passes(error: Exception) -> bool:
    """The database's trouble, not the message's: it must be tried again, never rejected."""
    if not isinstance(error, Error):
        return isinstance(error, TimeoutError)
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state[:2] in _PASSING


def _waiting(limit: int) -> list[int]:
    """The oldest waiting messages, up to a batch's worth of bytes but at least one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, octet_length(body) FROM incidents_signal"
            " WHERE state = 'pending' ORDER BY id LIMIT %s",
            [limit],
        )
        rows = cursor.fetchall()
    found: list[int] = []
    size = 0
    for pk, length in rows:
        size += length
        if found and size > BYTES_A_BATCH:
            break
        found.append(pk)
    return found


def _claim(keys: Sequence[int]) -> list[_Message]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, integration_id, adapter, body, received_at FROM incidents_signal"
            " WHERE id = ANY(%s) AND state = 'pending' ORDER BY id FOR UPDATE SKIP LOCKED",
            [list(keys)],
        )
        rows = cursor.fetchall()
    senders = Integration.objects.select_related("service").in_bulk({row[1] for row in rows})
    return [_Message(pk, senders[i], adapter, bytes(b), at) for pk, i, adapter, b, at in rows]


def _fold_singly(fold: _Fold, keys: Sequence[int], read: Read) -> int:
    for pk in keys:
        try:
            with transaction.atomic():
                _fold(_Fold(fold.severities, fold.services), _claim([pk]), read)
        except Exception as error:
            if _passes(error):
                raise
            _reject_row(pk, f"{type(error).__name__}: {error}")
    return len(keys)


def _reject_row(pk: int, reason: str) -> None:
    SignalRow.objects.filter(pk=pk).update(
        state=SignalState.REJECTED, folded_at=clock.now(), outcome=[{"error": reason[:500]}]
    )


def _fold(fold: _Fold, messages: Sequence[_Message], read: Read) -> int:
    if not messages:
        return 0
    parsed = [(message, _parse(message, read)) for message in messages]
    fold.open = _open_alerts(
        {
            (message.integration.pk, signal.fingerprint)
            for message, signals in parsed
            for signal in signals
            if signal.action != "change"
        }
    )
    for message, signals in parsed:
        for signal in signals:
            done = _apply(fold, message, signal)
            message.outcome.append({"action": done, "fingerprint": signal.fingerprint})
    actor = _actor_for(messages)
    # First what is over: a condition that is back needs its place as the one open alert.
    new = {id(alert) for alert in fold.changes.opened}
    _save_changed([alert for key, alert in fold.changed.items() if key not in new])
    opened = correlation.attach(fold.changes.opened, actor=actor)
    bulk.insert(fold.changes.opened)
    bulk.insert(fold.deployed)
    correlation.tell(fold.changes, opened=opened, actor=actor)
    correlation.settle(fold.changes, actor=actor)
    _mark_folded(messages)
    return len(messages)


def _parse(message: _Message, read: Read) -> list[Signal]:
    try:
        return read(message.adapter, message.body, message.integration.options)
    except Malformed as error:
        message.state = SignalState.REJECTED
        message.outcome = [{"error": str(error)[:500]}]
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


def _apply(fold: _Fold, message: _Message, signal: Signal) -> str:
    """Do what the signal says; returns what was done, for people who ask later."""
    if signal.action == "change":
        fold.deployed.append(_change(fold, message, signal))
        return "change"
    key = (message.integration.pk, signal.fingerprint)
    alert = fold.open.get(key)
    if alert is not None and signal.action == "fire" and _was_called_over(alert, message):
        _end(fold, key, alert, message.received_at)
        alert = None
    if signal.action == "fire":
        if alert is not None:
            return _seen_again(fold, alert, message, signal)
        fold.open[key] = alert = _new_alert(fold, message, signal)
        fold.changes.opened.append(alert)
        return "open"
    if alert is None or _is_about_earlier(alert, signal):
        return "nothing open"  # accepted and dropped, as peers do
    if signal.action == "acknowledge":
        return _acknowledge(fold, alert)
    _end(fold, key, alert, _when(message, signal))
    return "resolve"


def _was_called_over(alert: Alert, message: _Message) -> bool:
    """People resolved the incident, and after that the condition still goes on."""
    over_at = alert.incident.resolved_at if alert.incident else None
    return over_at is not None and message.received_at > over_at


def _is_about_earlier(alert: Alert, signal: Signal) -> bool:
    """A late notice that an earlier episode is over says nothing about this one."""
    return signal.since is not None and signal.since < alert.started_at - timedelta(seconds=1)


def _acknowledge(fold: _Fold, alert: Alert) -> str:
    if alert.state == AlertState.OPEN:
        alert.state = AlertState.ACKNOWLEDGED
        fold.changed[id(alert)] = alert
        fold.changes.acknowledged.append(alert)
    return "acknowledge"


def _end(fold: _Fold, key: Key, alert: Alert, at: datetime) -> None:
    alert.state = AlertState.RESOLVED
    alert.resolved_at = max(at, alert.started_at)
    fold.changed[id(alert)] = alert
    fold.changes.resolved.append(alert)
    del fold.open[key]


def _when(message: _Message, signal: Signal) -> datetime:
    at = signal.at
    if at is None or at > message.received_at + _FUTURE:
        return message.received_at
    return at


def _new_alert(fold: _Fold, message: _Message, signal: Signal) -> Alert:
    integration = message.integration
    return Alert(
        integration=integration,
        fingerprint=signal.fingerprint,
        title=signal.title or signal.fingerprint,
        description=signal.description,
        severity=fold.severities.or_default(signal.severity),
        service=fold.services.find(signal.service) or integration.service,
        group_key=signal.group[:255],
        labels=signal.labels,
        annotations=signal.annotations,
        value=signal.value[:60],
        link=signal.link[:1000],
        started_at=_when(message, signal),
        last_seen_at=message.received_at,
        first_signal_id=message.pk,
        digest=content(signal, integration.options),
    )


def _change(fold: _Fold, message: _Message, signal: Signal) -> Change:
    return Change(
        integration=message.integration,
        service=fold.services.find(signal.service) or message.integration.service,
        summary=signal.title,
        source=signal.labels.get("source", "")[:255],
        at=_when(message, signal),
        received_at=message.received_at,
        links=signal.annotations.get("links", []),
        details=signal.annotations.get("details", {}),
    )


def _seen_again(fold: _Fold, alert: Alert, message: _Message, signal: Signal) -> str:
    """Count it; and where it says something new, keep that."""
    alert.count += 1
    alert.last_seen_at = max(alert.last_seen_at, message.received_at)
    fold.changed[id(alert)] = alert
    digest = content(signal, message.integration.options)
    if digest == alert.digest:
        return "duplicate"
    alert.digest, alert.labels, alert.annotations = digest, signal.labels, signal.annotations
    alert.value = signal.value[:60] or alert.value
    alert.description = signal.description or alert.description
    said = fold.severities.find(signal.severity)
    if said is not None and said.rank < alert.severity.rank:
        alert.severity = said
        fold.changes.worsened.append(alert)
    return "repeat"


# One document instead of one array a column: quoting thousands of small documents costs more.
_MARK_FOLDED = """
    UPDATE incidents_signal AS signal
       SET state = new.state, outcome = new.outcome, folded_at = %s
      FROM jsonb_to_recordset(%s::jsonb) AS new(id bigint, state text, outcome jsonb)
     WHERE signal.id = new.id
"""


_SAVE_CHANGED = """
    UPDATE incidents_alert AS alert
       SET state = new.state, severity_id = new.severity_id, resolved_at = new.resolved_at,
           count = new.count, last_seen_at = new.last_seen_at, value = new.value,
           description = new.description, labels = new.labels, annotations = new.annotations,
           digest = new.digest
      FROM jsonb_to_recordset(%s::jsonb)
           AS new(id bigint, state text, severity_id bigint, resolved_at timestamptz, count int,
                  last_seen_at timestamptz, value text, description text, labels jsonb,
                  annotations jsonb, digest text)
     WHERE alert.id = new.id
"""
_SAVED: Final = (
    *("state", "severity_id", "resolved_at", "count", "last_seen_at", "value", "description"),
    *("labels", "annotations", "digest"),
)


def _save_changed(alerts: Sequence[Alert]) -> None:
    if not alerts:
        return
    rows = [{"id": a.pk, **{name: getattr(a, name) for name in _SAVED}} for a in alerts]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE_CHANGED, [payload.write(rows).decode()])


def _actor_for(messages: Sequence[_Message]) -> Actor:
    names = {message.integration.name for message in messages}
    name = names.pop() if len(names) == 1 else "Alerts"
    return Actor("integration", "alerts", name)


def _mark_folded(messages: Sequence[_Message]) -> None:
    now = clock.now()
    rows = [{"id": m.pk, "state": str(m.state), "outcome": m.outcome} for m in messages]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_FOLDED, [now, payload.write(rows).decode()])
    senders = {message.integration.pk for message in messages}
    Integration.objects.filter(pk__in=senders).update(last_signal_at=now)
