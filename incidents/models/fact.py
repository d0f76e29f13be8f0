"""The facts of an incident, numbered without gaps, and who still has to hear of them."""

from functools import cached_property
from typing import Any

from django.db import models
from django.db.models.functions import Now

from incidents.kernel.fact_types import FACTS
from incidents.models.incident import Incident

# Facts from which lists tell how an incident stands against its clocks.
UPDATES = ("update.posted", "status.published")
MOMENTS = (*UPDATES, "update.overdue", "incident.state_changed", "role.stale")


class Fact(models.Model):
    """One numbered change to an incident, written with the change in one transaction.

    `seq` counts from 1 per incident, gapless, taken under the incident's row lock. `occurred_at` is
    when it happened in the world, `recorded_at` the database's clock. `kind` and `data` are the
    typed fact of `incidents.events.types`.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="facts")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=12)
    actor_handle = models.CharField(max_length=150)
    actor_name = models.CharField(max_length=150)
    actor_user_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=20, blank=True)
    cause = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    depth = models.PositiveSmallIntegerField(default=0)
    client_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("incident", "seq")
        constraints = [
            models.UniqueConstraint(fields=["incident", "seq"], name="fact_seq_once"),
            models.UniqueConstraint(
                fields=["incident", "client_id"],
                condition=models.Q(client_id__isnull=False),
                name="fact_client_id_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="fact_newest"),
            models.Index(
                fields=["incident", "seq"],
                name="fact_moments",
                condition=models.Q(kind__in=MOMENTS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq}"

    @cached_property
    def body(self) -> Any:
        """The typed fact (an `incidents.events.types.FactBody`)."""
        return FACTS.read(self.kind, self.data)

    @property
    def text(self) -> str:
        return str(self.body.text())

    @property
    def icon(self) -> str:
        return str(self.body.icon)


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Waiting"
    DONE = "done", "Done"
    PARKED = "parked", "Failed, needs a look"


class Delivery(models.Model):
    """One subscriber still to be told of one fact. The engine works these off, at least once."""

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_due_at = models.DateTimeField(db_default=Now())
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["fact", "subscriber"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], name="delivery_due", condition=models.Q(state="pending")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} of fact {self.fact_id}"
