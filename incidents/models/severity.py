"""How bad it is. The rows are data: definitions, examples and targets are edited by admins."""

from typing import Any, ClassVar

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
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("rank",)
        verbose_name_plural = "severities"

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
