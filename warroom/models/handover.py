"""Offers of a role from one person to another. `warroom.services.handover` alone writes these."""

from django.db import models

from incidents.models import Incident, IncidentRole, User


class OfferState(models.TextChoices):
    OPEN = "open", "Waits for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Not answered in time"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RoleOffer(models.Model):
    """`holder` had the role when it was offered, and keeps it until the offer is accepted.

    `checklist` is how things stood then: pairs of a label and a text.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="role_offers")
    role = models.CharField(max_length=14, choices=IncidentRole)
    receiver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_offers")
    holder = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    giver_handle = models.CharField(max_length=150)
    giver_name = models.CharField(max_length=150)
    note = models.TextField(blank=True)
    checklist = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=OfferState, default=OfferState.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("offered_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=models.Q(state="open"),
                name="role_offered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} to {self.receiver}"
