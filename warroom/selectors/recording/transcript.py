"""The whole session as data, for files and the API (docs/recording.md has the shape)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from incidents.kernel import clock
from incidents.models import Fact, Incident
from warroom.models import DocumentVersion
from warroom.selectors.recording import presence, rows

PART: Final = 500
# A file holds as many entries at most; `next_after` says where the next one begins.
MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Transcript:
    incident: Incident
    made_at: datetime
    people: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    document: dict[str, Any] | None
    next_after: int | None

    def as_data(self) -> dict[str, Any]:
        incident = self.incident
        return {
            "incident": {
                "reference": incident.reference,
                "title": incident.title,
                "severity": incident.severity.code,
                "state": incident.state,
                "opened_at": written(incident.opened_at),
                "resolved_at": written(incident.resolved_at),
                "closed_at": written(incident.closed_at),
            },
            "made_at": written(self.made_at),
            "people": self.people,
            "entries": self.entries,
            "document": self.document,
            "next_after": self.next_after,
        }


def transcript_of(incident: Incident, *, after: int | None = None, limit: int = MOST) -> Transcript:
    """The entries after the seq `after`, at most `limit`. Four queries for each PART of them."""
    entries: list[dict[str, Any]] = []
    more = True
    while more and len(entries) < limit:
        part = rows.following(incident, after, min(PART, limit - len(entries)))
        entries += [entry_data(entry) for entry in part.entries]
        more = part.more_after
        after = part.entries[-1].fact.seq if part.entries else after
    return Transcript(
        incident=incident,
        made_at=clock.now(),
        people=_people(incident),
        entries=entries,
        document=_document(incident),
        next_after=after if more else None,
    )


def entry_data(entry: rows.Entry) -> dict[str, Any]:
    fact = entry.fact
    told: dict[str, Any] = {
        "seq": fact.seq,
        "at": written(fact.occurred_at),
        "kind": fact.kind,
        "actor": {"kind": fact.actor_kind, "handle": fact.actor_handle, "name": fact.actor_name},
    }
    if not entry.is_message:
        told["text"] = fact.text
        output = fact.data.get("output")
        return told | ({"output": output} if isinstance(output, str) and output else {})
    if fact.data.get("thread"):
        told["reply_to"] = fact.data["thread"]
    if entry.deletion is not None:
        return told | {"body": None, "deleted": _by(entry.deletion)}
    first, *edits = entry.versions
    return told | {
        "body": first.body,
        "edits": [{"at": written(e.since), "by": e.by, "body": e.body} for e in edits],
        "reactions": [
            {"emoji": r.emoji, "by": r.by, "from": written(r.since), "to": written(r.until)}
            for r in entry.reactions
        ],
    }


def written(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _by(fact: Fact) -> dict[str, Any]:
    return {"at": written(fact.occurred_at), "by": fact.actor_name}


def _people(incident: Incident) -> list[dict[str, Any]]:
    people: dict[str, dict[str, Any]] = {}
    for span in presence.of_incident(incident):
        person = people.setdefault(
            span.handle, {"handle": span.handle, "name": span.name, "there": []}
        )
        there = {"state": span.state, "from": written(span.since), "to": written(span.until)}
        person["there"].append(there)
    return list(people.values())


def _document(incident: Incident) -> dict[str, Any] | None:
    """As it was last saved."""
    rows_ = DocumentVersion.objects.filter(document__incident=incident).order_by("-number")
    version = rows_.first()
    if version is None:
        return None
    kept_at = written(version.kept_at)
    return {"version": version.number, "kept_at": kept_at, "text": version.text}
