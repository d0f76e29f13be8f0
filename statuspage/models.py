"""What the public sees: pages, their components, and what was said about incidents.

A private incident does not exist for any page: readers of these rows filter by
`incident__private=False`. Only the verbs in `statuspage.services` change them.
"""

import secrets
from collections.abc import Iterable
from typing import Final

from django.db import models
from django.db.models.functions import Now

from incidents.models import Incident, Service, User

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class ComponentState(models.TextChoices):
    """From best to worst: `rank` orders them."""

    OPERATIONAL = "operational", "Operational"
    DEGRADED = "degraded", "Degraded"
    PARTIAL_OUTAGE = "partial_outage", "Partial outage"
    MAJOR_OUTAGE = "major_outage", "Major outage"

    @property
    def rank(self) -> int:
        return list(ComponentState).index(self)


EFFECTS: Final = (
    ComponentState.DEGRADED,
    ComponentState.PARTIAL_OUTAGE,
    ComponentState.MAJOR_OUTAGE,
)


def worst(states: Iterable[str]) -> ComponentState:
    """The worst of `states`; operational where there are none."""
    found = (ComponentState(state) for state in states)
    return max(found, key=lambda state: state.rank, default=ComponentState.OPERATIONAL)


class PublicState(models.TextChoices):
    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Cause found"
    MONITORING = "monitoring", "Fix in place, watching"
    RESOLVED = "resolved", "Resolved"


def new_key() -> str:
    """What a public address calls an incident; random, so that it counts nothing."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


class StatusPage(models.Model):
    """One page for one audience.

    Each change that shows on the page raises `version` in its own transaction. `rendered_version`
    follows when the snapshots are written, so a page whose rendering was lost can be found.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80, help_text="Whose status it is, as customers know you.")
    description = models.CharField(max_length=300, blank=True)
    is_default = models.BooleanField(
        default=False, help_text="The page at /status. There is one such page."
    )
    enabled = models.BooleanField(default=True, help_text="A page that is off answers not found.")
    version = models.PositiveBigIntegerField(default=1, editable=False)
    rendered_version = models.PositiveBigIntegerField(default=0, editable=False)
    rendered_at = models.DateTimeField(null=True, editable=False)
    edition = models.CharField(max_length=16, blank=True, editable=False)

    class Meta:
        ordering = ("-is_default", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="status_page_one_default",
            ),
            models.CheckConstraint(
                condition=~models.Q(slug__in=["history", "incidents", "assets"]),
                name="status_page_slug_free",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where the public reads it; the door answers, not Django."""
        return "/status" if self.is_default else f"/status/{self.slug}"


class ComponentGroup(models.Model):
    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["page", "name"], name="component_group_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Component(models.Model):
    """Something customers use, by the name they use for it.

    Its state is the worst of what open incidents do to it; where they do nothing, `manual_state`.
    """

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="components")
    group = models.ForeignKey(
        ComponentGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="components"
    )
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    service = models.ForeignKey(
        Service,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="components",
        help_text="Incidents of this service suggest this component.",
    )
    manual_state = models.CharField(
        max_length=14, choices=ComponentState, default=ComponentState.OPERATIONAL, editable=False
    )
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["page", "slug"], name="component_slug_once"),
            models.CheckConstraint(
                condition=models.Q(manual_state__in=ComponentState.values),
                name="component_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ComponentChange(models.Model):
    """A state set by hand: from what to what, by whom, when and why."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="changes")
    old = models.CharField(max_length=14, choices=ComponentState)
    new = models.CharField(max_length=14, choices=ComponentState)
    reason = models.CharField(max_length=300)
    actor_handle = models.CharField(max_length=150)
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(old__in=ComponentState.values, new__in=ComponentState.values),
                name="component_change_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.old} → {self.new}"


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
    version = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["page", "incident"], name="public_incident_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=PublicState.values), name="public_incident_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PublicState.RESOLVED, resolved_at__isnull=False)
                | (~models.Q(state=PublicState.RESOLVED) & models.Q(resolved_at__isnull=True)),
                name="public_incident_resolved_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.page.get_absolute_url()}/incidents/{self.key}"

    @property
    def is_over(self) -> bool:
        return self.state == PublicState.RESOLVED


class PublicUpdate(models.Model):
    """One message to customers. `body` is Markdown."""

    public_incident = models.ForeignKey(
        PublicIncident, on_delete=models.CASCADE, related_name="updates"
    )
    state = models.CharField(max_length=13, choices=PublicState)
    body = models.TextField()
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PublicState.values), name="public_update_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.body[:60]}"


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
        return f"{self.component}: {self.get_state_display()}"


class Snapshot(models.Model):
    """The bytes of one public address, ready to be sent. The door reads these and nothing else."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="snapshots")
    path = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    body = models.BinaryField()
    etag = models.CharField(max_length=32)
    version = models.PositiveBigIntegerField()
    rendered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "path"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.page.slug}/{self.path}"
