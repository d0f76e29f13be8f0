"""Writing facts, and who reacts to them.

`emit` belongs inside the transaction of the verb whose change it reports. Subscribers are told by
the engine after commit, at least once; a reaction reads the state anew before it acts.
"""

import uuid
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from incidents.events import hints
from incidents.kernel import bulk, clock
from incidents.kernel.actor import Actor
from incidents.kernel.fact_types import FACTS, FactBody
from incidents.models import Delivery, Fact, Incident

# A reaction that changes the incident makes a fact that may cause a reaction in turn.
MAX_DEPTH = 8
ENGINE_CHANNEL = "incidents_engine"

# A handler that returns a time wants to be told of the same fact again then.
Handler = Callable[[Fact], datetime | None]


@dataclass(frozen=True)
class Subscription:
    name: str
    hears: Callable[[Fact], bool]
    handle: Handler


SUBSCRIPTIONS: dict[str, Subscription] = {}


def subscribe(*types: type[FactBody], name: str) -> Callable[[Handler], Handler]:
    """Let the decorated function hear of each fact of these types. `name` must never change:
    undelivered rows refer to it."""
    return subscribe_to(frozenset(t.kind for t in types), name=name)


def subscribe_to(kinds: Container[str], *, name: str) -> Callable[[Handler], Handler]:
    """As `subscribe`, for kinds that are not all known yet."""
    return _registering(name, lambda fact: fact.kind in kinds)


def subscribe_to_calls(*, name: str) -> Callable[[Handler], Handler]:
    """As `subscribe`, to each fact of whatever type that calls somebody."""
    return _registering(name, lambda fact: FACTS.may_call(fact.kind) and bool(fact.body.calls()))


def _registering(name: str, hears: Callable[[Fact], bool]) -> Callable[[Handler], Handler]:
    def register(handle: Handler) -> Handler:
        if name in SUBSCRIPTIONS:
            raise ValueError(f"two subscribers are called {name!r}")
        SUBSCRIPTIONS[name] = Subscription(name, hears, handle)
        return handle

    return register


@dataclass(frozen=True)
class Searched:
    """The kinds of facts by whose words incidents are found, those of spokes included."""

    def __contains__(self, kind: object) -> bool:
        return isinstance(kind, str) and FACTS.is_searched(kind)


def subscribers_of(fact: Fact) -> list[str]:
    return [s.name for s in SUBSCRIPTIONS.values() if s.hears(fact)]


class LoopError(RuntimeError):
    """Reactions keep causing each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one verb has to say about one incident: facts of one moment, in order.

    Only the first fact carries `client_id`, which a client may send again without making a double.
    """

    incident: Incident
    bodies: Sequence[FactBody]
    actor: Actor
    occurred_at: datetime | None = None
    cause: Fact | None = None
    client_id: uuid.UUID | None = None


def emit(
    incident: Incident,
    body: FactBody,
    *,
    actor: Actor,
    occurred_at: datetime | None = None,
    cause: Fact | None = None,
    client_id: uuid.UUID | None = None,
) -> Fact:
    """Write one fact about `incident`, number it, and leave a delivery for each subscriber.

    Must run inside a transaction. Raises LoopError when reactions to reactions go too deep.
    """
    news = News(
        incident=incident,
        bodies=[body],
        actor=actor,
        occurred_at=occurred_at,
        cause=cause,
        client_id=client_id,
    )
    return emit_all([news])[0]


def emit_all(batch: Sequence[News]) -> list[Fact]:
    """As `emit`, for many facts about many incidents, in a fixed number of statements."""
    if not connection.in_atomic_block:
        raise RuntimeError("emit belongs inside the transaction of the change it reports")
    if not batch:
        return []
    upto = _take_seqs(batch)
    facts: list[Fact] = []
    for news in batch:
        facts += _rows(news, first=upto[news.incident.pk] + 1)
        upto[news.incident.pk] += len(news.bodies)
    bulk.insert(facts)
    deliver_later(facts)
    for incident_id, seq in upto.items():
        transaction.on_commit(partial(hints.send, incident_id, seq))
    return facts


def _rows(news: News, *, first: int) -> list[Fact]:
    depth = news.cause.depth + 1 if news.cause else 0
    if depth > MAX_DEPTH:
        raise LoopError(f"reactions to {news.cause} loop: more than {MAX_DEPTH} deep")
    return [
        Fact(
            incident=news.incident,
            seq=first + offset,
            kind=body.kind,
            data=body.as_data(),
            actor_kind=news.actor.kind,
            actor_handle=news.actor.handle,
            actor_name=news.actor.name,
            actor_user_id=news.actor.user_id,
            cause=news.cause,
            depth=depth,
            client_id=news.client_id if offset == 0 else None,
            occurred_at=news.occurred_at or clock.now(),
        )
        for offset, body in enumerate(news.bodies)
    ]


_TAKE_SEQS = """
    UPDATE incidents_incident AS incident
       SET last_seq = incident.last_seq + taken.count, updated_at = %s
      FROM (SELECT * FROM unnest(%s::bigint[], %s::int[]) AS t(id, count)) AS taken
     WHERE incident.id = taken.id
 RETURNING incident.id, incident.last_seq
"""


def _take_seqs(batch: Sequence[News]) -> dict[int, int]:
    """Reserve the numbers of the whole batch; the update locks each incident's row.

    Returns the last number taken before the batch, by incident.
    """
    counts: dict[int, int] = {}
    for news in batch:
        counts[news.incident.pk] = counts.get(news.incident.pk, 0) + len(news.bodies)
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SEQS, [now, list(counts), list(counts.values())])
        reached = dict(cursor.fetchall())
    for news in batch:
        news.incident.last_seq = reached[news.incident.pk]
        news.incident.updated_at = now
    return {incident_id: reached[incident_id] - count for incident_id, count in counts.items()}


def deliver_later(facts: Sequence[Fact]) -> None:
    """Leave one delivery row for each fact and subscriber, and wake the engine on commit."""
    rows = [Delivery(fact=fact, subscriber=name) for fact in facts for name in subscribers_of(fact)]
    if rows:
        bulk.insert(rows)
        wake_engine()


def wake_engine() -> None:
    """Wake the engine when this transaction commits; without it the engine looks every second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [ENGINE_CHANNEL])
