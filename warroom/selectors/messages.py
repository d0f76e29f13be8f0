"""Messages with what belongs to them: reactions, and how far their thread has come."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet, Window

from incidents.models import Incident, User
from warroom.models import (
    Attachment,
    Given,
    Message,
    MessageRevision,
    Reaction,
    ReadMark,
    Said,
    Thread,
    Unread,
)

MOST_REPLIES = 500


def said(rows: QuerySet[Message]) -> list[Said]:
    """The messages of `rows` with what belongs to them. Three queries, four where there are
    files."""
    found = list(rows.select_related("thread"))
    given = _given([message.pk for message in found])
    attached = _attached([message.pk for message in found if message.file_count])
    threads = _threads([message.pk for message in found if message.thread_id is None])
    return [
        Said(
            message=message,
            reactions=given.get(message.pk, []),
            thread=threads.get(message.pk),
            thread_seq=message.thread.seq if message.thread else None,
            files=tuple(attached.get(message.pk, ())),
        )
        for message in found
    ]


def whole(rows: QuerySet[Message]) -> QuerySet[Message]:
    """The rows with their thread, their reactions and `reply_count`. Two queries."""
    replies = Count("replies", filter=Q(replies__deleted_at__isnull=True))
    return rows.select_related("thread").prefetch_related("reactions").annotate(reply_count=replies)


def _given(ids: Iterable[object]) -> dict[object, list[Given]]:
    found: dict[object, dict[str, Given]] = {}
    rows = Reaction.objects.filter(message__in=list(ids)).order_by("id")
    for key, emoji, name, handle in rows.values_list("message_id", "emoji", "name", "handle"):
        one = found.setdefault(key, {}).setdefault(emoji, Given(emoji, [], []))
        one.names.append(name)
        one.handles.append(handle)
    return {key: list(kinds.values()) for key, kinds in found.items()}


def _attached(ids: list[UUID]) -> dict[object, list[Attachment]]:
    """Asks nothing where there are no messages with files."""
    found: dict[object, list[Attachment]] = {}
    for row in Attachment.objects.filter(message__in=ids).order_by("seq") if ids else ():
        found.setdefault(row.message_id, []).append(row)
    return found


def _threads(ids: Iterable[object]) -> dict[object, Thread]:
    rows = (
        Message.objects.filter(thread__in=list(ids), deleted_at__isnull=True)
        .annotate(count=Window(Count("id"), partition_by=[F("thread")]))
        .order_by("thread_id", "-seq")
        .distinct("thread_id")
        .values_list("thread_id", "count", "created_at", "author_name")
    )
    return {key: Thread(count, last_at, name) for key, count, last_at, name in rows}


def replies(root: Message) -> list[Said]:
    """The thread of `root`, in order. Three queries."""
    return said(Message.objects.filter(thread=root).order_by("seq")[:MOST_REPLIES])


def versions(message: Message) -> list[MessageRevision]:
    """How it read before, the newest first. One query."""
    return list(message.revisions.order_by("-replaced_at", "-id"))


def read_up_to(user: User | None, incident: Incident) -> int | None:
    """The seq up to which the person has read; None for who was never here. One query."""
    if user is None:
        return None
    rows = ReadMark.objects.filter(user=user, incident=incident)
    return rows.values_list("seq", flat=True).first()


def unread(user: User, incident: Incident, after: int) -> Unread:
    """The messages of others that stand in the room after the fact `after`. One query."""
    rows = Message.objects.filter(
        incident=incident, seq__gt=after, in_room=True, deleted_at__isnull=True
    )
    others = rows.exclude(author_kind="user", author_handle=user.username)
    found = others.aggregate(count=Count("pk"), first=Min("seq"))
    return Unread(after, found["count"], found["first"])


def row_of(incident: Incident, seq: int) -> int:
    """Where in the log a message is to be seen: a reply that is in its thread only, at its root."""
    rows = Message.objects.filter(incident=incident, seq=seq, in_room=False)
    return rows.values_list("thread__seq", flat=True).first() or seq
