"""Planned work that customers are told of."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from incidents.models import MaintenanceWindow, User
from statuspage.models.component import Component
from statuspage.models.page import StatusPage
from statuspage.models.states import UNDER_WAY, MaintenanceState, new_key


class MaintenancePlan(models.Model):
    """What one piece of work and each of a series have in common.

    `reminders` are minutes before the start. With `silences`, alerts of the components' services
    make no incident meanwhile: `window` is the window of the hub that sees to it.
    """

    title = models.CharField(max_length=150)
    components = models.ManyToManyField(Component, blank=True, related_name="+")
    starts_itself = models.BooleanField(default=True)
    ends_itself = models.BooleanField(default=True)
    reminders = ArrayField(
        models.PositiveIntegerField(validators=[MaxValueValidator(30 * 24 * 60)]),
        default=list,
        blank=True,
    )
    silences = models.BooleanField(default=True)
    window = models.ForeignKey(
        MaintenanceWindow, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    notifies = models.BooleanField(default=True, help_text="Subscribers are told.")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class MaintenanceSeries(MaintenancePlan):
    """Work that recurs: `recurrence` is an RRULE of RFC 5545 without DTSTART, in the wall-clock
    time of `time_zone`. Each time it comes is a Maintenance, made some time ahead."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="series")
    body = models.TextField(blank=True)
    starts_at = models.DateTimeField(help_text="Of the first one.")
    minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)]
    )
    recurrence = models.CharField(max_length=300)
    time_zone = models.CharField(max_length=60, default="UTC")
    made_until = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("starts_at",)
        verbose_name_plural = "maintenance series"

    def __str__(self) -> str:
        return self.title


class Maintenance(MaintenancePlan):
    """One piece of planned work. `started_at` and `ended_at` are when it really was."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="maintenances")
    series = models.ForeignKey(
        MaintenanceSeries, null=True, blank=True, on_delete=models.SET_NULL, related_name="pieces"
    )
    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    state = models.CharField(
        max_length=11, choices=MaintenanceState, default=MaintenanceState.SCHEDULED
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reminded = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    sequence = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Of RFC 5545: how often its dates were changed."
    )
    version = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=MaintenanceState.values), name="maintenance_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="maintenance_in_order"
            ),
            models.UniqueConstraint(
                fields=["series", "starts_at"],
                condition=models.Q(series__isnull=False),
                name="maintenance_of_series_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"],
                condition=models.Q(next_due_at__isnull=False),
                name="maintenance_due",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.page.get_absolute_url()}/{self.path}"

    @property
    def path(self) -> str:
        """Below the page."""
        return f"maintenance/{self.key}"

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_over(self) -> bool:
        return self.state in (MaintenanceState.COMPLETED, MaintenanceState.CANCELLED)


class MaintenanceUpdate(models.Model):
    """One message to customers about planned work. `body` is Markdown."""

    class Kind(models.TextChoices):
        ANNOUNCED = "announced", "Announced"
        REMINDER = "reminder", "Reminder"
        MOVED = "moved", "New dates"
        STATE = "state", "News"

    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="updates")
    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=11, choices=MaintenanceState)
    body = models.TextField()
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.body[:60]}"
