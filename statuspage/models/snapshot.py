"""Pages as bytes."""

from django.db import models

from statuspage.models.page import StatusPage


class Snapshot(models.Model):
    """The bytes of one public address, ready to be sent. The door reads these and nothing else."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="snapshots")
    path = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    body = models.BinaryField()
    etag = models.CharField(max_length=32)
    version = models.PositiveBigIntegerField()
    rendered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "path"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.page.slug}/{self.path}"
