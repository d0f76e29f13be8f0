"""What happens to a line that somebody sends: a message is posted, a command is run."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from incidents import access
from incidents.access import Principal
from incidents.models import Fact, Incident
from incidents.pipeline import lifecycle
from warroom.services import chat, commands


@dataclass(frozen=True, slots=True)
class Said:
    """`seq` is how far the incident is now; `reply` is for the sender's eyes only."""

    seq: int
    reply: str = ""


def say(
    *, principal: Principal, incident: Incident, text: str, client_id: uuid.UUID | None = None
) -> Said:
    """Post a message, or run the command that `text` is, if `principal` may.

    Sent again with the same `client_id` it does nothing twice. A command that fails posts nothing.
    """
    parsed = commands.parse(text.strip())
    if parsed is not None:
        return _run(principal, incident, parsed, client_id)
    access.require(principal, "incident.respond", incident)
    message = chat.post(
        incident_id=incident.pk,
        body=commands.literal(text.strip()),
        actor=principal.actor,
        client_id=client_id,
    )
    return Said(seq=message.seq)


@transaction.atomic
def _run(
    principal: Principal, incident: Incident, parsed: tuple[str, str], client_id: uuid.UUID | None
) -> Said:
    name, argument = parsed
    command = commands.named(name)
    access.require(principal, command.action, incident)
    locked = lifecycle.locked(incident.pk)
    before = locked.last_seq
    if client_id and Fact.objects.filter(incident=locked, client_id=client_id).exists():
        return Said(seq=before)
    reply = command.run(commands.Call(incident=locked, principal=principal, argument=argument))
    reached = Incident.objects.values_list("last_seq", flat=True).get(pk=locked.pk)
    if client_id and reached > before:
        # The row lock makes the next number ours: the first fact of this command.
        Fact.objects.filter(incident=locked, seq=before + 1).update(client_id=client_id)
    return Said(seq=reached, reply=reply)
