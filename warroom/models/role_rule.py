"""Who gets which role by itself. The rows are data that admins edit."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from incidents.models import SINGLE_ROLES, IncidentRole, Service, Severity, Team, User


class Occasion(models.TextChoices):
    OPENED = "opened", "it opens"
    ACKNOWLEDGED = "acknowledged", "it is acknowledged"


class Who(models.TextChoices):
    ACTOR = "actor", "Whoever does that"
    PERSON = "person", "The person named below"
    LEAST_BUSY = "least_busy", "The member of its team with the fewest open incidents"
    TEAM = "team", "Everybody of its team"


class RoleRule(models.Model):
    """When an incident `occasion`, `who` gets `role`, unless somebody has it.

    Empty conditions fit every incident; `severity` means this one or worse.
    """

    occasion = models.CharField("when", max_length=12, choices=Occasion)
    role = models.CharField(max_length=14, choices=IncidentRole)
    who = models.CharField(max_length=10, choices=Who, default=Who.ACTOR)
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    severity = models.ForeignKey(
        Severity,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Only incidents this bad, or worse.",
    )
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="The rule with the smallest number is tried first."
    )
    is_active = models.BooleanField(default=True)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"When {self.get_occasion_display()}: {self.get_role_display().lower()}"

    def clean(self) -> None:
        if (self.who == Who.PERSON) != (self.person is not None):
            raise ValidationError({"person": "Name the person exactly where the rule says so."})
        if self.who == Who.TEAM and self.role in SINGLE_ROLES:
            raise ValidationError({"role": "A whole team can only be responders."})
