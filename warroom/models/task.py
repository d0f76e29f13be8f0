"""What is to be done in an incident. `warroom.services.tasks` alone writes these rows."""

from datetime import datetime

from django.db import models

from incidents.models import Incident, User

MAX_TITLE = 300
MAX_REASON = 300


class TaskState(models.TextChoices):
    OPEN = "open", "Open"
    DOING = "doing", "Doing"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


UNFINISHED = (TaskState.OPEN, TaskState.DOING)
_UNFINISHED = models.Q(state__in=UNFINISHED)


class Task(models.Model):
    """`number` counts from 1 in each incident: people say "task 3". `position` is its place in the
    list. `remind_at` is when somebody is still to be reminded of it."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="tasks")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=MAX_TITLE)
    state = models.CharField(max_length=8, choices=TaskState, default=TaskState.OPEN)
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    remind_minutes = models.PositiveIntegerField(
        default=0, help_text="How many minutes before it is due somebody is reminded."
    )
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    follow_up = models.BooleanField(
        default=False, help_text="Kept for after the incident, as an action item."
    )
    position = models.PositiveIntegerField()
    said_seq = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=MAX_REASON, blank=True, help_text="Why it was dropped.")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("incident", "position", "number")
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="task_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=TaskState.values), name="task_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_at"],
                name="task_remind",
                condition=models.Q(remind_at__isnull=False),
            ),
            models.Index(fields=["assignee", "due_at"], name="task_whose", condition=_UNFINISHED),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def has_ended(self) -> bool:
        return self.state not in UNFINISHED

    def is_overdue(self, now: datetime) -> bool:
        return not self.has_ended and self.due_at is not None and self.due_at < now
