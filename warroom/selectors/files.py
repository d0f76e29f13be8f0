"""The files of a room."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from incidents.kernel.errors import NotFound
from incidents.models import Fact, Incident
from warroom import events
from warroom.models import Attachment

MOST_SHOWN: Final = 500


def lying_in(incident: Incident, *, named: str = "") -> QuerySet[Attachment]:
    """The files that are there, newest first; `named` is part of their name. One query."""
    rows = Attachment.objects.filter(incident=incident, removed_at__isnull=True)
    rows = rows.select_related("message").order_by("-seq")
    return rows.filter(name__icontains=named) if named else rows


def one(incident: Incident, file_id: UUID) -> Attachment:
    """NotFound where the incident has no such file. One query."""
    row = Attachment.objects.select_related("message").filter(incident=incident, pk=file_id).first()
    if row is None:
        raise NotFound("There is no such file.", "Reload the room.")
    return row


def by_themselves(incident_id: int, facts: Sequence[Fact]) -> Mapping[int, tuple[Attachment, ...]]:
    """By the seq of the facts that told of them, the files that came without a message. One query,
    none where there are none."""
    seqs = [f.seq for f in facts if f.kind == events.FileAdded.kind and not f.data["message_id"]]
    if not seqs:
        return {}
    rows = Attachment.objects.filter(incident_id=incident_id, seq__in=seqs)
    return {row.seq: (row,) for row in rows}
