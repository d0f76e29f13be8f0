"""The files of a room."""

from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from incidents.kernel.errors import NotFound
from incidents.models import Incident
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
