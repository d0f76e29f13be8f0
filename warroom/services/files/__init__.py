"""Files of a room: adding them and removing them.

The content is on disk, whole and checked, before its row commits; it goes after the row says so.
Whatever fails in between leaves a content without a row, never a row without its content.
"""

from uuid import UUID

from django.db import transaction

from incidents.events import bus
from incidents.kernel.actor import Actor
from incidents.kernel.errors import NotFound
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Attachment, Message
from warroom.services.files import shelf
from warroom.services.files.keeping import Upload, check_number, check_place, keeping
from warroom.services.files.removing import remove
from warroom.services.files.sweeping import sweep

__all__ = ["Upload", "add", "content_of", "remove", "sweep", "tell"]


def add(
    *, incident_id: int, uploads: list[Upload], actor: Actor, client_id: UUID | None = None
) -> list[Attachment]:
    """Put files into the room without a message. Sent again with the same `client_id` nothing is
    added: the first file of the first time is the answer."""
    check_number(uploads)
    check_place(incident_id, len(uploads))
    with keeping(uploads) as kept, transaction.atomic():
        incident = lifecycle.locked(incident_id)
        known = _added_as(incident, client_id)
        if known is not None:
            return [known]
        check_place(incident_id, len(kept))
        return [
            tell(incident, row, actor, client_id=None if position else client_id)
            for position, row in enumerate(kept)
        ]


def _added_as(incident: Incident, client_id: UUID | None) -> Attachment | None:
    if client_id is None:
        return None
    facts = Fact.objects.filter(incident=incident, client_id=client_id)
    return Attachment.objects.filter(incident=incident, seq__in=facts.values("seq")).first()


def tell(
    incident: Incident,
    row: Attachment,
    actor: Actor,
    *,
    message: Message | None = None,
    client_id: UUID | None = None,
) -> Attachment:
    """Save the row of a content that is in its place, and say that it was added."""
    body = events.FileAdded(
        id=str(row.pk),
        name=row.name,
        size=row.size,
        media_type=row.media_type,
        message_id=str(message.pk) if message else "",
    )
    fact = bus.emit(incident, body, actor=actor, client_id=client_id)
    row.incident, row.message, row.seq = incident, message, fact.seq
    row.uploaded_by_kind, row.uploaded_by_handle = actor.kind, actor.handle
    row.uploaded_by_name, row.user_id = actor.name, actor.user_id
    row.created_at = fact.occurred_at
    row.save(force_insert=True)
    return row


def content_of(row: Attachment, *, preview: bool = False) -> bytes:
    """What is in the file, or its small picture; NotFound where it was removed or has none."""
    if row.is_removed:
        raise NotFound(f"“{row.name}” was removed.", "Ask who removed it whether there is a copy.")
    place = shelf.preview_of(row.pk) if preview else shelf.place_of(row.pk)
    try:
        return place.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"“{row.name}” has no such content.", "Open the room again.") from error
