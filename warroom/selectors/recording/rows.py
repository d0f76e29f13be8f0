"""The log in the order in which it happened, with what became of each message and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from incidents.kernel.errors import NotFound
from incidents.models import Fact, Incident
from warroom import events
from warroom.selectors.log import CHANGING, DELETED, POSTED

EDITED: Final = events.MessageEdited.kind
REACTED: Final = events.MessageReacted.kind
UNREACTED: Final = events.MessageUnreacted.kind


@dataclass(frozen=True, slots=True)
class Version:
    """How a message read from `since` until `until`; None: to the end."""

    body: str
    since: datetime
    until: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    emoji: str
    by: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact. Of a message that was deleted later no text is known; `reply_to` is whom it answers.

    `deletion` is the fact that tells of it.
    """

    fact: Fact
    versions: Sequence[Version] = ()
    reactions: Sequence[Reaction] = ()
    deletion: Fact | None = None
    reply_to: str = ""

    @property
    def is_message(self) -> bool:
        return self.fact.kind == POSTED


@dataclass(frozen=True, slots=True)
class Part:
    """Entries in order; before the first and after the last there may be more."""

    entries: list[Entry] = field(default_factory=list)
    more_before: bool = False
    more_after: bool = False


def around(incident: Incident, at: datetime, *, before: int, after: int) -> Part:
    """At most `before` entries up to `at` and `after` later ones. Five queries at most."""
    older, more_before = _some(_rows(incident).filter(occurred_at__lte=at), -before)
    newer, more_after = _some(_rows(incident).filter(occurred_at__gt=at), after)
    return Part(_entries(incident, older + newer), more_before, more_after)


def following(incident: Incident, seq: int | None, limit: int) -> Part:
    """The entries after `seq`; the first ones where it is None. Four queries at most."""
    rows = _rows(incident)
    if seq is not None:
        rows = rows.filter(_beyond(_fact(incident, seq), "gt"))
    found, more = _some(rows, limit)
    return Part(_entries(incident, found), more_before=seq is not None, more_after=more)


def preceding(incident: Incident, seq: int, limit: int) -> Part:
    """The entries before `seq`. Four queries at most."""
    found, more = _some(_rows(incident).filter(_beyond(_fact(incident, seq), "lt")), -limit)
    return Part(_entries(incident, found), more_before=more, more_after=True)


def _rows(incident: Incident) -> QuerySet[Fact]:
    return Fact.objects.filter(incident=incident).exclude(kind__in=CHANGING)


def _fact(incident: Incident, seq: int) -> Fact:
    fact = Fact.objects.filter(incident=incident, seq=seq).first()
    if fact is None:
        raise NotFound(f"There is no entry {seq} in this incident.", "Reload the recording.")
    return fact


def _beyond(fact: Fact, way: str) -> Q:
    at, seq = fact.occurred_at, fact.seq
    return Q(**{f"occurred_at__{way}": at}) | Q(occurred_at=at, **{f"seq__{way}": seq})


def _some(rows: QuerySet[Fact], limit: int) -> tuple[list[Fact], bool]:
    """The first ones, or with a negative limit the last ones; and whether there are more."""
    order = ("occurred_at", "seq") if limit >= 0 else ("-occurred_at", "-seq")
    found = list(rows.order_by(*order)[: abs(limit) + 1])
    kept = found[: abs(limit)]
    return (kept if limit >= 0 else kept[::-1]), len(found) > abs(limit)


def _entries(incident: Incident, facts: Sequence[Fact]) -> list[Entry]:
    posted = [fact for fact in facts if fact.kind == POSTED]
    changes = _changes(incident, [fact.data["message_id"] for fact in posted])
    names = _authors(incident, {fact.data.get("thread") for fact in posted} - {None})
    return [
        _message(fact, changes.get(fact.data["message_id"], []), names)
        if fact.kind == POSTED
        else Entry(fact)
        for fact in facts
    ]


def _changes(incident: Incident, message_ids: Sequence[str]) -> Mapping[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    if message_ids:
        rows = Fact.objects.filter(incident=incident, kind__in=CHANGING)
        rows = rows.filter(data__message_id__in=message_ids)
        for fact in rows.order_by("occurred_at", "seq"):
            found.setdefault(fact.data["message_id"], []).append(fact)
    return found


def _authors(incident: Incident, seqs: Iterable[int]) -> Mapping[int, str]:
    wanted = list(seqs)
    if not wanted:
        return {}
    rows = Fact.objects.filter(incident=incident, seq__in=wanted)
    return dict(rows.values_list("seq", "actor_name"))


def _message(fact: Fact, changes: Sequence[Fact], names: Mapping[int, str]) -> Entry:
    reply_to = names.get(fact.data.get("thread") or 0, "")
    deletion = next((change for change in changes if change.kind == DELETED), None)
    if deletion is not None:
        return Entry(fact, deletion=deletion, reply_to=reply_to)
    told = [fact, *(change for change in changes if change.kind == EDITED)]
    ends = [change.occurred_at for change in told[1:]]
    versions = [
        Version(each.data["body"], each.occurred_at, until, each.actor_name)
        for each, until in zip(told, [*ends, None], strict=True)
    ]
    return Entry(fact, versions, _reactions(changes), reply_to=reply_to)


def _reactions(changes: Iterable[Fact]) -> list[Reaction]:
    open_: dict[tuple[str, str], Reaction] = {}
    over: list[Reaction] = []
    for fact in changes:
        key = (fact.data.get("emoji", ""), fact.actor_handle)
        if fact.kind == REACTED:
            open_.setdefault(key, Reaction(key[0], fact.actor_name, fact.occurred_at))
        elif fact.kind == UNREACTED and key in open_:
            began = open_.pop(key)
            over.append(Reaction(began.emoji, began.by, began.since, fact.occurred_at))
    return sorted([*over, *open_.values()], key=lambda reaction: reaction.since)
