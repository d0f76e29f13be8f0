"""What is polled, and the rules that decide whether it is an alert."""

from typing import Any, ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from incidents.kernel import secrets
from incidents.models.access_key import Integration
from incidents.models.severity import Severity
from incidents.models.team import Service, Team
from incidents.models.user import User


class SourceKind(models.TextChoices):
    PROMETHEUS = "prometheus", "Prometheus"
    LOKI = "loki", "Loki"
    HTTP = "http", "HTTP check"
    KUBERNETES = "kubernetes", "Kubernetes"


class TelemetrySource(models.Model):
    """Something to ask. `settings` are what its kind describes; the token is encrypted."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=SourceKind, default=SourceKind.PROMETHEUS)
    url = models.URLField(max_length=500)
    timeout_seconds = models.PositiveSmallIntegerField(default=10)
    settings = models.JSONField(default=dict, blank=True)
    sealed_token = models.TextField(blank=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    latency_ms = models.PositiveIntegerField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    blind = models.BooleanField(
        default=False, editable=False, help_text="An alert says that it does not answer."
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        return secrets.unseal(self.sealed_token)

    @token.setter
    def token(self, text: str) -> None:
        self.sealed_token = secrets.seal(text)


class Comparator(models.TextChoices):
    ABOVE = "gt", "above"
    AT_LEAST = "gte", "at or above"
    BELOW = "lt", "below"
    AT_MOST = "lte", "at or below"


class RuleMode(models.TextChoices):
    OFF = "off", "Off"
    SHADOW = "shadow", "Shadow"
    LIVE = "live", "Live"


class NoData(models.TextChoices):
    OK = "ok", "All is well"
    ALERT = "alert", "Open an alert"
    KEEP = "keep", "Leave alerts as they are"


class DetectionRule(models.Model):
    """A question that is asked every `interval_seconds`, and what makes an alert of the answer.

    Each series of the answer is an alert of its own: its labels and the rule are the fingerprint.
    `settings` are what the kind describes. A rule in shadow only writes down what it would open.
    """

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    kind = models.SlugField(max_length=30, default="threshold")
    library_slug = models.SlugField(max_length=60, blank=True, editable=False)
    source = models.ForeignKey(
        TelemetrySource, null=True, blank=True, on_delete=models.CASCADE, related_name="rules"
    )
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, editable=False)
    query = models.TextField(
        blank=True, help_text="In the language of the source; each series is judged by itself."
    )
    comparator = models.CharField(max_length=3, choices=Comparator, default=Comparator.ABOVE)
    threshold = models.FloatField(default=0)
    settings = models.JSONField(default=dict, blank=True)
    hold_seconds = models.PositiveIntegerField(
        default=0, help_text="The condition must hold this long before an alert opens."
    )
    interval_seconds = models.PositiveIntegerField(default=60)
    no_data = models.CharField(max_length=5, choices=NoData, default=NoData.OK)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.SET_NULL)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="Who gets the incidents. Empty: the team of the service.",
    )
    runbook = models.SlugField(
        max_length=80, blank=True, help_text="The runbook to put first: the end of its address."
    )
    mode = models.CharField(max_length=6, choices=RuleMode, default=RuleMode.LIVE)
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_run_at = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    blind = models.BooleanField(default=False, editable=False)
    history: ClassVar[Any] = HistoricalRecords(
        excluded_fields=[
            *("next_due_at", "leased_until", "last_run_at"),
            *("failing_since", "last_error", "blind"),
        ]
    )

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=RuleMode.values), name="rule_mode_known"
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="rule_due", condition=~models.Q(mode="off")),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.integration = Integration.of_our_own("detection", "Detection")
        super().save(*args, **kwargs)

    @property
    def low_is_bad(self) -> bool:
        return self.comparator in {Comparator.BELOW, Comparator.AT_MOST}


class RuleSeries(models.Model):
    """Where one series of a rule stands: since when it has been over the line, and firing.

    `told`: the engine has been told, so it must be told as well when it is over.
    """

    rule = models.ForeignKey(DetectionRule, on_delete=models.CASCADE, related_name="series")
    fingerprint = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    over_since = models.DateTimeField(null=True)
    firing = models.BooleanField(default=False)
    told = models.BooleanField(default=False)
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
    note = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["rule", "-started_at"], name="rule_run_newest"),
            models.Index(fields=["started_at"], name="rule_run_age"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.started_at}"


class Finding(models.Model):
    """One episode that a rule found: live ones made an alert, those in shadow would have."""

    rule = models.ForeignKey(DetectionRule, on_delete=models.CASCADE, related_name="findings")
    fingerprint = models.CharField(max_length=64)
    mode = models.CharField(max_length=6, choices=RuleMode)
    labels = models.JSONField(default=dict)
    value = models.FloatField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "fingerprint"],
                condition=models.Q(closed_at__isnull=True),
                name="finding_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "-opened_at"], name="finding_newest"),
            models.Index(fields=["opened_at"], name="finding_age"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.opened_at}"


class RuleBaseline(models.Model):
    """What a rule has learned of the usual: remade now and then, so that runs stay quick."""

    rule = models.OneToOneField(DetectionRule, on_delete=models.CASCADE, related_name="baseline")
    query = models.TextField()
    made_at = models.DateTimeField()
    learned = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.made_at}"


class BacktestState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Backtest(models.Model):
    """What a version of a rule would have opened over the last `days`, and whether it was right.

    `version` is the row of the rule's history that was tried; `result` is described where it is
    made (`sources.detection.backtest`).
    """

    rule = models.ForeignKey(DetectionRule, on_delete=models.CASCADE, related_name="backtests")
    version = models.BigIntegerField()
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=BacktestState, default=BacktestState.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=BacktestState.values), name="backtest_state_known"
            ),
        ]
        indexes = [models.Index(fields=["rule", "-asked_at"], name="backtest_newest")]

    def __str__(self) -> str:
        return f"{self.rule_id}, {self.days} days"
