"""What was pinned in a room. `warroom.services.pins` alone writes these rows."""

from django.db import models

from incidents.models import Incident


class Pin(models.Model):
    """`seq` is the number of the pinned fact: a message, or anything else on the timeline."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="pins")
    seq = models.PositiveIntegerField()
    pinned_by = models.CharField(max_length=150)
    pinned_at = models.DateTimeField()

    class Meta:
        ordering = ("incident", "seq")
        constraints = [models.UniqueConstraint(fields=["incident", "seq"], name="pin_once")]

    def __str__(self) -> str:
        return f"Pin of {self.seq} in INC-{self.incident_id}"
