"""What people pinned in the war room, told from facts alone."""

from collections.abc import Iterable, Sequence

from incidents.models import Fact

POSTED, EDITED, DELETED = "chat.posted", "chat.edited", "chat.deleted"


def pinned(incident_id: int, facts: Sequence[Fact]) -> list[Fact]:
    """The pinned facts, messages as they read now, without those deleted since.

    `facts` are those of the incident without chat. Two queries where messages are pinned.
    """
    seqs = _seqs(facts)
    here = [fact for fact in facts if fact.seq in seqs]
    said = seqs - {fact.seq for fact in here}
    return [*here, *(_messages(incident_id, said) if said else [])]


def _seqs(facts: Iterable[Fact]) -> set[int]:
    seqs: set[int] = set()
    for fact in facts:
        if fact.kind == "pin.added":
            seqs.add(int(fact.data["pinned_seq"]))
        elif fact.kind == "pin.removed":
            seqs.discard(int(fact.data["pinned_seq"]))
    return seqs


def _messages(incident_id: int, seqs: set[int]) -> list[Fact]:
    rows = Fact.objects.filter(incident_id=incident_id)
    posted = {str(fact.data["message_id"]): fact for fact in rows.filter(seq__in=seqs, kind=POSTED)}
    since = rows.filter(kind__in=(EDITED, DELETED), data__message_id__in=list(posted))
    for fact in since.order_by("seq"):
        message = str(fact.data["message_id"])
        if fact.kind == DELETED:
            posted.pop(message, None)
        elif message in posted:
            posted[message].data["body"] = fact.data["body"]
    return list(posted.values())
