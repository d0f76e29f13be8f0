"""Reactions to messages. `warroom.services.reactions` alone writes these rows."""

from django.db import models

from incidents.models import User
from warroom.models.message import Message


class Reaction(models.Model):
    """One emoji that one person (or program) gave a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    emoji = models.CharField(max_length=16)
    handle = models.CharField(max_length=150)
    name = models.CharField(max_length=150)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="reactions"
    )
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("message", "id")
        constraints = [
            models.UniqueConstraint(fields=["message", "emoji", "handle"], name="reaction_once"),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} by {self.name}"
