"""What hubs read: facts as frames, changes as events of the feed (docs/websocket.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from incidents import access
from incidents.access import Principal
from incidents.events import types as facts
from incidents.models import ApiKey, Fact, Incident, Notice, User
from warroom.realtime.bell import Waiting
from warroom.realtime.board import Changes, Event
from warroom.realtime.frames import Frame, encode
from warroom.realtime.register import Seen
from warroom.realtime.workers import workers
from warroom.rendering import html_of, item_of, item_of_message
from warroom.selectors import changes, document, log, notices
from warroom.selectors.log import DELETED, FILE_REMOVED, POSTED, Entry
from warroom.services import attendance

# After these somebody may no longer be allowed to read on.
TOUCH_ACCESS: Final = frozenset(
    {facts.AccessChanged.kind, facts.RoleAssigned.kind, facts.PersonRemoved.kind}
)
_SHUT_OUT: Final = frozenset({facts.AccessChanged.kind, facts.PersonRemoved.kind})
MOST_ALERTS: Final = 20
# After these the root of a thread has more replies, or fewer.
CHANGING_THREADS: Final = frozenset({POSTED, DELETED})


def frame_of(entry: Entry) -> Frame:
    """A fact with the rows of the log that read differently by it, drawn once for all readers."""
    fact, said, root = entry.fact, entry.said, entry.root
    actor = {"kind": fact.actor_kind, "handle": fact.actor_handle, "name": fact.actor_name}
    body: dict[str, Any] = {
        "type": "fact",
        "seq": fact.seq,
        "kind": fact.kind,
        "text": fact.text,
        "icon": fact.icon,
        "html": html_of(item_of(fact, said, files=entry.files)),
        "data": {**fact.data, "body": said.message.body} if said else fact.data,
        "actor": actor,
        "occurred_at": fact.occurred_at,
        "recorded_at": fact.recorded_at,
        "client_id": str(fact.client_id) if fact.client_id else None,
    }
    if said:
        body |= {"row": said.message.seq, "thread": said.thread_seq, "room": said.message.in_room}
    if root is not None and fact.kind in CHANGING_THREADS:
        body["root"] = html_of(item_of_message(root))
    return Frame(
        seq=fact.seq,
        text=encode(body),
        shows=frozenset(_drawn(entry)),
        touches_access=fact.kind in TOUCH_ACCESS,
    )


def _drawn(entry: Entry) -> Iterator[int]:
    if entry.said is not None:
        yield entry.said.message.seq
    if entry.root is not None and entry.fact.kind in CHANGING_THREADS:
        yield entry.root.message.seq
    if entry.fact.kind == FILE_REMOVED:
        yield entry.fact.data["shown_seq"]
    if entry.files:
        yield entry.fact.seq


def _frames(incident_id: int, after: int, limit: int) -> list[Frame]:
    return [frame_of(entry) for entry in log.since(incident_id, after, limit)]


def reader_name(principal: Principal) -> str:
    """A name by which `look` finds the principal again."""
    if principal.user is not None:
        return f"user:{principal.user.pk}"
    return f"key:{principal.key.pk}" if principal.key is not None else ""


def _principals(readers: frozenset[str]) -> dict[str, Principal]:
    ids: dict[str, list[int]] = {"user": [], "key": []}
    for reader in readers:
        kind, _, pk = reader.partition(":")
        ids[kind].append(int(pk))
    users = User.objects.filter(pk__in=ids["user"], is_active=True)
    keys = ApiKey.objects.filter(pk__in=ids["key"])
    return {f"user:{user.pk}": Principal(user=user) for user in users} | {
        f"key:{key.pk}": Principal(key=key) for key in keys
    }


def _look(after: Mapping[int, int], readers: frozenset[str]) -> Changes:
    found = changes.since(after)
    asked = any(change.incident.private for change in found)
    principals = _principals(readers) if asked else {}
    events: list[Event] = []
    for change in found:
        audience = None
        if change.incident.private:
            sees = (name for name, p in principals.items() if access.sees(p, change.incident))
            audience = frozenset(sees)
        events += _events(change, audience)
        if audience is not None and _SHUT_OUT & change.kinds:
            gone = {"incident": change.incident.reference, "gone": True}
            events.append(Event(change.incident.pk, "incident_updated", gone, readers - audience))
    return Changes(events, {change.incident.pk: change.incident.last_seq for change in found})


def _events(change: changes.Change, audience: frozenset[str] | None) -> list[Event]:
    """Created or updated, and the alerts; chat alone is no news for the board. An alert that joins
    what was open already has been found to belong there."""
    incident = change.incident
    told = {kind for kind in change.kinds if not kind.startswith("chat.")}
    body = {"incident": incident.reference, "seq": incident.last_seq, "data": summary(incident)}
    events: list[Event] = []
    if facts.IncidentOpened.kind in told:
        events.append(Event(incident.pk, "incident_created", body, audience))
    elif any(not kind.startswith("alert.") for kind in told):
        events.append(Event(incident.pk, "incident_updated", body, audience))
    if any(kind.startswith("alert.") for kind in told):
        alerts = change.alerts[:MOST_ALERTS]
        events.append(Event(incident.pk, "alert", {**body, "alerts": alerts}, audience))
        joined = [alert for alert in alerts if alert["what"] == "attached"]
        if joined and facts.IncidentOpened.kind not in told:
            found = {**body, "alerts": joined}
            events.append(Event(incident.pk, "correlation_found", found, audience))
    return events


def _waiting(readers: frozenset[str]) -> dict[str, Waiting]:
    """People only: programs have no notices. Two queries."""
    ids = [int(name.removeprefix("user:")) for name in readers if name.startswith("user:")]
    found = notices.waiting(access.known_to_each(Notice.objects.filter(user__in=ids)))
    return {f"user:{pk}": Waiting(*found.get(pk, (0, {}))) for pk in ids}


def summary(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.pk,
        "reference": incident.reference,
        "title": incident.title,
        "severity": incident.severity.code,
        "state": incident.state,
        "service": incident.service.slug if incident.service else None,
        "private": incident.private,
        "opened_at": incident.opened_at,
        "updated_at": incident.updated_at,
        "url": incident.get_absolute_url(),
    }


class DatabaseSource:
    async def read(self, incident_id: int, after: int, limit: int) -> list[Frame]:
        return await workers.run(_frames, incident_id, after, limit)

    async def look(self, after: Mapping[int, int], readers: frozenset[str]) -> Changes:
        return await workers.run(_look, after, readers)

    async def listen(self, readers: frozenset[str]) -> Mapping[str, Waiting]:
        return await workers.run(_waiting, readers)

    async def reached(self, incident_ids: Iterable[int]) -> Mapping[int, int]:
        return await workers.run(changes.reached, incident_ids)


class DocumentSource:
    async def updates(self, incident_id: int, after: int) -> list[tuple[int, bytes]]:
        return await workers.run(document.changes_after, incident_id, after)

    async def reached(self, incident_ids: list[int]) -> Mapping[int, int]:
        return await workers.run(document.reached, incident_ids)

    async def touches_access(self, incident_id: int, after: int) -> bool:
        rows = Fact.objects.filter(incident_id=incident_id, seq__gt=after, kind__in=TOUCH_ACCESS)
        return await workers.run(rows.exists)


async def keep_attendance(hub: str, seen: Sequence[Seen], at: datetime) -> bool:
    """Write for the recording who was there."""
    return await workers.run(attendance.keep, hub, seen, at)
