"""What was deployed or switched: looked at when something breaks, and never an alert."""

from django.db import models

from incidents.models.access_key import Integration
from incidents.models.team import Service


class Change(models.Model):
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="changes")
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.SET_NULL, related_name="changes"
    )
    summary = models.CharField(max_length=1024)
    source = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    links = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at",)
        indexes = [models.Index(fields=["-at"], name="change_newest")]

    def __str__(self) -> str:
        return self.summary
