"""A post-mortem: one an incident, written in sections that are edited one by one."""

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from incidents.models import Incident, User
from postmortems.models.outline import OUTLINE, heading_of

# A section this long is a mistake, and rendering Markdown costs time with its length.
MAX_BODY = 50_000


class PostMortemState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class PostMortem(models.Model):
    """Shares its key with the incident, so that INC-12 names both.

    `version` counts every change to a section: the document that people read has that number.
    """

    incident = models.OneToOneField(
        Incident, primary_key=True, on_delete=models.CASCADE, related_name="post_mortem"
    )
    state = models.CharField(max_length=10, choices=PostMortemState, default=PostMortemState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField(help_text="When the facts were last read.")
    drafted_upto = models.PositiveIntegerField(
        help_text="The number of the last fact that the draft has read."
    )
    drafted_by = models.CharField(max_length=150)
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "post-mortem"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PostMortemState.values), name="post_mortem_state_known"
            ),
        ]
        indexes = [models.Index(fields=["-updated_at"], name="post_mortem_updated")]

    def __str__(self) -> str:
        return f"Post-mortem of INC-{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("postmortems:document", kwargs={"ref": f"INC-{self.pk}"})

    @property
    def reference(self) -> str:
        return f"INC-{self.pk}"

    @property
    def is_published(self) -> bool:
        return self.state == PostMortemState.PUBLISHED

    def in_order(self) -> "list[Section]":
        """The sections as the outline has them."""
        by_slug = {section.slug: section for section in self.sections.all()}
        return [by_slug[heading.slug] for heading in OUTLINE if heading.slug in by_slug]


class Section(models.Model):
    """Markdown below one heading. `version` is what an editor must have read to replace it."""

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.CASCADE, related_name="sections")
    slug = models.SlugField(max_length=20)
    body = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    editor_name = models.CharField(max_length=150, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post_mortem", "slug"], name="section_once"),
        ]

    def __str__(self) -> str:
        return f"{self.heading} of INC-{self.post_mortem_id}"

    @property
    def heading(self) -> str:
        found = heading_of(self.slug)
        return found.title if found else self.slug

    @property
    def asks(self) -> str:
        found = heading_of(self.slug)
        return found.asks if found else ""

    @property
    def is_ours(self) -> bool:
        """Whether a person has written here; drafting again leaves such a section alone."""
        return self.edited_at is not None

    @property
    def is_open(self) -> bool:
        """Whether the question that only people can answer still stands unanswered."""
        return bool(self.asks) and not self.is_ours and self.asks in self.body


class PdfExport(models.Model):
    """The last PDF, kept by the digest of what it was made from, so that it is made once."""

    post_mortem = models.OneToOneField(
        PostMortem, primary_key=True, on_delete=models.CASCADE, related_name="pdf"
    )
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PDF of INC-{self.pk}"
