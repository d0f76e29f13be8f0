"""What customers use, in groups, and how it came to the state it is in."""

from django.db import models
from django.db.models.functions import Now

from incidents.models import Incident, Service
from statuspage.models.page import StatusPage
from statuspage.models.states import EFFECTS, ComponentState


class ComponentGroup(models.Model):
    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="groups")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="groups"
    )
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    starts_closed = models.BooleanField(
        default=False, help_text="Folded up while everything in it works."
    )

    class Meta:
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["page", "name"], name="component_group_once"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="component_group_not_in_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Component(models.Model):
    """Something customers use, by the name they use for it.

    Its state is the worst of what open incidents and maintenance do to it; where they do nothing,
    `manual_state`.
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
    follows_service = models.BooleanField(
        default=False,
        help_text="Open incidents of the service change its state by themselves, without a word.",
    )
    only_if_degraded = models.BooleanField(
        default=False, help_text="Shown only while it does not work as it should."
    )
    shows_uptime = models.BooleanField(default=True)
    known_since = models.DateField(
        null=True, blank=True, help_text="Availability is counted from here on."
    )
    manual_state = models.CharField(
        max_length=14, choices=ComponentState, default=ComponentState.OPERATIONAL, editable=False
    )
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

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


class FollowedEffect(models.Model):
    """What an incident of its service does to a component that follows it, from `since` on, until
    `until` or still. `why` says which severity, of what."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="followed")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=14, choices=[(s.value, s.label) for s in EFFECTS])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200)

    class Meta:
        ordering = ("since", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["component", "incident"],
                condition=models.Q(until__isnull=True),
                name="followed_effect_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=EFFECTS), name="followed_effect_known"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="followed_effect_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component}: {self.get_state_display()}"
