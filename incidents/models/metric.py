"""Durations of incidents, rolled up by day so that dashboards read few rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from incidents.models.severity import Severity
from incidents.models.team import Service


class RollupState(models.TextChoices):
    STARTED = "started", "Being filled"
    DONE = "done", "Done"


class MetricDay(models.Model):
    """The durations, in seconds, of one measure that ended on one day (UTC), sorted ascending.

    Keeping the durations makes any percentile over any range of days exact.
    """

    day = models.DateField()
    measure = models.SlugField(max_length=30)
    severity = models.ForeignKey(Severity, on_delete=models.CASCADE)
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE)
    seconds = ArrayField(models.FloatField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "measure", "severity", "service"],
                name="metric_day_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} on {self.day}"


class RollupDay(models.Model):
    """How far the rollup of a day has come. A day found STARTED is wiped and filled again."""

    day = models.DateField(primary_key=True)
    state = models.CharField(max_length=8, choices=RollupState)
    filled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.day} {self.state}"
