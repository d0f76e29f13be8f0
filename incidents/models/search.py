"""The texts in which incidents are searched: a reaction keeps them, so they lag by a moment."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from incidents.models.incident import Incident


class SearchText(models.Model):
    """What an incident says of itself (`seq` 0), or what people wrote in one of its facts.

    `as_of` is the seq of the fact that said it last: an edit that is handled before the message
    that it edits is not undone by it. What was deleted stays as an empty text, for the same reason.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="search_texts")
    seq = models.PositiveIntegerField()
    as_of = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    author = models.CharField(max_length=150, blank=True)
    said_at = models.DateTimeField()
    body = models.TextField()
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "seq"], name="search_text_once"),
        ]
        indexes = [GinIndex(fields=["words"], name="search_text_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"Text {self.seq} of INC-{self.incident_id}"
