"""How far people have read. `warroom.services.reading` alone writes these rows."""

from django.db import models

from incidents.models import Incident, User


class ReadMark(models.Model):
    """`user` has seen the log of the incident up to the fact `seq`, on whatever device."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="read_marks")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="read_marks")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "incident"], name="read_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} has read up to {self.seq}"
