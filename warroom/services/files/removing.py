"""Removing files: the content goes once it is said that it is gone."""

from functools import partial
from uuid import UUID

from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.events import bus
from incidents.kernel import clock
from incidents.kernel.actor import Actor
from incidents.kernel.errors import NotAllowed, NotFound
from incidents.models import Incident
from incidents.pipeline import lifecycle
from warroom import events
from warroom.models import Attachment, Message
from warroom.services.files import shelf


@transaction.atomic
def remove(*, principal: Principal, incident: Incident, file_id: UUID) -> Attachment:
    """Delete the content. Whoever added the file may, and whoever commands the incident."""
    locked = lifecycle.locked(incident.pk)
    rows = Attachment.objects.select_for_update(of=("self",)).select_related("message")
    row = rows.filter(incident=locked, pk=file_id).first()
    if row is None:
        raise NotFound("There is no such file.", "Reload the room.")
    actor = principal.actor
    own = (row.uploaded_by_kind, row.uploaded_by_handle) == (actor.kind, actor.handle)
    if not own and not access.may(principal, "incident.command", locked):
        raise NotAllowed(
            "Only who added a file, or a commander, may remove it.", "Ask one of them."
        )
    if row.removed_at is None:
        _remove(locked, row, actor)
    return row


def _remove(incident: Incident, row: Attachment, actor: Actor) -> None:
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    body = events.FileRemoved(
        id=str(row.pk),
        name=row.name,
        message_id=str(row.message_id or ""),
        shown_seq=row.shown_seq,
    )
    bus.emit(incident, body, actor=actor)
    transaction.on_commit(partial(shelf.drop, row.pk))


def remove_all_of(message: Message, actor: Actor) -> None:
    """The files of a message that is deleted go with it. Call with the incident's row locked."""
    for row in message.attachments.filter(removed_at__isnull=True).select_related("message"):
        _remove(message.incident, row, actor)
