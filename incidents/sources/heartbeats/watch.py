"""The engine's part: pings are counted in the order in which they came, then whoever is due goes
down. A few statements for a batch, however many heartbeats there are.

Nobody is called down for not being heard while we could not hear. The time in which the engine did
not turn, or no web process said that it listens, is given to every heartbeat once, as grace.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from incidents.kernel import clock, payload
from incidents.models import (
    EngineBeat,
    Heartbeat,
    HeartbeatOutage,
    HeartbeatPing,
)
from incidents.sources.heartbeats import saying, turns
from incidents.sources.heartbeats.turns import Turn

MODULE: Final = "heartbeats"
# The row by which the web processes say that they listen, every few seconds.
EAR: Final = "pings"
BATCH: Final = 500
KEPT: Final = 100
# Longer without a sign of the engine, or of a web process, and we were away.
ENGINE_AWAY: Final = timedelta(seconds=10)
DEAF: Final = timedelta(seconds=20)
# Deaf for longer, we open an alert about ourselves.
TELL_DEAF: Final = timedelta(seconds=60)


class Watch:
    """`work` is called each turn of the engine; what it remembers is when it could hear last."""

    def __init__(self) -> None:
        self._turned_at: datetime | None = None
        self._away_since: datetime | None = None
        self._told_deaf = False

    def work(self) -> int:
        """Returns how many pings were counted and heartbeats went down."""
        counted = count_pings()
        if counted == BATCH:
            return counted  # What still waits may keep somebody from going down.
        now = clock.now()
        hears = self._hears(now)
        self._turned_at = now
        return counted + (call_down(now) if hears else 0)

    def _hears(self, now: datetime) -> bool:
        """Whether pings reach us; where they did not, everybody has got the time by then."""
        beats = EngineBeat.objects.filter(module__in=(MODULE, EAR))
        at = dict(beats.values_list("module", "beat_at"))
        turned, ear = self._turned_at or at.get(MODULE), at.get(EAR)
        if turned is not None and now - turned > ENGINE_AWAY:
            self._away_from(turned)
        deaf = ear is not None and now - ear > DEAF
        if ear is not None and deaf:
            self._away_from(ear)
            self._say_deaf(ear, now)
            return False
        if self._away_since is not None:
            self._come_back(self._away_since, now)
        return True

    @transaction.atomic
    def _come_back(self, since: datetime, now: datetime) -> None:
        give_grace(since, now)
        # Said with the same words as the loop says it, so that a crash does not give it twice.
        EngineBeat.objects.update_or_create(module=MODULE, defaults={"beat_at": now})
        if now - since > TELL_DEAF:
            saying.send([saying.hears_again(now)])
        self._away_since, self._told_deaf = None, False

    def _say_deaf(self, ear: datetime, now: datetime) -> None:
        """Whoever watches must be watched: while no web process listens nobody is called down, so
        that this is an alert of its own."""
        waits = Heartbeat.objects.filter(alert_at__isnull=False)
        if not self._told_deaf and now - ear > TELL_DEAF and waits.exists():
            self._told_deaf = True
            with transaction.atomic():
                saying.send([saying.deaf(ear)])

    def _away_from(self, moment: datetime) -> None:
        self._away_since = min(moment, self._away_since or moment)


@transaction.atomic
def count_pings() -> int:
    """Count up to BATCH pings that wait; returns how many."""
    waiting = HeartbeatPing.objects.select_for_update(skip_locked=True).filter(number=None)
    pings = list(waiting.order_by("pk")[:BATCH])
    if not pings:
        return 0
    found = _locked({ping.heartbeat_id for ping in pings})
    said: list[tuple[Heartbeat, Turn]] = []
    for ping in pings:
        heartbeat = found[ping.heartbeat_id]
        turn = turns.take(heartbeat, ping)
        if turn is not None:
            said.append((heartbeat, turn))
    _save_pings(pings)
    save(list(found.values()))
    _forget(list(found))
    tell(said)
    return len(pings)


def _locked(keys: set[int]) -> dict[int, Heartbeat]:
    rows = Heartbeat.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    return {row.pk: row for row in rows.select_related("severity", "service").order_by("pk")}


@transaction.atomic
def call_down(now: datetime) -> int:
    """Who was not heard of by `alert_at` is down; returns how many that are."""
    rows = Heartbeat.objects.select_for_update(of=("self",), skip_locked=True)
    due = list(
        rows.select_related("severity", "service")
        .filter(alert_at__lte=now)
        .order_by("alert_at", "pk")[:BATCH]
    )
    if not due:
        return 0
    said = [(heartbeat, turn) for heartbeat in due if (turn := turns.fall_due(heartbeat))]
    save(due)
    tell(said)
    return len(due)


def tell(said: Sequence[tuple[Heartbeat, Turn]]) -> None:
    """Write outages and signals, in the transaction that saves the heartbeats."""
    if not said:
        return
    _remember(said)
    saying.send([saying.told(heartbeat, turn) for heartbeat, turn in said])


def _remember(said: Sequence[tuple[Heartbeat, Turn]]) -> None:
    rows = HeartbeatOutage.objects.filter(
        heartbeat__in={heartbeat.pk for heartbeat, _ in said}, ended_at=None
    )
    under_way = {row.heartbeat_id: row for row in rows}
    ended: list[HeartbeatOutage] = []
    new: list[HeartbeatOutage] = []
    for heartbeat, turn in said:
        outage = under_way.get(heartbeat.pk)
        if turn.reason is not None and outage is None:
            outage = HeartbeatOutage(heartbeat=heartbeat, reason=turn.reason, began_at=turn.at)
            under_way[heartbeat.pk] = outage
            new.append(outage)
        elif turn.reason is None and outage is not None:
            outage.ended_at = max(turn.at, outage.began_at)
            del under_way[heartbeat.pk]
            ended += [] if outage in new else [outage]
    HeartbeatOutage.objects.bulk_update(ended, ["ended_at"])
    HeartbeatOutage.objects.bulk_create(new)


@transaction.atomic
def give_grace(since: datetime, now: datetime) -> None:
    """We were away from `since` to `now`: everybody gets that time. Whose time to ping, grace and
    all, lay within it cannot be judged: their next ping is awaited."""
    rows = Heartbeat.objects.select_for_update().filter(alert_at__isnull=False).order_by("pk")
    changed = []
    for heartbeat in rows.iterator(chunk_size=BATCH):
        turns.excuse(heartbeat, since, now)
        changed.append(heartbeat)
        if len(changed) == BATCH:
            save(changed)
            changed = []
    save(changed)


_SAVED: Final = (
    *("state", "last_ping_at", "last_started_at", "running_since", "last_exit_code"),
    *("expected_at", "alert_at", "down_at", "ping_count"),
)
_SAVE: Final = """
    UPDATE incidents_heartbeat AS heartbeat
       SET state = new.state, last_ping_at = new.last_ping_at,
           last_started_at = new.last_started_at, running_since = new.running_since,
           last_exit_code = new.last_exit_code, expected_at = new.expected_at,
           alert_at = new.alert_at, down_at = new.down_at, ping_count = new.ping_count
      FROM jsonb_to_recordset(%s::jsonb)
           AS new(id bigint, state text, last_ping_at timestamptz, last_started_at timestamptz,
                  running_since timestamptz, last_exit_code smallint, expected_at timestamptz,
                  alert_at timestamptz, down_at timestamptz, ping_count bigint)
     WHERE heartbeat.id = new.id
