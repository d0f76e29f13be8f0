"""What was decided. `warroom.services.decisions` alone writes these rows."""

from django.db import models

from incidents.models import Incident, User

MAX_DECISION = 1000


class Decision(models.Model):
    """`seq` is the number of the fact that tells it; `superseded_by` a later decision that stands
    in its place."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    text = models.CharField(max_length=MAX_DECISION)
    why = models.CharField(max_length=MAX_DECISION, blank=True)
    alternatives = models.CharField(max_length=MAX_DECISION, blank=True)
    decider = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    decider_name = models.CharField(max_length=150)
    decided_at = models.DateTimeField()
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="supersedes"
    )

    class Meta:
        ordering = ("incident", "number")
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="decision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}"
