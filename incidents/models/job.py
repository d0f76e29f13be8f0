"""Scheduled jobs: one row a slot, so that a doubled scheduler runs nothing twice."""

from django.db import models


class JobRun(models.Model):
    job = models.CharField(max_length=80)
    slot = models.DateTimeField()
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="job_slot_once")]

    def __str__(self) -> str:
        return f"{self.job} at {self.slot}"


class EngineBeat(models.Model):
    """The last pass of each module of the engine: shown in health, read by the auditor."""

    module = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.module


class Setting(models.Model):
    """Small values that must survive, by name: for instance the starter kit's version."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.name
