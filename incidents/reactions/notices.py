"""Telling people what calls them, and taking note of what they have seen.

The engine makes a notice for each handle that a fact calls. Other channels start where these rows
do: a row says who is to be told of what, and whether they have seen it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from incidents import access
from incidents.access import Principal
from incidents.events import hints
from incidents.kernel import clock
from incidents.kernel.errors import NotFound
from incidents.models import Fact, Notice

MOST_TEXT: Final = 500


@transaction.atomic
def notify(fact: Fact) -> None:
    """Leave a notice for everybody whom the fact calls; a second run leaves no second one."""
    body, incident = fact.body, fact.incident
    by = fact.actor_handle if fact.actor_kind == "user" else ""
    people = access.reachable(incident, body.calls(), but=by)
    if not people:
        return
    row = fact.seq if body.instead_of is None else body.instead_of
    text, url = _short(body.to_you()), f"{incident.get_absolute_url()}#m-{row}"
    Notice.objects.bulk_create(
        [
            Notice(
                user=user,
                incident=incident,
                fact=fact,
                kind=fact.kind,
                text=text,
                url=url,
                urgent=body.urgent,
                created_at=clock.now(),
            )
            for user in people
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(partial(hints.ring, [user.pk for user in people]))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MOST_TEXT else f"{words[: MOST_TEXT - 1]}…"


def of(principal: Principal) -> QuerySet[Notice]:
    """The notices of a person, newest first; programs have none."""
    if principal.user is None:
        return Notice.objects.none()
    return access.known_to_each(Notice.objects.filter(user=principal.user))


def read(*, principal: Principal, pk: int) -> Notice:
    """Take note that one has been seen. Raises NotFound."""
    notice = of(principal).filter(pk=pk).first()
    if notice is None:
        raise NotFound("There is no such notice.", "Open your notices to see those there are.")
    read_those(of(principal).filter(pk=pk))
    return notice


def read_upto(marks: Mapping[tuple[int, int], int], *, unseen: Q | None = None) -> int:
    """Whoever has read a room up to a number has seen what called them there, but for what is
    urgent: a room that stands open on another screen is no answer to a call.

    `marks` are (user id, incident id) → seq. `unseen` says which notices are of facts that do not
    stand in a room. One query where nobody was called.
    """
    rows = Notice.objects.filter(
        user__in={reader for reader, _ in marks},
        incident__in={incident for _, incident in marks},
        urgent=False,
        read_at__isnull=True,
    ).exclude(unseen or Q(pk__in=()))
    called = rows.values_list("pk", "user_id", "incident_id", "fact__seq")
    seen = [pk for pk, user, incident, seq in called if seq <= marks.get((user, incident), 0)]
    return read_those(Notice.objects.filter(pk__in=seen)) if seen else 0


@transaction.atomic
def read_those(rows: QuerySet[Notice]) -> int:
    """Take note that these have been seen; returns how many were new."""
    unread = rows.filter(read_at__isnull=True)
    owners = set(unread.values_list("user_id", flat=True))
    if not owners:
        return 0
    transaction.on_commit(partial(hints.ring, owners))
    return unread.update(read_at=clock.now())


@transaction.atomic
def withdraw(fact: Fact) -> None:
    """What the fact told is taken back: nobody is to read it any more."""
    rows = Notice.objects.filter(fact=fact)
    owners = list(rows.values_list("user_id", flat=True))
    rows.delete()
    transaction.on_commit(partial(hints.ring, owners))
