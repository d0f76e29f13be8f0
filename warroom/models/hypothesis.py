"""What people think it could be. `warroom.services.hypotheses` alone writes these rows."""

from django.db import models

from incidents.models import Incident

MAX_HYPOTHESIS = 1000


class Verdict(models.TextChoices):
    OPEN = "open", "Open"
    SUPPORTED = "supported", "Supported"
    REFUTED = "refuted", "Refuted"


class Hypothesis(models.Model):
    """`seq` is the number of the fact that proposed it, `evidence` what speaks for the verdict."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="hypotheses")
    number = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    text = models.CharField(max_length=MAX_HYPOTHESIS)
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.OPEN)
    evidence = models.CharField(max_length=MAX_HYPOTHESIS, blank=True)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    judged_by = models.CharField(max_length=150, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "hypotheses"
        ordering = ("incident", "number")
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="hypothesis_number_once"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="hypothesis_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text[:60]}"
