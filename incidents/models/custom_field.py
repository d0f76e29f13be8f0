"""Fields of incidents that an installation defines for itself."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords


class FieldKind(models.TextChoices):
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    CHOICE = "choice", "Choice"
    YES_NO = "yes_no", "Yes or no"
    DATE = "date", "Date"
    LINK = "link", "Link"


class RequiredWhen(models.TextChoices):
    NEVER = "never", "Never"
    DECLARING = "declaring", "To declare an incident"
    RESOLVING = "resolving", "To resolve it"


class CustomField(models.Model):
    """One definition. `Incident.custom` keeps values by its id, so that it may be renamed.

    It is never deleted: a retired one is offered no more, and what it holds stays readable.
    """

    key = models.SlugField(max_length=40, unique=True, help_text="What the API calls it.")
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8, choices=FieldKind, default=FieldKind.TEXT)
    choices = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, help_text="Of a choice."
    )
    required = models.CharField(
        max_length=10, choices=RequiredWhen, default=RequiredWhen.NEVER, help_text="When."
    )
    hint = models.CharField(max_length=200, blank=True, help_text="Shown under the field.")
    on_overview = models.BooleanField(default=True, help_text="Shown also while it is empty.")
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    def worded(self, value: Any) -> str:
        """A value of it as people read it; empty where there is none."""
        if value is None:
            return ""
        if self.kind == FieldKind.YES_NO and isinstance(value, bool):
            return "Yes" if value else "No"
        if self.kind == FieldKind.DATE and isinstance(value, str):
            return _date(value)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)

    def sought(self, text: str) -> Any:
        """What a value looks like that is searched for, as far as `text` can be one."""
        if self.kind == FieldKind.YES_NO:
            return text.lower() in {"yes", "true", "1"}
        if self.kind == FieldKind.NUMBER:
            try:
                return float(text)
            except ValueError:
                return text
        if self.kind == FieldKind.CHOICE:
            return next((c for c in self.choices if c.casefold() == text.casefold()), text)
        return text

    def of(self, kept: Mapping[str, Any]) -> Any:
        """Its value in `Incident.custom`."""
        return kept.get(str(self.pk))


def _date(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%-d %b %Y}"
    except ValueError:
        return text
