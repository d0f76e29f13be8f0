"""Messages with files."""

from dataclasses import replace

from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import Invalid
from incidents.models import Incident
from incidents.pipeline import lifecycle
from warroom.models import Message
from warroom.services import chat, commands, files
from warroom.services.chat import Envelope
from warroom.services.files.keeping import Upload, check_number, check_place, keeping


def share(
    *,
    principal: Principal,
    incident: Incident,
    text: str,
    uploads: list[Upload],
    envelope: Envelope | None = None,
) -> Message:
    """Say `text`, which may be empty, with files. Sent again with the same `client_id`, it is still
    one message with its files."""
    access.require(principal, "incident.respond", incident)
    if commands.parse(text.strip()) is not None:
        raise Invalid("A command takes no files.", "Send the files first, then the command.")
    check_number(uploads)
    check_place(incident.pk, len(uploads))
    actor = principal.actor
    with keeping(uploads) as kept, transaction.atomic():
        message = chat.post(
            incident_id=incident.pk,
            body=commands.literal(text.strip()),
            actor=actor,
            envelope=replace(envelope or Envelope(), files=len(kept)),
        )
        if not message.attachments.exists():
            locked = lifecycle.locked(incident.pk)
            check_place(incident.pk, len(kept))
            for row in kept:
                files.tell(locked, row, actor, message=message)
        return message
