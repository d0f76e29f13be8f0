"""Alerts: conditions, deduplicated by fingerprint within their integration."""

from datetime import datetime
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from incidents.models.access_key import Integration
from incidents.models.incident import Incident
from incidents.models.noise import GroupingPolicy
from incidents.models.severity import Severity
from incidents.models.team import Service, Team

MOST_DECISIONS: Final = 50


class AlertState(models.TextChoices):
    OPEN = "open", "Firing"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"


class Alert(models.Model):
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="alerts")
    fingerprint = models.CharField(max_length=255)
    title = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=AlertState, default=AlertState.OPEN)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    came_through = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        editable=False,
        help_text="The incidents it was in before, the first one first, so that it can go back.",
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    priority = models.CharField(max_length=20, blank=True, default="")
    group_key = models.CharField(max_length=255, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    annotations = models.JSONField(default=dict, blank=True)
    value = models.CharField(max_length=60, blank=True)
    link = models.URLField(max_length=1000, blank=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    count = models.PositiveIntegerField(default=1)
    first_signal_id = models.BigIntegerField(null=True)
    why = models.CharField(max_length=300, blank=True)
    digest = models.CharField(
        max_length=32, default="", editable=False, help_text="Of what its last signal said."
    )

    policy = models.ForeignKey(
        GroupingPolicy, null=True, blank=True, on_delete=models.SET_NULL, editable=False
    )
    correlation_key = models.CharField(max_length=300, blank=True, default="", editable=False)
    muted_by = models.JSONField(default=list, blank=True, editable=False)
    held = models.BooleanField(
        default=False, editable=False, help_text="Fires, but makes no incident for now."
    )
    untold = models.BooleanField(
        default=False, editable=False, help_text="Joined its incident; the timeline says so later."
    )
    recheck_at = models.DateTimeField(null=True, blank=True, editable=False)
    ends_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Over by then unless heard of again."
    )
    trail = models.JSONField(
        default=list, editable=False, help_text="What was decided about it, and why."
    )
    handling = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="What its sender did to it: tags, notes.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "fingerprint"],
                condition=~models.Q(state="resolved"),
                name="alert_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AlertState.values), name="alert_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="alert_newest"),
            models.Index(
                fields=["-last_seen_at"],
                name="alert_open_newest",
                condition=~models.Q(state="resolved"),
            ),
            models.Index(
                fields=["recheck_at"],
                name="alert_recheck",
                condition=models.Q(recheck_at__isnull=False),
            ),
            models.Index(
                fields=["ends_at"],
                name="alert_ends",
                condition=models.Q(ends_at__isnull=False) & ~models.Q(state="resolved"),
            ),
            models.Index(fields=["integration", "fingerprint", "-id"], name="alert_episodes"),
            GinIndex(
                fields=["came_through"], name="alert_moved", condition=~models.Q(came_through=[])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state != AlertState.RESOLVED

    def offered_labels(self) -> dict[str, str]:
        """What matchers see: its labels, and what we know where none of them says so."""
        known = {
            "alertname": self.title,
            "severity": self.severity.code,
            "service": self.service.slug if self.service else "",
            "integration": self.integration.name,
            "fingerprint": self.fingerprint,
        }
        return {**known, **{name: str(text) for name, text in self.labels.items()}}

    def tell(self, *, at: datetime, kind: str, text: str) -> None:
        """Keep what was decided about it, and why, for people who ask later."""
        told = {"at": at.isoformat(), "kind": kind, "text": text[:500]}
        self.trail = [*self.trail, told][-MOST_DECISIONS:]

    @property
    def is_muted(self) -> bool:
        return self.is_open and bool(self.muted_by)
