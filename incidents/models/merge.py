"""How incidents hang together: one merged into another, or linked to it."""

import uuid

from django.db import models

from incidents.models.incident import Incident


class Merge(models.Model):
    """One incident put into another, and all that taking it back needs.

    `before` is how the source was, `changed` maps fields of the target to what they were and what
    the merge made of them. Those merged by one decision share `decision`.
    """

    source = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="merges")
    target = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="taken_in")
    decision = models.UUIDField(default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    by_handle = models.CharField(max_length=150)
    by_name = models.CharField(max_length=150)
    before = models.JSONField(default=dict)
    changed = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(undone_at__isnull=True), name="merged_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return f"INC-{self.source_id} into INC-{self.target_id}"


class LinkKind(models.TextChoices):
    """What one incident is to another. The label is what the first says of the second."""

    RELATED = "related", "Related to"
    DUPLICATE_OF = "duplicate_of", "Duplicate of"
    CAUSED_BY = "caused_by", "Caused by"
    CHILD_OF = "child_of", "Child of"
    SPLIT_FROM = "split_from", "Split off from"


class IncidentLink(models.Model):
    """`one` is `kind` of `other`: INC-3 is caused by INC-2."""

    one = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=LinkKind)
    created_at = models.DateTimeField()
    by_name = models.CharField(max_length=150)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "kind"], name="linked_once"),
            models.UniqueConstraint(
                fields=["one"], condition=models.Q(kind="child_of"), name="one_parent"
            ),
            models.CheckConstraint(
                condition=~models.Q(one=models.F("other")), name="linked_to_another"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=LinkKind.values), name="link_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"INC-{self.one_id} {self.get_kind_display()} INC-{self.other_id}"
