"""The stages of the work on an incident: what is to be checked in each, and how long it may take.

Stages and checks are data that admins edit; the state of an incident says which stage it is in.
"""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from incidents.models.incident import Incident, State


class StageCode(models.TextChoices):
    ASSESSMENT = "assessment", "Assessment"
    CONTAINMENT = "containment", "Containment"
    INVESTIGATION = "investigation", "Investigation"
    REMEDIATION = "remediation", "Remediation"
    RECOVERY = "recovery", "Recovery"


# An incident that is over is in no stage.
STAGE_OF = {
    State.DETECTED: StageCode.ASSESSMENT,
    State.ACKNOWLEDGED: StageCode.CONTAINMENT,
    State.INVESTIGATING: StageCode.INVESTIGATION,
    State.IDENTIFIED: StageCode.REMEDIATION,
    State.MITIGATED: StageCode.RECOVERY,
    State.MONITORING: StageCode.RECOVERY,
}


class Stage(models.Model):
    """Minutes count from the opening of the incident; those of recovery from when the harm was
    stopped. A severity may stretch them (`Severity.stage_factor`)."""

    code = models.CharField(max_length=13, choices=StageCode, unique=True)
    from_minutes = models.PositiveIntegerField(help_text="Usually begun after so many minutes.")
    to_minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="To be done after so many minutes."
    )
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("to_minutes", "code")

    def __str__(self) -> str:
        return str(self.get_code_display())


class StageCheck(models.Model):
    """One line of a stage's checklist. What is no longer asked for is switched off: ticks stay."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="checks")
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    history: ClassVar[Any] = HistoricalRecords()

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.text


class StageTick(models.Model):
    """A line that is ticked in one incident. `incidents.pipeline.stages` alone writes these."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="stage_ticks")
    check_line = models.ForeignKey(StageCheck, on_delete=models.CASCADE, related_name="ticks")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "check_line"], name="stage_ticked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.check_line} in INC-{self.incident_id}"
