"""Routing: versions of an ordered list of rules, what they matched, and who put them to work.

The rules of a version are one JSON document, not rows: a version is published, copied, compared and
kept as a whole, and a document that is never written again cannot drift from what was decided.
`incidents.pipeline.routing.document` says what is in it.
"""

from typing import Any, Final

from django.db import models

from incidents.kernel import clock
from incidents.kernel.errors import Conflict
from incidents.models.access_key import Integration
from incidents.models.user import User


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SHADOW = "shadow", "In shadow"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"


class Operator(models.TextChoices):
    IS = "is", "is"
    IS_NOT = "is_not", "is not"
    CONTAINS = "contains", "contains"
    STARTS_WITH = "starts_with", "starts with"
    MATCHES = "matches", "matches the pattern"
    IN = "in", "is one of"
    EXISTS = "exists", "is there"
    MISSING = "missing", "is missing"
    ABOVE = "above", "is greater than"
    BELOW = "below", "is less than"
    DURING = "during", "is during"
    OUTSIDE = "outside", "is outside"


class RoutingField(models.TextChoices):
    """What a condition looks at, besides `labels.<name>` and `annotations.<path>`."""

    TITLE = "title", "the title"
    DESCRIPTION = "description", "the description"
    SEVERITY = "severity", "the severity"
    SERVICE = "service", "the service"
    INTEGRATION = "integration", "the integration"
    KIND = "kind", "the kind of integration"
    GROUP = "group", "the sender's group"
    VALUE = "value", "the value"
    LINK = "link", "the link"
    FINGERPRINT = "fingerprint", "the fingerprint"
    TIME = "time", "the time"


# What may not change once a version is out of draft; the database refuses it too.
KEPT: Final = ("number", "document", "revision", "created_at")


class RoutingVersion(models.Model):
    """`revision` counts the changes of a draft. There is at most one draft, one version in shadow
    and one that is live."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=7, choices=VersionState, default=VersionState.DRAFT)
    document = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    shadow_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, help_text="When it went live.")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=VersionState.values), name="routing_state_known"
            ),
            *(
                models.UniqueConstraint(
                    fields=["state"], condition=models.Q(state=state), name=f"routing_one_{state}"
                )
                for state in ("draft", "shadow", "live")
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    def save(self, **kwargs: Any) -> None:
        """Raises Conflict where a version that is out of draft would become another one."""
        if not self._state.adding:
            stored = RoutingVersion.objects.filter(pk=self.pk).values("state", *KEPT).get()
            changed = [name for name in KEPT if stored[name] != getattr(self, name)]
            back = self.state == VersionState.DRAFT
            if stored["state"] != VersionState.DRAFT and (changed or back):
                raise Conflict(f"{self} is no draft: it cannot be changed.", "Make a new draft.")
        super().save(**kwargs)

    @property
    def rules(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.document.get("rules", [])
        return found

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT


class RoutingSimulation(models.Model):
    """What a revision of a version would have done to the signals of the last days."""

    version = models.ForeignKey(
        RoutingVersion, on_delete=models.CASCADE, related_name="simulations"
    )
    revision = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=150)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.version} at {self.at}"


class RoutingTally(models.Model):
    """How often the rules of a version matched since it is live or in shadow, by id of the rule.

    `differing`: signals to which it would have done something else than the live version did.
    """

    version = models.OneToOneField(RoutingVersion, on_delete=models.CASCADE, related_name="tally")
    seen = models.PositiveBigIntegerField(default=0)
    differing = models.PositiveBigIntegerField(default=0)
    matched = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"Tally of {self.version}"


class RoutingDifference(models.Model):
    """One of the latest signals to which the version in shadow would have done something else."""

    version = models.ForeignKey(
        RoutingVersion, on_delete=models.CASCADE, related_name="differences"
    )
    signal_id = models.BigIntegerField()
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE)
    fingerprint = models.CharField(max_length=255)
    rule = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(help_text="A list of {what, now, then}.")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.version}, signal {self.signal_id}"


class RoutingEntry(models.Model):
    """One line of the log: who did what to which version. Never changed."""

    version = models.ForeignKey(RoutingVersion, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=clock.now)
    actor_name = models.CharField(max_length=150)
    actor_handle = models.CharField(max_length=150)
    what = models.CharField(max_length=400)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.actor_name} {self.what}"
