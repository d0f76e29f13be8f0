"""What the log of a room shows: facts, and for those that are messages how they read now.

The log is a list of rows: facts and messages. What becomes of a message later shows in its row, and
replies stand in their thread, unless they were sent to the room too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from incidents.events import timeline
from incidents.models import Fact
from warroom import events
from warroom.models import Attachment, Message, Said
from warroom.selectors import files, messages

CHAT = "chat."
POSTED = events.MessagePosted.kind
DELETED = events.MessageDeleted.kind
# Facts that are no rows of their own: they change how an earlier one reads.
CHANGING = tuple(
    body.kind
    for body in (
        events.MessageEdited,
        events.MessageDeleted,
        events.MessageReacted,
        events.MessageUnreacted,
    )
)
_IN_THREAD_ONLY = Q(kind=POSTED, data__in_room=False)
# Files that came with a message show in its row.
FILE_ADDED = events.FileAdded.kind
FILE_REMOVED = events.FileRemoved.kind
_WITH_MESSAGE = Q(kind__in=(FILE_ADDED, FILE_REMOVED)) & ~Q(data__message_id="")


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact; `said` is the message that it posted or changed, `root` that of its thread,
    `files` those that were added by themselves."""

    fact: Fact
    said: Said | None = None
    root: Said | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """Entries in order. Before the seq `more_before`, and after `more_after`, there is more."""

    entries: list[Entry]
    more_before: int | None = None
    more_after: int | None = None


def latest(incident_id: int, limit: int, *, before: int | None = None) -> Log:
    """The newest entries of the log, ascending. Three queries at most."""
    rows = _rows(incident_id)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    facts, more = _some(rows.order_by("-seq"), limit)
    facts.reverse()
    return Log(with_messages(incident_id, facts), more_before=facts[0].seq if more else None)


def after(incident_id: int, limit: int, seq: int) -> Log:
    """The entries that follow `seq`. Three queries at most."""
    facts, more = _some(_rows(incident_id).filter(seq__gt=seq).order_by("seq"), limit)
    return Log(with_messages(incident_id, facts), more_after=facts[-1].seq if more else None)


def around(incident_id: int, limit: int, seq: int) -> Log:
    """The entry `seq` with as many before it as after. Six queries at most."""
    older = latest(incident_id, limit // 2, before=seq)
    newer = after(incident_id, limit // 2, seq - 1)
    return Log(older.entries + newer.entries, older.more_before, newer.more_after)


def _rows(incident_id: int) -> QuerySet[Fact]:
    rows = Fact.objects.filter(incident_id=incident_id)
    return rows.exclude(kind__in=CHANGING).exclude(_IN_THREAD_ONLY | _WITH_MESSAGE)


def _some(rows: QuerySet[Fact], limit: int) -> tuple[list[Fact], bool]:
    """At most `limit` of the rows, and whether there are more."""
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit


def since(incident_id: int, after: int, limit: int) -> list[Entry]:
    """Every fact with seq > `after`, ascending, those that change rows too. Three queries."""
    return with_messages(incident_id, timeline.since(incident_id, after, limit))


def with_messages(incident_id: int, facts: Sequence[Fact]) -> list[Entry]:
    """The facts with the messages they speak of. Two queries, none where nobody speaks."""
    ids = [fact.data["message_id"] for fact in facts if _is_about_message(fact)]
    known = {said.message.pk.hex: said for said in _with_roots(incident_id, ids)}
    alone = files.by_themselves(incident_id, facts)
    return [
        Entry(fact, files=alone[fact.seq]) if fact.seq in alone else _entry(fact, known)
        for fact in facts
    ]


def _is_about_message(fact: Fact) -> bool:
    return fact.kind.startswith(CHAT) or _with_message(fact)


def _with_message(fact: Fact) -> bool:
    return fact.kind in (FILE_ADDED, FILE_REMOVED) and bool(fact.data["message_id"])


def _with_roots(incident_id: int, ids: Iterable[str]) -> list[Said]:
    if not ids:
        return []
    threads = Message.objects.filter(pk__in=ids, thread__isnull=False).values("thread")
    return messages.said(
        Message.objects.filter(Q(pk__in=ids) | Q(pk__in=threads), incident_id=incident_id)
    )


def _entry(fact: Fact, known: dict[str, Said]) -> Entry:
    if not _is_about_message(fact):
        return Entry(fact)
    said = known.get(str(fact.data["message_id"]).replace("-", ""))
    thread = said.message.thread_id if said else None
    return Entry(fact, said, known.get(thread.hex) if thread else None)
