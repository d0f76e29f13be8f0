"""Video rooms of incidents. `warroom.services.bridge` alone writes these rows."""

from django.db import models

from incidents.models import Incident


class Bridge(models.Model):
    """One video room, from its opening to its end; an incident has at most one that is open."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="bridges")
    provider = models.SlugField(max_length=30, blank=True, help_text="Empty: a link of a person.")
    url = models.URLField(max_length=2000)
    name = models.CharField(max_length=500, blank=True, help_text="What the service calls it.")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=150)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=models.Q(closed_at__isnull=True),
                name="bridge_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.url
