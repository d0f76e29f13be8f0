"""What happens to a line that somebody sends: a message is posted, a command is run."""

from dataclasses import dataclass

from incidents import access
from incidents.access import Principal
from incidents.commands import running
from incidents.models import Incident
from warroom.services import chat, commands
from warroom.services.chat import Envelope

__all__ = ["Envelope", "Said", "say"]


@dataclass(frozen=True, slots=True)
class Said:
    """`seq` is how far the incident is now; `reply` is for the sender's eyes only.

    `thread` is the seq of the message that a reply belongs to.
    """

    seq: int
    reply: str = ""
    thread: int | None = None


def say(
    *, principal: Principal, incident: Incident, text: str, envelope: Envelope | None = None
) -> Said:
    """Post a message, or run the command that `text` is, if `principal` may.

    Sent again with the same `client_id` it does nothing twice. A command that fails posts nothing.
    """
    sent = envelope or Envelope()
    if commands.parse(text.strip()) is not None:
        done = running.run(
            principal=principal, incident=incident, text=text, client_id=sent.client_id
        )
        return Said(seq=done.seq, reply=done.reply)
    access.require(principal, "incident.respond", incident)
    message = chat.post(
        incident_id=incident.pk,
        body=commands.literal(text.strip()),
        actor=principal.actor,
        envelope=sent,
    )
    thread = message.thread.seq if message.thread else None
    return Said(seq=message.seq, thread=thread)
