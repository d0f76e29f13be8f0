"""Alerts without the way they came: many of them, in and out of incidents."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.kernel import clock
from incidents.models import Alert, Incident, Integration, Severity

MakeAlerts = Callable[..., list[Alert]]


@pytest.fixture
def make_alerts(integration: Integration, severities: dict[str, Severity]) -> MakeAlerts:
    """`make_alerts(500, incident=incident, severity="P0")`, each a minute older than the last."""
    made = 0

    def make(
        count: int = 1, *, incident: Incident | None = None, severity: str = "P1", **more: Any
    ) -> list[Alert]:
        nonlocal made
        now = clock.now()
        rows = [
            Alert(
                integration=integration,
                fingerprint=f"condition {made + n}",
                severity=severities[severity],
                incident=incident,
                last_seen_at=now,
                **{
                    "title": f"Alert number {made + n}",
                    "started_at": now - timedelta(minutes=n + 1),
                    **more,
                },
            )
            for n in range(count)
        ]
        made += count
        return Alert.objects.bulk_create(rows)

    return make
