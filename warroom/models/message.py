"""What is said in a room. `warroom.services.chat` alone writes these rows."""

import uuid

from django.db import models

from incidents.models import Incident, User


class Message(models.Model):
    """One message as it reads now; `seq` is that of the fact that tells it was posted.

    A reply belongs to the thread of its root; it stands in the room's log too where `in_room`. Of a
    deleted message nothing but the row is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    body = models.TextField()
    author_kind = models.CharField(max_length=12)
    author_handle = models.CharField(max_length=150)
    author_name = models.CharField(max_length=150)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    client_id = models.UUIDField(null=True, blank=True)
    thread = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    file_count = models.PositiveSmallIntegerField(default=0, editable=False)
    in_room = models.BooleanField(default=True)
    mentions = models.JSONField(default=list, blank=True, help_text="Handles, as they are called.")
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("incident", "seq")
        constraints = [
            models.UniqueConstraint(fields=["incident", "seq"], name="message_seq_once"),
            models.UniqueConstraint(
                fields=["incident", "client_id"],
                condition=models.Q(client_id__isnull=False),
                name="message_client_id_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:60]}"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_edited(self) -> bool:
        """Whether there is an earlier version to read."""
        return self.edited_at is not None and not self.is_deleted


class MessageRevision(models.Model):
    """How a message read until `replaced_at`."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField()
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ("message", "replaced_at", "id")

    def __str__(self) -> str:
        return f"{self.message_id} until {self.replaced_at}"
