"""Incidents, who works on them in which role, and the states they pass through."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse

from incidents.models.severity import Severity
from incidents.models.team import Service, Team
from incidents.models.triage import Category, Impact, IncidentType, Priority, usual_priority
from incidents.models.user import User


class State(models.TextChoices):
    DETECTED = "detected", "Detected"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MITIGATED = "mitigated", "Mitigated"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"
    MERGED = "merged", "Merged"


# What came to its own end, and what is no longer worked on: a merged one goes on in another.
ENDED = (State.RESOLVED, State.CLOSED)
OVER = (*ENDED, State.MERGED)
PUBLIC_STATES = {
    State.DETECTED: "investigating",
    State.ACKNOWLEDGED: "investigating",
    State.INVESTIGATING: "investigating",
    State.IDENTIFIED: "identified",
    State.MITIGATED: "monitoring",
    State.MONITORING: "monitoring",
    State.RESOLVED: "resolved",
    State.CLOSED: "resolved",
    State.MERGED: "resolved",
}


class Incident(models.Model):
    """`id` is the number people say (INC-12). Only the lifecycle verbs change a row."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT)
    state = models.CharField(max_length=14, choices=State, default=State.DETECTED)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="incidents"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="incidents"
    )
    type = models.CharField(max_length=30, choices=IncidentType, default=IncidentType.OTHER)
    category = models.CharField(max_length=12, choices=Category, default=Category.TECHNICAL)
    impact = models.CharField(max_length=10, choices=Impact, default=Impact.MINOR)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    affected_percent = models.FloatField(
        null=True, blank=True, help_text="Estimated users hit, in percent of all of the service."
    )
    triage = models.JSONField(
        default=dict, blank=True, editable=False, help_text="What was found and chosen, and why."
    )
    environment = models.CharField(max_length=60, blank=True)
    customer_impact = models.TextField(blank=True)
    root_cause = models.TextField(blank=True)
    affected_services = models.ManyToManyField(
        Service, blank=True, related_name="affecting", help_text="Hit beside the main service."
    )
    regions = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    revenue_per_hour = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, help_text="Empty: not known."
    )
    revenue_currency = models.CharField(max_length=3, blank=True)
    revenue_impact = models.TextField(blank=True, help_text="In words.")
    custom = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Values by id of their CustomField."
    )
    private = models.BooleanField(default=False)
    false_positive = models.BooleanField(default=False)
    dedup_key = models.CharField(max_length=300, null=True, blank=True)
    source = models.CharField(max_length=20, default="web")
    began_at = models.DateTimeField(help_text="When it began in the world.")
    opened_at = models.DateTimeField(help_text="When we opened the incident.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    identified_at = models.DateTimeField(null=True, blank=True)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    merged_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_here"
    )
    updated_at = models.DateTimeField()
    remind_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When to say that its alerts still fire."
    )
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedup_key"],
                condition=~models.Q(state__in=OVER),
                name="incident_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="incident_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="incident_newest"),
            models.Index(
                fields=["severity", "-opened_at"],
                name="incident_open",
                condition=~models.Q(state__in=OVER),
            ),
            models.Index(fields=["-updated_at", "-id"], name="incident_updated"),
            models.Index(fields=["severity", "-opened_at", "-id"], name="incident_worst"),
            # Few incidents say either: what says nothing costs no index.
            GinIndex(
                fields=["regions"],
                name="incident_regions",
                condition=~models.Q(regions=[]),
            ),
            GinIndex(
                OpClass("custom", "jsonb_path_ops"),
                name="incident_custom",
                condition=~models.Q(custom={}),
            ),
            models.Index(
                fields=["acknowledged_at"],
                name="incident_acknowledged",
                condition=models.Q(acknowledged_at__isnull=False),
            ),
            models.Index(
                fields=["remind_at"],
                name="incident_remind",
                condition=models.Q(remind_at__isnull=False),
            ),
            models.Index(
                fields=["dedup_key", "-resolved_at"],
                name="incident_cooldown",
                condition=models.Q(state__in=ENDED, dedup_key__isnull=False),
            ),
            models.Index(
                fields=["dedup_key", "-merged_at"],
                name="incident_merged_key",
                condition=models.Q(state=State.MERGED, dedup_key__isnull=False),
            ),
            models.Index(
                fields=["type", "-resolved_at"],
                name="incident_lasted",
                condition=models.Q(resolved_at__isnull=False),
            ),
            models.Index(
                fields=["resolved_at"],
                name="incident_resolved",
                condition=models.Q(resolved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("warroom:room", kwargs={"ref": self.reference})

    @property
    def reference(self) -> str:
        return f"INC-{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_merged(self) -> bool:
        return self.state == State.MERGED

    @property
    def ended_at(self) -> datetime | None:
        """Since when nobody works on it any more."""
        return self.merged_at or self.resolved_at

    @property
    def is_unusual_priority(self) -> bool:
        """Whether it needs care sooner or later than its severity says."""
        return self.priority != usual_priority(self.severity.rank)

    @property
    def public_state(self) -> str:
        return PUBLIC_STATES[State(self.state)]

    def current_roles(self) -> "list[RoleAssignment]":
        """Who holds which role now; reads the prefetched rows where there are some."""
        return [held for held in self.role_assignments.all() if held.until is None]

    @property
    def commander(self) -> User | None:
        held = [r for r in self.current_roles() if r.role == IncidentRole.COMMANDER]
        return held[0].user if held else None

    def as_hint(self) -> dict[str, Any]:
        return {"incident": self.pk, "seq": self.last_seq}


class IncidentText(models.Model):
    """The words by which an incident is found again, kept apart from its row: that row changes
    with each fact, and an index on its words would have to follow."""

    incident = models.OneToOneField(
        Incident, primary_key=True, on_delete=models.CASCADE, related_name="text"
    )
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="incident_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"Words of INC-{self.pk}"


class IncidentRole(models.TextChoices):
    COMMANDER = "commander", "Incident commander"
    COMMUNICATIONS = "communications", "Communications lead"
    OPERATIONS = "operations", "Operations lead"
    SCRIBE = "scribe", "Scribe"
    RESPONDER = "responder", "Responder"


# One person at a time holds these; anybody may be a responder.
SINGLE_ROLES = tuple(role for role in IncidentRole if role != IncidentRole.RESPONDER)


class RoleAssignment(models.Model):
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="role_assignments"
    )
    role = models.CharField(max_length=14, choices=IncidentRole)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when it opens a private incident no longer."
    )

    class Meta:
        ordering = ("since",)
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=models.Q(until__isnull=True, role__in=SINGLE_ROLES),
                name="role_held_by_one",
            ),
            models.UniqueConstraint(
                fields=["incident", "role", "user"],
                condition=models.Q(until__isnull=True),
                name="role_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display()}"
