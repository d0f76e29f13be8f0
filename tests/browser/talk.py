"""What people did with the messages of a room: threads, reactions, edits, one deleted."""

from incidents.access import Principal
from incidents.kernel.actor import Actor
from incidents.models import Incident, User
from warroom.models import Message
from warroom.services import chat, reactions, reading
from warroom.services.chat import Envelope


def on(incident: Incident, cara: User, dora: User) -> int:
    """Fill the room that has messages already; the seq of one that has everything."""
    first, second, *_ = Message.objects.filter(incident=incident).order_by("seq")
    for who, body, both in (
        (cara, "In all regions, or in Europe only?", False),
        (dora, "Europe only, so far. @cara see the graph.", False),
        (cara, "Then we tell customers in Europe.", True),
    ):
        envelope = Envelope(thread=first.seq, also_in_room=both)
        _say(incident, who, body, envelope)
    for who, char in ((cara, "eyes"), (dora, "eyes"), (dora, "white_check_mark")):
        reactions.react(message_id=first.pk, char=char, actor=Actor.of(who))
    reactions.react(message_id=second.pk, char="tada", actor=Actor.of(dora))
    author = cara if second.author_handle == cara.username else dora
    chat.edit(message_id=second.pk, body=f"{second.body} (and the log)", actor=Actor.of(author))
    slip = _say(incident, dora, "The password is hunter2", Envelope())
    chat.delete(message_id=slip.pk, principal=Principal(user=cara))
    reading.mark(user=cara, incident=incident, seq=second.seq)
    return int(first.seq)


def _say(incident: Incident, who: User, body: str, envelope: Envelope) -> Message:
    return chat.post(incident_id=incident.pk, body=body, actor=Actor.of(who), envelope=envelope)
