"""Alerts and silences as Alertmanager's API v2 shows them (api/v2/openapi.yaml)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from incidents.kernel import clock
from incidents.kernel.matchers import Matcher
from incidents.models import Alert, Silence
from incidents.sources.adapters.alertmanager_api import RESOLVE_TIMEOUT

RECEIVER: Final = "incidents"
_NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def labels_of(alert: Alert) -> dict[str, str]:
    """The sender's own labels where they name the alert, else with what we know."""
    own: dict[str, str] = alert.labels
    return own if "alertname" in own else alert.offered_labels()


def alert_as_told(alert: Alert) -> dict[str, Any]:
    return {
        "labels": labels_of(alert),
        "annotations": _notes(alert),
        "receivers": [{"name": RECEIVER}],
        "fingerprint": alert.fingerprint,
        "startsAt": time(alert.started_at),
        "updatedAt": time(alert.last_seen_at),
        "endsAt": time(alert.ends_at or clock.now() + RESOLVE_TIMEOUT),
        "generatorURL": alert.link,
        "status": status_of(alert),
    }


def _notes(alert: Alert) -> dict[str, str]:
    """Annotations are texts; a title of ours is the summary where none was told."""
    said = {name: text for name, text in alert.annotations.items() if isinstance(text, str)}
    return {"summary": alert.title, **said}


def status_of(alert: Alert) -> dict[str, Any]:
    by = {kind: _ids(alert, kind) for kind in ("silence", "inhibition")}
    others = [
        str(told["why"]) for told in alert.muted_by if told["kind"] not in {"silence", "inhibition"}
    ]
    return {
        "state": "suppressed" if alert.muted_by else "active",
        "silencedBy": by["silence"],
        "inhibitedBy": by["inhibition"],
        "mutedBy": others,
    }


def _ids(alert: Alert, kind: str) -> list[str]:
    return [str(told["id"]) for told in alert.muted_by if told["kind"] == kind]


def groups(alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """One for each incident, and one for what belongs to none."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.incident.reference if alert.incident else "", []).append(alert)
    return [
        {
            "labels": {"incident": name} if name else {},
            "receiver": {"name": RECEIVER},
            "alerts": [alert_as_told(alert) for alert in group],
        }
        for name, group in sorted(found.items())
    ]


def silence_as_told(silence: Silence) -> dict[str, Any]:
    return {
        "id": str(silence.uuid),
        "matchers": [_matcher(matcher) for matcher in silence.matchers_read],
        "status": {"state": silence.state},
        "updatedAt": time(silence.ended_at or silence.created_at),
        "startsAt": time(silence.starts_at),
        "endsAt": time(silence.over_at or _NO_END),
        "createdBy": silence.creator,
        "comment": silence.comment,
    }


def _matcher(matcher: Matcher) -> dict[str, Any]:
    return {
        "name": matcher.name,
        "value": matcher.value,
        "isRegex": matcher.is_regex,
        "isEqual": matcher.is_equal,
    }


def patterns_of(silence: Silence) -> Mapping[str, str]:
    """What a filter of silences is held against: the value each matcher names."""
    return {matcher.name: matcher.value for matcher in silence.matchers_read}
