"""Alerts: conditions, deduplicated by fingerprint within their integration."""

from django.db import models

from incidents.models.access_key import Integration
from incidents.models.incident import Incident
from incidents.models.severity import Severity
from incidents.models.team import Service


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
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state != AlertState.RESOLVED
