"""What somebody has promised to do, so that it does not happen again."""

from datetime import date

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from incidents.models import Incident, User

MAX_TITLE = 300


class ActionKind(models.TextChoices):
    MONITORING = "monitoring", "Monitoring"
    ALERTING = "alerting", "Alerting"
    PROCEDURE = "procedure", "Procedure"
    DOCUMENTATION = "documentation", "Documentation"
    CODE = "code", "Code"


class ActionState(models.TextChoices):
    PENDING = "pending", "Pending"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


ENDED = (ActionState.COMPLETED, ActionState.FAILED)


class Priority(models.TextChoices):
    P0 = "P0", "P0 Critical"
    P1 = "P1", "P1 High"
    P2 = "P2", "P2 Medium"
    P3 = "P3", "P3 Low"


class ActionItem(models.Model):
    """Belongs to the incident, so that it may be written down before there is a post-mortem."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="action_items")
    title = models.CharField(max_length=MAX_TITLE)
    kind = models.CharField(max_length=14, choices=ActionKind, default=ActionKind.PROCEDURE)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="action_items"
    )
    due_on = models.DateField(null=True, blank=True)
    priority = models.CharField(max_length=2, choices=Priority, default=Priority.P2)
    state = models.CharField(max_length=12, choices=ActionState, default=ActionState.PENDING)
    task_number = models.PositiveIntegerField(
        null=True, blank=True, help_text="The task of the war room that it was made from."
    )
    source_seq = models.PositiveIntegerField(
        null=True, blank=True, help_text="The message or fact that it goes back to."
    )
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "task_number"],
                condition=models.Q(task_number__isnull=False),
                name="action_item_of_a_task_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=ActionKind.values), name="action_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ActionState.values), name="action_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=Priority.values), name="action_priority_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                name="action_due",
                condition=models.Q(state__in=("pending", "in_progress")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def source_url(self) -> str:
        """Where it goes back to in the war room; empty for what was written down here."""
        if self.source_seq is None:
            return ""
        room = reverse("warroom:room", kwargs={"ref": f"INC-{self.incident_id}"})
        return f"{room}?message={self.source_seq}#m-{self.source_seq}"

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    def is_overdue(self, today: date) -> bool:
        return not self.has_ended and self.due_on is not None and self.due_on < today