"""
_SAVE_PINGS: Final = """
    UPDATE incidents_heartbeatping AS ping
       SET number = new.number, duration_ms = new.duration_ms, due_at = new.due_at
      FROM jsonb_to_recordset(%s::jsonb)
           AS new(id bigint, number bigint, duration_ms bigint, due_at timestamptz)
     WHERE ping.id = new.id
"""
_FORGET: Final = """
    DELETE FROM incidents_heartbeatping AS ping USING incidents_heartbeat AS heartbeat
     WHERE heartbeat.id = ANY(%s) AND ping.heartbeat_id = heartbeat.id
       AND ping.number <= heartbeat.ping_count - %s
"""


def save(rows: Sequence[Heartbeat]) -> None:
    """Save what turns change, of rows that are locked, in one statement."""
    _run(_SAVE, [{"id": row.pk, **{name: getattr(row, name) for name in _SAVED}} for row in rows])


def _save_pings(pings: Sequence[HeartbeatPing]) -> None:
    names = ("number", "duration_ms", "due_at")
    _run(_SAVE_PINGS, [{"id": p.pk, **{name: getattr(p, name) for name in names}} for p in pings])


def _run(statement: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [payload.write(list(rows)).decode()])


def _forget(keys: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [list(keys), KEPT])


work = Watch().work
