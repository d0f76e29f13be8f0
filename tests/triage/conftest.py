"""Alerts that come in as the engine takes them in, and the past to compare with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from incidents.kernel.actor import Actor
from incidents.models import Alert, Incident, Integration, Service, Severity
from incidents.pipeline import correlation, lifecycle
from incidents.reactions import search

ENGINE = Actor.system("engine")
Arrive = Callable[..., Incident]
Past = Callable[..., Incident]


@pytest.fixture
def arrive(integration: Integration, severities: dict[str, Severity]) -> Arrive:
    """An alert arrives and finds its incident: `arrive("Disk full", db="orders")`."""

    def take_in(title: str, *, severity: str = "P2", value: str = "", **labels: Any) -> Incident:
        now = timezone.now()
        alert = Alert(
            integration=integration,
            fingerprint=f"{title}{Alert.objects.count()}",
            title=title,
            severity=severities[severity],
            service=integration.service,
            labels=labels,
            value=value,
            started_at=now,
            last_seen_at=now,
        )
        changes = correlation.Changes(opened=[alert])
        opened = correlation.attach([alert], actor=ENGINE)
        alert.save()
        correlation.tell(changes, opened=opened, actor=ENGINE)
        return Incident.objects.get(pk=alert.incident_id or 0)

    return take_in


@pytest.fixture
def past(severities: dict[str, Severity]) -> Past:
    """An incident that is over and indexed: `past("Disk full", minutes=30)`."""

    def make(
        title: str,
        *,
        minutes: float = 30,
        severity: str = "P1",
        service: Service | None = None,
        **more: Any,
    ) -> Incident:
        declaration = lifecycle.Declaration(
            title=title, severity=severities[severity], service=service
        )
        incident = lifecycle.declare(declaration=declaration, actor=ENGINE)
        Incident.objects.filter(pk=incident.pk).update(
            resolved_at=incident.opened_at + timedelta(minutes=minutes), state="resolved", **more
        )
        search.index(incident.pk)
        incident.refresh_from_db()
        return incident

    return make
