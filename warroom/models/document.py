"""The shared document of an incident. `warroom.services.document` alone writes these rows."""

import uuid

from django.db import models

from incidents.models import Incident


class Document(models.Model):
    """One text that several people write at once, as a log of Yjs updates behind a snapshot.

    `snapshot` holds the updates 1 to `snapshot_n`; those up to `n` are rows of their own. `editors`
    are who wrote since the last version, the latest last; `unsaved_since` and `save_due_at` are
    null while the last version holds all of the text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="document")
    n = models.PositiveIntegerField(default=0)
    snapshot = models.BinaryField(default=bytes)
    snapshot_n = models.PositiveIntegerField(default=0)
    snapshot_bytes = models.PositiveIntegerField(default=0)
    log_bytes = models.PositiveIntegerField(default=0)
    versions_kept = models.PositiveIntegerField(default=0)
    editors = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    unsaved_since = models.DateTimeField(null=True, blank=True)
    save_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["save_due_at"],
                condition=models.Q(save_due_at__isnull=False),
                name="document_save_due",
            ),
        ]

    def __str__(self) -> str:
        return f"Document of INC-{self.incident_id}"


class DocumentUpdate(models.Model):
    """What one edit changed, in the encoding of Yjs."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="updates")
    n = models.PositiveIntegerField()
    data = models.BinaryField()
    author_kind = models.CharField(max_length=12)
    author_handle = models.CharField(max_length=150)
    author_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("document", "n")
        constraints = [
            models.UniqueConstraint(fields=["document", "n"], name="document_update_once"),
        ]

    def __str__(self) -> str:
        return f"Update {self.n} by {self.author_name}"


class SaveReason(models.TextChoices):
    """Why a version was kept."""

    QUIET = "quiet", "after a pause"
    LONG = "long", "after ten minutes of writing"
    STAGE = "stage", "when the incident moved on"
    COMMAND = "command", "added from the chat"
    REPLACED = "replaced", "written as a whole"
    BEFORE = "before", "before all of it was written anew"
    RESTORED = "restored", "an older version came back"


class DocumentVersion(models.Model):
    """How the document read after update `n`. `editors` wrote since the version before."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    text = models.TextField()
    reason = models.CharField(max_length=12, choices=SaveReason.choices)
    editors = models.JSONField(default=list)
    lines_added = models.PositiveIntegerField(default=0)
    lines_removed = models.PositiveIntegerField(default=0)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("document", "-number")
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_version_once"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @property
    def names(self) -> str:
        """Who wrote, in words."""
        return in_words([editor["name"] for editor in self.editors])


def in_words(names: list[str]) -> str:
    """ "Ana, Mei and Tom"; the empty string for nobody."""
    *others, last = names or [""]
    return f"{', '.join(others)} and {last}" if others else last
