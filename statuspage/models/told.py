"""What one page tells customers of an incident.

A private incident does not exist for any page: readers of these rows filter by
`incident__private=False`.
"""

from datetime import timedelta
from typing import Final

from django.db import models

from incidents.models import Incident, User
from statuspage.models.component import Component
from statuspage.models.page import StatusPage
from statuspage.models.states import EFFECTS, OVER, ComponentState, PublicState, new_key

# What is told to have happened longer ago than this was added later, and says so.
LATE: Final = timedelta(minutes=5)


class PublicIncident(models.Model):
    """What one page says about one incident, in words meant for customers."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="incidents")
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="public_incidents"
    )
    came_from = models.ForeignKey(
        Incident,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The incident it was about before that was merged into another.",
    )
    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    title = models.CharField(max_length=150)
    state = models.CharField(max_length=13, choices=PublicState)
    started_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    next_update_at = models.DateTimeField(
        null=True, blank=True, help_text="By when customers were promised to hear more."
    )
    version = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["page", "incident"], name="public_incident_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=PublicState.values), name="public_incident_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OVER, resolved_at__isnull=False)
                | (~models.Q(state__in=OVER) & models.Q(resolved_at__isnull=True)),
                name="public_incident_resolved_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.page.get_absolute_url()}/{self.path}"

    @property
    def path(self) -> str:
        """Below the page."""
        return f"incidents/{self.key}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class PublicUpdate(models.Model):
    """One message to customers. `body` is Markdown.

    `displayed_at` is when it is told to have happened, `created_at` when it was published.
    `changes` are the components it changed: a list of {slug, name, old, new}.
    """

    public_incident = models.ForeignKey(
        PublicIncident, on_delete=models.CASCADE, related_name="updates"
    )
    state = models.CharField(max_length=13, choices=PublicState)
    body = models.TextField()
    changes = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    displayed_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    notifies = models.BooleanField(default=True, help_text="Subscribers are told.")

    class Meta:
        ordering = ("-displayed_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PublicState.values), name="public_update_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.body[:60]}"

    @property
    def was_added_later(self) -> bool:
        return self.created_at - self.displayed_at > LATE


class PublicUpdateRevision(models.Model):
    """How an update read before it was edited. Not public."""

    update = models.ForeignKey(PublicUpdate, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField()
    replaced_at = models.DateTimeField()
    replaced_by = models.CharField(max_length=150)

    class Meta:
        ordering = ("-replaced_at", "-pk")

    def __str__(self) -> str:
        return self.body[:60]


class ComponentEffect(models.Model):
    """What an incident does to a component from `since` on, until `until` or still."""

    public_incident = models.ForeignKey(
        PublicIncident, on_delete=models.CASCADE, related_name="effects"
    )
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="effects")
    state = models.CharField(max_length=14, choices=[(s.value, s.label) for s in EFFECTS])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("since", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["public_incident", "component"],
                condition=models.Q(until__isnull=True),
                name="component_effect_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=EFFECTS), name="component_effect_known"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="component_effect_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component}: {ComponentState(self.state).label}"
