"""Dead man's switches: jobs that say that they ran, and who notices when they do not."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from simple_history.models import HistoricalRecords

from incidents.kernel import secrets
from incidents.models.severity import Severity
from incidents.models.team import Service
from incidents.models.user import known_zone


class HeartbeatState(models.TextChoices):
    """`late` is read off the clock and never stored: a job that is a few seconds behind each time
    would otherwise cost two writes a run."""

    NEW = "new", "Waiting"
    UP = "up", "Up"
    LATE = "late", "Late"
    DOWN = "down", "Down"
    PAUSED = "paused", "Paused"


STORED = tuple(state for state in HeartbeatState if state != HeartbeatState.LATE)


class HeartbeatSchedule(models.TextChoices):
    INTERVAL = "interval", "Every so often"
    CRON = "cron", "By a cron expression"


class Heartbeat(models.Model):
    """Something that pings when it has run.

    The key is in its address, which people copy from the page again and again: so it is kept
    encrypted beside its hash, where that of an integration is told once. What it opens is little:
    whoever has it can say that a job ran.

    `expected_at` is when the next run should be over, `alert_at` when the engine opens an alert
    unless it hears something before; null where it waits for nothing. `running_since` is the first
    start that has not been followed by an end.
    """

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    description = models.TextField(blank=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    sealed_key = models.TextField(editable=False)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="heartbeats"
    )
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT)
    schedule = models.CharField(
        max_length=8, choices=HeartbeatSchedule, default=HeartbeatSchedule.INTERVAL
    )
    interval_seconds = models.PositiveIntegerField(default=3600)
    cron = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_zone])
    grace_seconds = models.PositiveIntegerField(default=300)
    state = models.CharField(
        max_length=6, choices=HeartbeatState, default=HeartbeatState.NEW, editable=False
    )
    last_ping_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    running_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_exit_code = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    expected_at = models.DateTimeField(null=True, blank=True, editable=False)
    alert_at = models.DateTimeField(null=True, blank=True, editable=False)
    down_at = models.DateTimeField(null=True, blank=True, editable=False)
    ping_count = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history: ClassVar[Any] = HistoricalRecords(
        excluded_fields=[
            *("key_hash", "sealed_key", "state", "last_ping_at", "last_started_at"),
            *("running_since", "last_exit_code", "expected_at", "alert_at", "down_at"),
            "ping_count",
        ]
    )

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in STORED]),
                name="heartbeat_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["alert_at"],
                name="heartbeat_due",
                condition=models.Q(alert_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:heartbeat", kwargs={"heartbeat": self.slug})

    @property
    def key(self) -> str:
        """The part of the address that nobody can guess. Raises secrets.Unreadable."""
        return secrets.unseal(self.sealed_key)

    def shown_state(self, at: datetime) -> HeartbeatState:
        """The state as people see it: late from the moment a ping was expected until it is down."""
        waits = self.state == HeartbeatState.UP and self.running_since is None
        if waits and self.expected_at is not None and self.expected_at <= at:
            return HeartbeatState.LATE
        return HeartbeatState(self.state)


class PingKind(models.TextChoices):
    SUCCESS = "success", "Success"
    START = "start", "Started"
    FAIL = "fail", "Failed"
    LOG = "log", "Message"
    EXIT = "exit", "Ended"


class HeartbeatPing(models.Model):
    """One ping as it came. The door writes it down, the engine counts it: until then it has no
    `number`. `due_at` is when it had been expected by; `body` is the end of what was sent."""

    heartbeat = models.ForeignKey(Heartbeat, on_delete=models.CASCADE, related_name="pings")
    delivery_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=7, choices=PingKind)
    exit_code = models.PositiveSmallIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    method = models.CharField(max_length=4)
    remote_address = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    body_size = models.PositiveIntegerField(default=0)
    number = models.PositiveBigIntegerField(null=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="heartbeat_ping_waiting",
                condition=models.Q(number__isnull=True),
            ),
            models.Index(fields=["heartbeat", "-number"], name="heartbeat_ping_newest"),
            models.Index(fields=["received_at"], name="heartbeat_ping_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.received_at:%Y-%m-%d %H:%M:%S}"

    @property
    def is_failure(self) -> bool:
        return self.kind == PingKind.FAIL or bool(self.exit_code)

    @property
    def is_success(self) -> bool:
        return self.kind == PingKind.SUCCESS or (self.kind == PingKind.EXIT and self.exit_code == 0)

    @property
    def took(self) -> timedelta | None:
        """How long the run lasted that it ended."""
        return None if self.duration_ms is None else timedelta(milliseconds=self.duration_ms)

    @property
    def late_by(self) -> timedelta | None:
        """How long after its time it came; None where it came in time."""
        if self.due_at is None or self.received_at - self.due_at < timedelta(seconds=1):
            return None
        return self.received_at - self.due_at

    @property
    def is_cut(self) -> bool:
        return len(self.body.encode()) < self.body_size


class OutageReason(models.TextChoices):
    MISSING = "missing", "No ping came in time"
    UNFINISHED = "unfinished", "A run started and did not end"
    FAILED = "failed", "A run said that it failed"


class HeartbeatOutage(models.Model):
    """From when to when it was down, and why: kept for longer than the pings are."""

    heartbeat = models.ForeignKey(Heartbeat, on_delete=models.CASCADE, related_name="outages")
    reason = models.CharField(max_length=10, choices=OutageReason)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["heartbeat"],
                condition=models.Q(ended_at__isnull=True),
                name="heartbeat_down_once",
            ),
        ]
        indexes = [models.Index(fields=["heartbeat", "-began_at"], name="heartbeat_outage_newest")]

    def __str__(self) -> str:
        return f"Down since {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def lasted(self) -> timedelta | None:
        return None if self.ended_at is None else self.ended_at - self.began_at
