"""One pass through a runbook during an incident, with a tick per step."""

from django.db import models
from django.urls import reverse

from incidents.models import Incident, User
from runbooks.models.runbook import Runbook


class RunbookRun(models.Model):
    """The text is frozen at the start: editing a runbook does not move the steps under people's
    hands, and the run stays readable when the runbook is gone. `version` is the runbook's;
    `steps` is a list of {title, body}, both text, the body in Markdown."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="runbook_runs")
    runbook = models.ForeignKey(Runbook, null=True, on_delete=models.SET_NULL, related_name="runs")
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    introduction = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    started_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    started_by_name = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    finished_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    finished_by_name = models.CharField(max_length=150, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "runbook"],
                condition=models.Q(finished_at__isnull=True),
                name="runbook_run_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} for {self.incident.reference}"

    def get_absolute_url(self) -> str:
        return reverse("runbooks:run", kwargs={"run": self.pk})

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class StepTick(models.Model):
    """A step that is done. Steps count from 1; taking the tick away deletes the row, and the facts
    of the incident keep who did what."""

    run = models.ForeignKey(RunbookRun, on_delete=models.CASCADE, related_name="ticks")
    index = models.PositiveSmallIntegerField()
    done_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    done_by_name = models.CharField(max_length=150)
    done_at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("index",)
        constraints = [
            models.UniqueConstraint(fields=["run", "index"], name="runbook_step_ticked_once"),
            models.CheckConstraint(condition=models.Q(index__gte=1), name="runbook_step_from_one"),
        ]

    def __str__(self) -> str:
        return f"step {self.index} of {self.run}"
