"""How bad it is. The rows are data: definitions, examples and targets are edited by admins."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords


class Severity(models.Model):
    """`rank` 0 is the worst. `aliases` are other spellings accepted on input, in lower case."""

    code = models.CharField(max_length=8, unique=True)
    label = models.CharField(max_length=40)
    rank = models.PositiveSmallIntegerField(unique=True)
    aliases = models.JSONField(default=list, blank=True)
    definition = models.TextField(blank=True)
    examples = models.TextField(blank=True)
    ack_minutes = models.PositiveIntegerField(help_text="Acknowledge within, in minutes.")
    mitigate_minutes = models.PositiveIntegerField(help_text="Mitigate within, in minutes.")
    update_minutes = models.PositiveIntegerField(help_text="Next update due after, in minutes.")
    stale_minutes = models.PositiveIntegerField(
        default=30, help_text="Ask after a commander who was not heard of for so many minutes."
    )
    stage_factor = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="How many times as long as usual each stage may take.",
    )
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("rank",)
        verbose_name_plural = "severities"

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
