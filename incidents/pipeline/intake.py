"""Claiming the signals that wait, a batch at a time, in a fixed number of statements.

Folding is idempotent: a signal is marked folded in the transaction that folds it. The order of
arrival counts within an integration: one engine at a time folds (it holds the module's lock).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.db import Error, connection, transaction

from incidents.events import bus
from incidents.kernel import clock, payload
from incidents.kernel.errors import Conflict, NotFound, Unavailable
from incidents.models import Integration, SignalState
from incidents.models import Signal as SignalRow
from incidents.pipeline.folding import Fold, Message, fold
from incidents.pipeline.routing import Routes
from incidents.pipeline.signal import Malformed, Signal
from incidents.pipeline.triage import Services, Severities

Read = Callable[[str, bytes, Mapping[str, Any]], list[Signal]]

# A body may hold hundreds of signals: a batch ends with the message that passes this many bytes.
BYTES_A_BATCH: Final = 1024 * 1024
# Whoever comes next waits for one batch at most; when several senders wait batches are shorter.
BATCH: Final = 150
SHARED_BATCH: Final = 60
# SQLSTATE classes of errors that pass: connection, deadlock, resources, locks, operator.
_PASSING: Final = frozenset({"08", "40", "53", "55", "57"})


Tables = tuple[Severities, Services, Routes]


def fold_batch(read: Read, *, limit: int = BATCH) -> int:
    """Fold up to `limit` waiting messages; returns how many. `read(adapter, body, options)` parses
    one, as its integration wants it.

    A batch that fails as a whole is folded message by message, so that one bad message holds up
    nothing; the bad one is kept and marked with the reason. Raises when the database is at fault.
    """
    waiting = _waiting(limit)
    if not waiting:
        return 0
    severities, services = Severities.load(), Services.load()
    if not severities:
        raise Unavailable("There are no severities.", "Run `manage.py load_starter_kit`.")
    tables = (severities, services, Routes.load(severities, services))
    try:
        with transaction.atomic():
            return _fold(tables, _claim(waiting), read)
    except Exception as error:
        if _passes(error):
            raise
    return _fold_singly(tables, waiting, read)


def waits() -> bool:
    """Whether there is a message to fold."""
    return SignalRow.objects.filter(state=SignalState.PENDING).exists()


def _passes(error: Exception) -> bool:
    """The database's trouble, not the message's: it must be tried again, never rejected."""
    if not isinstance(error, Error):
        return isinstance(error, TimeoutError)
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state[:2] in _PASSING


# The senders with something waiting are found by hopping through the index, and of each no more
# than a batch is looked at. Who sent least comes first: a noisy sender keeps nobody waiting.
_WAITING = """
    WITH RECURSIVE sender(id) AS (
        (SELECT integration_id FROM incidents_signal WHERE state = 'pending'
          ORDER BY integration_id LIMIT 1)
        UNION ALL
        SELECT (SELECT integration_id FROM incidents_signal
                 WHERE state = 'pending' AND integration_id > sender.id
                 ORDER BY integration_id LIMIT 1)
          FROM sender WHERE sender.id IS NOT NULL
    )
    SELECT waiting.id, waiting.length, sender.id
      FROM sender,
           LATERAL (SELECT id, octet_length(body) AS length,
                           row_number() OVER (ORDER BY id) AS place
                      FROM incidents_signal
                     WHERE state = 'pending' AND integration_id = sender.id
                     ORDER BY id LIMIT %s) AS waiting
     WHERE sender.id IS NOT NULL
     ORDER BY waiting.place, waiting.id LIMIT %s
"""


def _waiting(limit: int) -> list[int]:
    """The oldest waiting messages of each sender in turn, up to a batch's worth of bytes but at
    least one."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [limit, limit])
        rows = cursor.fetchall()
    if len({sender for _, _, sender in rows}) > 1:
        rows = rows[:SHARED_BATCH]
    found: list[int] = []
    size = 0
    for pk, length, _ in rows:
        size += length
        if found and size > BYTES_A_BATCH:
            break
        found.append(pk)
    return found


def _claim(keys: Sequence[int]) -> list[Message]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, integration_id, adapter, body, received_at FROM incidents_signal"
            " WHERE id = ANY(%s) AND state = 'pending' ORDER BY id FOR UPDATE SKIP LOCKED",
            [list(keys)],
        )
        rows = cursor.fetchall()
    senders = Integration.objects.select_related("service").in_bulk({row[1] for row in rows})
    return [Message(pk, senders[i], adapter, bytes(b), at) for pk, i, adapter, b, at in rows]


def _fold_singly(tables: Tables, keys: Sequence[int], read: Read) -> int:
    for pk in keys:
        try:
            with transaction.atomic():
                _fold(tables, _claim([pk]), read)
        except Exception as error:
            if _passes(error):
                raise
            _reject_row(pk, f"{type(error).__name__}: {error}")
    return len(keys)


def _reject_row(pk: int, reason: str) -> None:
    SignalRow.objects.filter(pk=pk).update(
        state=SignalState.REJECTED, folded_at=clock.now(), outcome=[{"error": reason[:500]}]
    )


def _fold(tables: Tables, messages: Sequence[Message], read: Read) -> int:
    if not messages:
        return 0
    for message in messages:
        message.signals = _parse(message, read)
    severities, services, routes = tables
    fold(Fold(severities, services, routes.again()), messages)
    _mark_folded(messages)
    return len(messages)


def _parse(message: Message, read: Read) -> list[Signal]:
    try:
        return read(message.adapter, message.body, message.integration.options)
    except Malformed as error:
        message.state = SignalState.REJECTED
        message.outcome = [{"error": str(error)[:500]}]
        return []


@transaction.atomic
def read_again(*, signal_id: int) -> SignalRow:
    """Put a message that was not understood back into the queue, once its mapping is mended.

    Asked twice it is queued once. Raises NotFound, and Conflict where it has been understood.
    """
    row = SignalRow.objects.select_for_update().filter(pk=signal_id).first()
    if row is None:
        raise NotFound("There is no such message.", "It may be older than what is kept.")
    if row.state == SignalState.FOLDED:
        raise Conflict(
            "This message has been understood.", "Reading it twice would count it twice."
        )
    if row.state == SignalState.REJECTED:
        row.state, row.folded_at, row.outcome = SignalState.PENDING, None, []
        row.save(update_fields=["state", "folded_at", "outcome"])
        bus.wake_engine()
    return row


# One document instead of one array a column: quoting thousands of small documents costs more.
_MARK_FOLDED = """
    UPDATE incidents_signal AS signal
       SET state = new.state, outcome = new.outcome, folded_at = %s
      FROM jsonb_to_recordset(%s::jsonb) AS new(id bigint, state text, outcome jsonb)
     WHERE signal.id = new.id
"""


def _mark_folded(messages: Sequence[Message]) -> None:
    now = clock.now()
    rows = [{"id": m.pk, "state": str(m.state), "outcome": m.outcome} for m in messages]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_FOLDED, [now, payload.write(rows).decode()])
    senders = {message.integration.pk for message in messages}
    Integration.objects.filter(pk__in=senders).update(last_signal_at=now)
