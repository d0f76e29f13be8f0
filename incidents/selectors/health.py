"""How the product itself is doing: what waits, what failed, who was last seen at work."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, Min, Q

from incidents.kernel import clock
from incidents.models import (
    OVER,
    Alert,
    AlertState,
    Delivery,
    DeliveryState,
    DetectionRule,
    EngineBeat,
    Incident,
    RuleMode,
    RuleRun,
    Severity,
    Signal,
    SignalState,
)

# Below this share of free space the database is in danger, and uploads make it worse.
LEAST_FREE = 0.05


def missing_migrations() -> list[str]:
    """Names of migrations that this release brings and the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def free_share(path: Path | None = None) -> float:
    """The share of the data directory's disk that is free, between 0 and 1."""
    usage = shutil.disk_usage(path or settings.DATA_DIR)
    return usage.free / usage.total


@dataclass(frozen=True, slots=True)
class Gauges:
    """Counts leave private incidents out; ages are in seconds, None where there is nothing."""

    open_incidents: Mapping[str, int]
    open_alerts: int
    signals_waiting: int
    oldest_waiting: float | None
    deliveries_waiting: int
    deliveries_parked: int
    engine_beats: Mapping[str, float]
    rules_enabled: int
    last_rule_run: float | None


def gauges() -> Gauges:
    """All figures in eight queries, each on an index."""
    waiting = Signal.objects.filter(state=SignalState.PENDING)
    signals = waiting.aggregate(n=Count("pk"), oldest=Min("received_at"))
    undone = Delivery.objects.exclude(state=DeliveryState.DONE).aggregate(
        waiting=Count("pk", filter=Q(state=DeliveryState.PENDING, next_due_at__lte=clock.now())),
        parked=Count("pk", filter=Q(state=DeliveryState.PARKED)),
    )
    return Gauges(
        open_incidents=_open_incidents(),
        open_alerts=_open_alerts(),
        signals_waiting=signals["n"],
        oldest_waiting=_age(signals["oldest"]),
        deliveries_waiting=undone["waiting"],
        deliveries_parked=undone["parked"],
        engine_beats={
            beat.module: _age(beat.beat_at) or 0.0 for beat in EngineBeat.objects.order_by("module")
        },
        rules_enabled=DetectionRule.objects.exclude(mode=RuleMode.OFF).count(),
        last_rule_run=_age(RuleRun.objects.aggregate(at=Max("started_at"))["at"]),
    )


def _open_incidents() -> dict[str, int]:
    rows = Incident.objects.filter(private=False).exclude(state__in=OVER)
    found = dict(rows.order_by().values_list("severity__code").annotate(n=Count("pk")))
    codes = Severity.objects.values_list("code", flat=True)
    return {code: found.get(code, 0) for code in codes}


def _open_alerts() -> int:
    rows = Alert.objects.exclude(state=AlertState.RESOLVED)
    return rows.filter(Q(incident__isnull=True) | Q(incident__private=False)).count()


def _age(at: datetime | None) -> float | None:
    return clock.seconds_between(at, clock.now())
