"""Alerts and requests as Opsgenie's Alert API v2 shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from incidents.kernel import clock, payload
from incidents.models import Alert, AlertState, Integration, Signal
from incidents.pipeline import alerting
from incidents.sources.adapters import opsgenie_ids

_BY_RANK: Final = ("P1", "P2", "P3", "P4")
# What became of a request → its name, and the words for people.
_DONE: Final[Mapping[str, tuple[str, str]]] = {
    "create": ("Create", "Created alert"),
    "acknowledge": ("Acknowledge", "Acknowledged alert"),
    "unacknowledge": ("UnAcknowledge", "Unacknowledged alert"),
    "close": ("Close", "Closed alert"),
    "snooze": ("Snooze", "Snoozed alert"),
    "note": ("AddNote", "Added note to alert"),
    "tag": ("AddTags", "Added tags to alert"),
    "untag": ("RemoveTags", "Removed tags from alert"),
    "detail": ("AddDetails", "Added details to alert"),
    "undetail": ("RemoveDetails", "Removed details from alert"),
    "assign": ("AssignOwnership", "Assigned alert"),
    "responder": ("AddResponder", "Added responder to alert"),
    "team": ("AddTeam", "Added team to alert"),
    "escalate": ("EscalateToNext", "Escalated alert"),
    "action": ("CustomAction", "Executed custom action"),
    "priority": ("UpdatePriority", "Updated priority of alert"),
    "message": ("UpdateMessage", "Updated message of alert"),
    "description": ("UpdateDescription", "Updated description of alert"),
    "delete": ("Delete", "Deleted alert"),
}
_FAILED: Final = ("nothing open", "not possible", "there is no deed", "error")


def time(at: datetime | None) -> str | None:
    """Milliseconds and Z, as their API writes times."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z" if at else None


def id_of(alert: Alert) -> str:
    return opsgenie_ids.shown(alert.pk, alert.fingerprint, alert.started_at)


def listed(alert: Alert) -> dict[str, Any]:
    """An alert in a list."""
    handling: dict[str, Any] = alert.handling
    snoozed_until = payload.moment(handling.get("snoozed_until"))
    is_snoozed = alert.is_open and snoozed_until is not None and snoozed_until > clock.now()
    is_seen = alert.state != AlertState.OPEN
    return {
        "seen": is_seen,
        "id": id_of(alert),
        "tinyId": str(alert.pk),
        "alias": alert.annotations.get("alias") or alert.fingerprint,
        "message": alert.title,
        "status": "open" if alert.is_open else "closed",
        "acknowledged": alert.state == AlertState.ACKNOWLEDGED,
        "isSeen": is_seen,
        "tags": alerting.tags_of(alert),
        "snoozed": is_snoozed,
        **({"snoozedUntil": time(snoozed_until)} if is_snoozed else {}),
        "count": alert.count,
        "lastOccurredAt": time(alert.last_seen_at),
        "createdAt": time(alert.started_at),
        "updatedAt": time(_changed_at(alert)),
        "source": alert.labels.get("source", ""),
        "owner": handling.get("owner", ""),
        "priority": _priority(alert),
        "responders": [_responder(told) for told in alerting.responders_of(alert)],
        "integration": _integration(alert.integration),
        **({"report": _report(alert)} if not alert.is_open else {}),
        "ownerTeamId": "",
    }


def _changed_at(alert: Alert) -> datetime:
    trail = [payload.moment(told.get("at")) for told in alert.trail[-1:]]
    return max(at for at in (alert.last_seen_at, alert.resolved_at, *trail) if at)


def _priority(alert: Alert) -> str:
    said = alert.handling.get("priority") or alert.annotations.get("priority")
    return str(said) if said else _BY_RANK[min(alert.severity.rank, len(_BY_RANK) - 1)]


def _responder(told: Any) -> dict[str, str]:
    """Clients insist on an id; who was named otherwise has that for one."""
    said = told if isinstance(told, dict) else {"name": str(told)}
    words = {str(name): str(value) for name, value in said.items()}
    return {"type": "team", "id": next(iter(words.values()), ""), **words}


def _integration(integration: Integration) -> dict[str, str]:
    return {"id": str(integration.pk), "name": integration.name, "type": "API"}


def _report(alert: Alert) -> dict[str, Any]:
    over = alert.resolved_at or alert.last_seen_at
    return {"closeTime": max(0, int((over - alert.started_at).total_seconds() * 1000))}


def whole(alert: Alert) -> dict[str, Any]:
    return {
        **listed(alert),
        "actions": alert.annotations.get("actions") or [],
        "entity": alert.labels.get("entity", ""),
        "description": alert.description,
        "details": alerting.details_of(alert),
    }


def notes(alert: Alert) -> list[dict[str, Any]]:
    """The newest first."""
    told: list[dict[str, Any]] = alert.handling.get("notes", [])
    return [
        {
            "note": note["note"],
            "owner": note["by"],
            "createdAt": time(payload.moment(note["at"])),
            "offset": str(number),
        }
        for number, note in reversed(list(enumerate(told)))
    ]


def logs(alert: Alert) -> list[dict[str, Any]]:
    """What was done, the newest first."""
    began = {"at": alert.started_at.isoformat(), "text": "Alert created"}
    over = alert.resolved_at
    ended = [{"at": over.isoformat(), "text": "Alert closed"}] if over else []
    told = [began, *alert.trail, *ended]
    return [
        {
            "log": entry["text"],
            "type": "system",
            "owner": alert.integration.name,
            "createdAt": time(payload.moment(entry["at"])),
            "offset": str(number),
        }
        for number, entry in reversed(list(enumerate(told)))
    ]


def request_status(signal: Signal, alert: Alert | None) -> dict[str, Any]:
    """What became of a request that has been carried out."""
    body = payload.mapping(payload.read(bytes(signal.body)))
    verb = str(payload.mapping(body.get("request")).get("verb") or "create")
    action, words = _DONE.get(verb, ("Create", "Created alert"))
    first = signal.outcome[0] if signal.outcome else {"error": "nothing was done"}
    done = str(first.get("action") or "error")
    failed = done.startswith(_FAILED)
    return {
        "success": not failed,
        "action": action,
        "processedAt": time(signal.folded_at),
        "integrationId": str(signal.integration_id),
        "isSuccess": not failed,
        "status": _failure(first, done) if failed else words,
        "alertId": id_of(alert) if alert else "",
        "alias": alert.annotations.get("alias") or alert.fingerprint if alert else "",
    }


def _failure(first: Mapping[str, Any], done: str) -> str:
    if done.startswith("nothing open"):
        return "Alert does not exist"
    return str(first.get("error") or done)
