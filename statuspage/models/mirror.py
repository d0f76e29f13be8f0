"""Where copies of a page are put that live without us."""

from django.db import models

from statuspage.models.page import StatusPage


class MirrorKind(models.TextChoices):
    DIRECTORY = "directory", "Directory"
    S3 = "s3", "S3-compatible storage"
    GIT = "git", "Git remote"


class Mirror(models.Model):
    """A place to which each change of a page is written, as plain files. `options` are those of its
    kind; `secret` is sealed."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="mirrors")
    kind = models.CharField(max_length=9, choices=MirrorKind)
    options = models.JSONField(default=dict)
    secret = models.TextField(blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    wrote_version = models.PositiveBigIntegerField(default=0, editable=False)
    wrote_edition = models.CharField(max_length=16, blank=True, editable=False)
    wrote_at = models.DateTimeField(null=True, blank=True, editable=False)
    files = models.PositiveIntegerField(default=0, editable=False)
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ("page", "pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.page}"
