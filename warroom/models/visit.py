"""When somebody was last in a room, for the catch-up. `warroom.services.visits` writes these."""

from django.db import models

from incidents.models import Incident, User


class RoomVisit(models.Model):
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="room_visits")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="room_visits")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "user"], name="room_visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in INC-{self.incident_id}"
