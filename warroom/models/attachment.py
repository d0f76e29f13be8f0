"""Files that people put into a room. `warroom.services.files` alone writes these rows."""

import uuid
from typing import Final

from django.db import models
from django.urls import reverse

from incidents.models import Incident, User
from warroom.models.message import Message

# The box, in CSS pixels, that a picture is shown in beside what was said.
SHOWN: Final = (300, 200)
_ICONS: Final = {
    "application/pdf": "file-type-pdf",
    "application/zip": "archive",
    "application/gzip": "archive",
    "application/json": "braces",
    "video/mp4": "video",
    "video/webm": "video",
}


class Attachment(models.Model):
    """A file as it was found to be; its content lies on disk under `id`, never without this row.

    `seq` is that of the fact that tells it was added. `removed_at`: the content is gone, the row
    tells that there was one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    seq = models.PositiveIntegerField()
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by_kind = models.CharField(max_length=12)
    uploaded_by_handle = models.CharField(max_length=150)
    uploaded_by_name = models.CharField(max_length=150)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("incident", "seq")
        constraints = [
            models.UniqueConstraint(fields=["incident", "seq"], name="attachment_seq_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self._address("warroom:file")

    @property
    def preview_url(self) -> str:
        return self._address("warroom:file_preview")

    @property
    def remove_url(self) -> str:
        return self._address("warroom:file_remove")

    def _address(self, name: str) -> str:
        return reverse(name, kwargs={"ref": f"INC-{self.incident_id}", "file": self.pk})

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    @property
    def shown_seq(self) -> int:
        """The seq of the row of the log that it shows in."""
        return self.message.seq if self.message else self.seq

    @property
    def icon(self) -> str:
        return "photo" if self.is_picture else _ICONS.get(self.media_type, "file-text")

    @property
    def shown_width(self) -> int:
        return self._shown()[0]

    @property
    def shown_height(self) -> int:
        return self._shown()[1]

    def _shown(self) -> tuple[int, int]:
        """How large a picture is drawn: whole within the box, never larger than it is."""
        wide, high = self.width or 1, self.height or 1
        scale = min(SHOWN[0] / wide, SHOWN[1] / high, 1)
        return max(1, round(wide * scale)), max(1, round(high * scale))
