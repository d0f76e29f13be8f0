"""Raw inbound messages, stored as they came before they are answered."""

from django.db import models
from django.db.models.functions import Now

from incidents.models.access_key import Integration


class SignalState(models.TextChoices):
    PENDING = "pending", "Waiting"
    FOLDED = "folded", "Folded"
    REJECTED = "rejected", "Not understood"


class Signal(models.Model):
    """One inbound message. The engine folds it into alerts; `outcome` tells what became of it."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE)
    adapter = models.SlugField(max_length=40)
    delivery_id = models.UUIDField(unique=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=8, choices=SignalState, default=SignalState.PENDING, db_default="pending"
    )
    folded_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))

    class Meta:
        indexes = [
            models.Index(
                fields=["integration", "id"],
                name="signal_pending",
                condition=models.Q(state="pending"),
            ),
            models.Index(fields=["adapter", "received_at"], name="signal_age"),
        ]

    def __str__(self) -> str:
        return f"Signal {self.pk}"
