"""Forgetting what has been kept long enough, a little at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet

from incidents.kernel import clock
from incidents.models import (
    Backtest,
    Change,
    Delivery,
    DeliveryState,
    Finding,
    HeartbeatOutage,
    HeartbeatPing,
    IdempotencyKey,
    JobRun,
    Notice,
    RuleRun,
    Signal,
    SignalState,
)
from incidents.sources.adapters import ADAPTERS

BATCH: Final = 1000
_WEEK: Final = timedelta(days=7)
_YEAR: Final = timedelta(days=366)


def work() -> int:
    """Delete one batch of each kind of old row; returns how many rows went."""
    now = clock.now()
    return sum(_delete(old(now)) for old in _OLD)


def _delete(rows: QuerySet[Any]) -> int:
    keys = list(rows.order_by().values_list("pk", flat=True)[:BATCH])
    return rows.model._default_manager.filter(pk__in=keys).delete()[0] if keys else 0  # noqa: SLF001


def _events(now: datetime) -> QuerySet[Signal]:
    """Raw native events: an hour by default. What they told lives on in alerts and facts."""
    kept = timedelta(hours=settings.EVENT_RETENTION_HOURS)
    old = Signal.objects.filter(adapter="native", received_at__lt=now - kept)
    return old.exclude(state=SignalState.PENDING)


def _signals(now: datetime) -> QuerySet[Signal]:
    kept = timedelta(days=settings.SIGNAL_RETENTION_DAYS)
    old = Signal.objects.filter(adapter__in=ADAPTERS.slugs(), received_at__lt=now - kept)
    return old.exclude(state=SignalState.PENDING)


def _deliveries(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.DONE, next_due_at__lt=now - _WEEK)


def _runs(now: datetime) -> QuerySet[RuleRun]:
    """A thousand rules run a million times a day: only what they found is kept for a week."""
    quiet = Q(started_at__lt=now - timedelta(days=1), firing=0, error="")
    return RuleRun.objects.filter(quiet | Q(started_at__lt=now - _WEEK))


def _findings(now: datetime) -> QuerySet[Finding]:
    old = now - timedelta(days=settings.SIGNAL_RETENTION_DAYS)
    return Finding.objects.filter(opened_at__lt=old, closed_at__isnull=False)


def _backtests(now: datetime) -> QuerySet[Backtest]:
    return Backtest.objects.filter(
        asked_at__lt=now - timedelta(days=settings.SIGNAL_RETENTION_DAYS)
    )


def _changes(now: datetime) -> QuerySet[Change]:
    """At least 90 days, as who sends them expects."""
    kept = timedelta(days=max(90, settings.SIGNAL_RETENTION_DAYS))
    return Change.objects.filter(received_at__lt=now - kept)


def _pings(now: datetime) -> QuerySet[HeartbeatPing]:
    """Of each heartbeat the newest hundred, and no longer than raw messages are kept."""
    old = now - timedelta(days=settings.SIGNAL_RETENTION_DAYS)
    return HeartbeatPing.objects.filter(received_at__lt=old, number__isnull=False)


def _outages(now: datetime) -> QuerySet[HeartbeatOutage]:
    return HeartbeatOutage.objects.filter(ended_at__lt=now - _YEAR)


def _notices(now: datetime) -> QuerySet[Notice]:
    """What nobody looked at for three months is no news any more; what was read goes sooner."""
    read = Q(created_at__lt=now - timedelta(days=30), read_at__isnull=False)
    return Notice.objects.filter(read | Q(created_at__lt=now - timedelta(days=90)))


def _jobs(now: datetime) -> QuerySet[JobRun]:
    return JobRun.objects.filter(slot__lt=now - _WEEK)


def _idempotency(now: datetime) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(created_at__lt=now - timedelta(days=1))


_OLD: Final[tuple[Callable[[datetime], QuerySet[Any]], ...]] = (
    _events,
    _signals,
    _deliveries,
    _runs,
    _findings,
    _backtests,
    _changes,
    _pings,
    _outages,
    _notices,
    _jobs,
    _idempotency,
)
