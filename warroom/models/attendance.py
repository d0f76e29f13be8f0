"""Who was in a room and when. `warroom.services.attendance` alone writes these rows."""

from django.db import models

from incidents.models import Incident


class Presence(models.TextChoices):
    """How somebody is in a room. The better ones come first."""

    RESPONDING = "responding", "Responding"
    WATCHING = "watching", "Watching"
    AWAY = "away", "Away"
    LEFT = "left", "Left"
    # The process that served them ended without a goodbye: this was its last sign of life.
    LOST = "lost", "Connection lost"


GONE = (Presence.LEFT, Presence.LOST)
# Seconds: a hub that has people says every 15 that it lives.
SILENT_FOR = 60


class Attendance(models.Model):
    """Since `at`, `hub` sees this person so. A hub is one event loop of a web process: somebody
    with the room open twice may be seen by two, and is there as long as one of them says so."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="attendance")
    hub = models.CharField(max_length=32)
    handle = models.CharField(max_length=150)
    name = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=Presence)
    at = models.DateTimeField()

    class Meta:
        ordering = ("incident", "at", "id")
        indexes = [
            models.Index(fields=["incident", "at"], name="attendance_in_order"),
            models.Index(fields=["hub"], name="attendance_of_hub"),
        ]

    def __str__(self) -> str:
        return f"{self.handle} in INC-{self.incident_id}: {self.state}"


class RoomHub(models.Model):
    """A hub with people in its rooms; `seen_at` is its last sign of life."""

    hub = models.CharField(max_length=32, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.hub
