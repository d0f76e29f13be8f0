"""Updates that are written and not published yet, and the texts that people begin with."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from incidents.models import Incident, User
from incidents.models.triage import Category
from statuspage.models.page import StatusPage
from statuspage.models.states import PublicState
from statuspage.models.told import PublicUpdate


class PlannedState(models.TextChoices):
    WAITING = "waiting", "Waits for approval"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHED = "published", "Published"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    FAILED = "failed", "Could not be published"


class PlannedUpdate(models.Model):
    """An update on its way: it waits for another person's word, or for its time.

    `effects` maps component ids (as text) to states. `publish_at` empty means at once.
    """

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="planned")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    planned_state = models.CharField(max_length=9, choices=PlannedState)
    state = models.CharField(max_length=13, choices=PublicState)
    title = models.CharField(max_length=150, blank=True)
    body = models.TextField()
    effects = models.JSONField(default=dict, blank=True)
    notifies = models.BooleanField(default=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_handle = models.CharField(max_length=150)
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=500, blank=True, help_text="Why it was refused or failed.")
    update = models.OneToOneField(
        PublicUpdate, null=True, blank=True, on_delete=models.SET_NULL, related_name="planned"
    )

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(planned_state__in=PlannedState.values),
                name="planned_update_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(planned_state=PlannedState.SCHEDULED)
                | models.Q(publish_at__isnull=False),
                name="planned_update_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["publish_at"],
                condition=models.Q(planned_state=PlannedState.SCHEDULED),
                name="planned_update_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.body[:60]}"


class UpdateTemplate(models.Model):
    """A text to begin with. The most specific one that fits is suggested first.

    `severities` are codes; none means any, as an empty `category`, `page` or `state` does. In
    `title` and `body`, {components}, {within}, {page} and {started} stand for what is known then.
    """

    name = models.CharField(max_length=80, unique=True)
    page = models.ForeignKey(
        StatusPage, null=True, blank=True, on_delete=models.CASCADE, related_name="templates"
    )
    state = models.CharField(max_length=13, choices=PublicState, blank=True)
    severities = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    category = models.CharField(max_length=11, choices=Category, blank=True)
    title = models.CharField(max_length=150, blank=True)
    body = models.TextField(max_length=10_000)
    enabled = models.BooleanField(default=True)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
