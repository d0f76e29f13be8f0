"""What to do when something breaks, in Markdown, with every version kept."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from incidents.kernel.markdown import MAX_LENGTH
from incidents.models import Severity, Team

MAX_BODY = MAX_LENGTH


class Category(models.TextChoices):
    AVAILABILITY = "availability", "Availability"
    PERFORMANCE = "performance", "Performance"
    CAPACITY = "capacity", "Capacity"
    DATABASE = "database", "Databases"
    NETWORK = "network", "Network"
    DELIVERY = "delivery", "Deploys"
    DATA = "data", "Data quality"
    SECURITY = "security", "Security"
    OTHER = "other", "Other"


class Runbook(models.Model):
    """`version` counts from 1 with each change of the text; only `services.write` raises it.

    The rows of `history` are the versions. Patterns say when to suggest the runbook; they belong to
    it and not to a version, so that restoring an old text does not bring old suggestions back.
    """

    slug = models.SlugField(
        max_length=80, unique=True, blank=True, help_text="Made from the title when left empty."
    )
    title = models.CharField(max_length=200)
    summary = models.CharField(
        max_length=300, blank=True, help_text="One sentence: what it is for, and what it is not."
    )
    body = models.TextField(
        validators=[MaxLengthValidator(MAX_BODY)],
        help_text="Markdown. Each “## heading” starts a step; what stands before is the "
        "introduction. Without headings each “- [ ] item” is a step.",
    )
    category = models.CharField(max_length=16, choices=Category, default=Category.OTHER)
    tags = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Separated by commas.",
    )
    owner = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="runbooks",
        help_text="The team that keeps it true.",
    )
    severities = ArrayField(
        models.CharField(max_length=8),
        default=list,
        blank=True,
        help_text="Suggest it for these only; none chosen means all.",
    )
    estimated_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long it takes, from the first step to the last."
    )
    enabled = models.BooleanField(default=True, help_text="Off: kept, but no longer suggested.")
    version = models.PositiveIntegerField(default=0, editable=False)
    edited_by = models.CharField(max_length=150, blank=True, editable=False)
    edited_at = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(editable=False)

    history: ClassVar[Any] = HistoricalRecords(excluded_fields=["created_at"])

    class Meta:
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("runbooks:runbook", kwargs={"slug": self.slug})

    def clean(self) -> None:
        if self.slug.isdecimal():
            raise ValidationError({"slug": "A slug of digits only reads as a number: add a word."})
        self.tags = list(dict.fromkeys(tag.strip().lower() for tag in self.tags if tag.strip()))
        self._check_severities()

    def _check_severities(self) -> None:
        known = list(Severity.objects.values_list("code", flat=True))
        unknown = [code for code in self.severities if code not in known]
        if unknown:
            raise ValidationError(
                {"severities": f"No such severity: {', '.join(unknown)}. Use {', '.join(known)}."}
            )
        self.severities = [code for code in known if code in self.severities]
