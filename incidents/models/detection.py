"""What is polled, and the rules that decide whether it is an alert."""

from typing import Any, ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from incidents.models.access_key import Integration
from incidents.models.severity import Severity
from incidents.models.team import Service


class SourceKind(models.TextChoices):
    PROMETHEUS = "prometheus", "Prometheus"


class TelemetrySource(models.Model):
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=SourceKind, default=SourceKind.PROMETHEUS)
    url = models.URLField(max_length=500)
    timeout_seconds = models.PositiveSmallIntegerField(default=10)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Comparator(models.TextChoices):
    ABOVE = "gt", "above"
    AT_LEAST = "gte", "at or above"
    BELOW = "lt", "below"
    AT_MOST = "lte", "at or below"


class DetectionRule(models.Model):
    """A query whose result is compared with a threshold every `interval_seconds`.

    Each series of the result is an alert of its own: its labels and the rule are the fingerprint.
    """

    name = models.CharField(max_length=120, unique=True)
    kind = models.SlugField(max_length=30, default="threshold")
    source = models.ForeignKey(TelemetrySource, on_delete=models.CASCADE, related_name="rules")
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, editable=False)
    query = models.TextField(help_text="PromQL; each series of the result is judged by itself.")
    comparator = models.CharField(max_length=3, choices=Comparator, default=Comparator.ABOVE)
    threshold = models.FloatField()
    hold_seconds = models.PositiveIntegerField(
        default=0, help_text="The condition must hold this long before an alert opens."
    )
    interval_seconds = models.PositiveIntegerField(default=60)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.SET_NULL)
    enabled = models.BooleanField(default=True)
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    history: ClassVar[Any] = HistoricalRecords(excluded_fields=["next_due_at", "leased_until"])

    class Meta:
        ordering = ("name",)
        indexes = [
            models.Index(fields=["next_due_at"], name="rule_due", condition=models.Q(enabled=True)),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.integration = Integration.of_our_own("detection", "Detection")
        super().save(*args, **kwargs)


class RuleSeries(models.Model):
    """Where one series of a rule stands: since when it has been over the threshold, and firing."""

    rule = models.ForeignKey(DetectionRule, on_delete=models.CASCADE, related_name="series")
    fingerprint = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    over_since = models.DateTimeField(null=True)
    firing = models.BooleanField(default=False)
    value = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "fingerprint"], name="rule_series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.fingerprint}"


class RuleRun(models.Model):
    """One evaluation: what came back, how long it took, what went wrong."""

    rule = models.ForeignKey(DetectionRule, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    series = models.PositiveIntegerField(default=0)
    firing = models.PositiveIntegerField(default=0)
    worst_value = models.FloatField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["rule", "-started_at"], name="rule_run_newest")]

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.started_at}"
