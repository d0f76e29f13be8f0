"""What keeps alerts from becoming noise: silences, maintenance, inhibition and grouping.

Each change to one of these rows moves `Setting("noise")` on, so that the engine knows in one small
query whether what it holds in memory still stands.
"""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from incidents.kernel import clock
from incidents.kernel.matchers import Matcher, from_data
from incidents.models.job import Setting
from incidents.models.user import User

VERSION: Final = "noise"


def move_version_on() -> None:
    Setting.objects.update_or_create(name=VERSION, defaults={"value": uuid4().hex})


class NoiseRow(models.Model):
    """A row that the engine holds in memory."""

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        super().save(**kwargs)
        move_version_on()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        move_version_on()
        return deleted


class Matching(NoiseRow):
    """A row about the alerts that all its matchers fit."""

    matchers = models.JSONField()

    class Meta:
        abstract = True

    @property
    def matchers_read(self) -> list[Matcher]:
        return from_data(self.matchers)

    @property
    def words(self) -> str:
        return ", ".join(map(str, self.matchers_read))


class Silence(Matching):
    """Alerts that match make no incident while it lasts. `until_resolved`: it is over when what
    it silenced is; then `ends_at` is only the latest end, or null."""

    uuid = models.UUIDField(unique=True, default=uuid4, editable=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    until_resolved = models.BooleanField(default=False)
    comment = models.TextField()
    creator = models.CharField(max_length=150)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_why = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at"))
                | models.Q(ends_at__isnull=True, until_resolved=True),
                name="silence_ends",
            )
        ]

    def __str__(self) -> str:
        return self.comment or self.words

    @property
    def over_at(self) -> datetime | None:
        """When it stops, as far as that is known."""
        return self.ended_at or self.ends_at

    def state_at(self, at: datetime) -> str:
        """`pending`, `active` or `expired`, as Alertmanager calls them."""
        over = self.over_at
        if over is not None and over <= at:
            return "expired"
        return "pending" if at < self.starts_at else "active"

    @property
    def state(self) -> str:
        return self.state_at(clock.now())


class AfterWindow(models.TextChoices):
    OPEN = "open", "Open incidents for what still fires"
    LEAVE = "leave", "Leave what fires until it is over by itself"


class MaintenanceWindow(Matching):
    """Planned work. `recurrence` is an RRULE of RFC 5545 without DTSTART; empty means once. Times
    of day are those of `time_zone`, across the changes of its clocks."""

    name = models.CharField(max_length=120)
    starts_at = models.DateTimeField(help_text="Of the first occurrence.")
    minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)]
    )
    recurrence = models.CharField(max_length=300, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    afterwards = models.CharField(max_length=5, choices=AfterWindow, default=AfterWindow.OPEN)
    comment = models.TextField(blank=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("starts_at",)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Inhibition(NoiseRow):
    """While an alert fires that fits `source`, those that fit `target` and have the same values of
    the labels in `equal` make no incident."""

    name = models.CharField(max_length=120)
    source = models.JSONField()
    target = models.JSONField()
    equal = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    enabled = models.BooleanField(default=True)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def source_read(self) -> list[Matcher]:
        return from_data(self.source)

    @property
    def target_read(self) -> list[Matcher]:
        return from_data(self.target)


class GroupingPolicy(Matching):
    """How alerts that match become incidents; the first policy in order that matches is used.

    All times are seconds, and 0 means not at all. `wait`: how long the first alert of a group is
    held so that others may join, or it may pass. `interval`: the least time between two notices
    that more alerts joined an incident. `repeat`: how often an incident says that its alerts still
    fire. `cooldown`: how long after its end an incident is opened again instead of a new one.
    `auto_resolve`: an alert that is not heard of for that long is over. `flap_changes`: opened
    that often within `flap_window`, a condition is held until it is steady.
    """

    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=100)
    matchers = models.JSONField(default=list, blank=True, help_text="None: every alert.")
    group_by = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    wait = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(3600)])
    interval = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(86_400)])
    repeat = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(7 * 86_400)])
    cooldown = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(7 * 86_400)])
    auto_resolve = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(30 * 86_400)]
    )
    flap_changes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    flap_window = models.PositiveIntegerField(default=600, validators=[MaxValueValidator(86_400)])
    enabled = models.BooleanField(default=True)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("position", "pk")
        verbose_name_plural = "grouping policies"

    def __str__(self) -> str:
        return self.name
