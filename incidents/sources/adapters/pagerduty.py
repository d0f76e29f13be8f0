"""PagerDuty Events API v2 (developer.pagerduty.com, "Send an event").

The dedup key is the identity within a routing key. A trigger without one gets a new key from the
door before it is stored, so that the answer and the alert agree. Faults are worded as PagerDuty
words them, because clients show them.
"""

from collections.abc import Mapping
from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

ACTIONS: dict[str, Action] = {
    "trigger": "fire",
    "acknowledge": "acknowledge",
    "resolve": "resolve",
}
SEVERITIES = ("critical", "warning", "error", "info")
MAX_DEDUP_KEY = 255

_EXAMPLE = """{
  "routing_key": "{key}",
  "event_action": "trigger",
  "dedup_key": "first-alert",
  "payload": {"summary": "Our first alert", "source": "laptop", "severity": "warning"}
}"""

_ALERTMANAGER = """receivers:
  - name: incidents
    pagerduty_configs:
      - routing_key: {key}
        url: {url}"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("Event object must be a JSON object")
    problems = _problems(body)
    if problems:
        raise Malformed(*problems)
    event = payload.mapping(body.get("payload"))
    return [_signal(body, event)]


def _problems(body: Mapping[str, Any]) -> list[str]:
    found = []
    action = plain(body.get("event_action"), 40)
    dedup_key = body.get("dedup_key")
    if not action:
        found.append("'event_action' is missing or blank")
    elif action not in ACTIONS:
        names = "', '".join(ACTIONS)
        found.append(f"'event_action' is invalid (must be one of the following: '{names}')")
    if dedup_key is not None and not isinstance(dedup_key, str):
        found.append("'dedup_key' must be a string")
    elif len(dedup_key or "") > MAX_DEDUP_KEY:
        found.append(f"'dedup_key' is too long (must be {MAX_DEDUP_KEY} characters or fewer)")
    if action == "trigger":
        found += _payload_problems(body.get("payload"))
    elif action in ACTIONS and not plain(dedup_key, MAX_DEDUP_KEY):
        found.append("'dedup_key' is missing or blank")
    return found


def _payload_problems(event: object) -> list[str]:
    if not isinstance(event, dict):
        return ["'payload' is missing or blank"]
    found = [
        f"'payload.{name}' is missing or blank"
        for name in ("summary", "source", "severity")
        if not plain(event.get(name), 1024)
    ]
    severity = event.get("severity")
    if severity and severity not in SEVERITIES:
        names = "', '".join(SEVERITIES)
        found.append(f"'payload.severity' is invalid (must be one of the following: '{names}')")
    return found


def _signal(body: Mapping[str, Any], event: Mapping[str, Any]) -> Signal:
    details = event.get("custom_details")
    own = fingerprint(plain(event.get("source"), 1024), plain(event.get("summary"), 1024))
    return Signal(
        action=ACTIONS[plain(body["event_action"], 40)],
        fingerprint=key(body.get("dedup_key")) or own,
        title=plain(event.get("summary"), 1024),
        description=plain(details, 15_000),
        severity=plain(event.get("severity"), 40),
        service=plain(event.get("component"), 120),
        link=payload.link(body.get("client_url")) or _first_link(body),
        at=payload.moment(event.get("timestamp")),
        labels=payload.labels(
            {name: event.get(name) for name in ("source", "component", "group", "class")}
        ),
        annotations=payload.tidy(payload.mapping(details)),
    )


def _first_link(body: Mapping[str, Any]) -> str:
    found = [payload.link(payload.mapping(entry).get("href")) for entry in _links(body)]
    return next(filter(None, found), "")


def _links(body: Mapping[str, Any]) -> list[Any]:
    return payload.items(body.get("links"))[:10]


ADAPTERS.add("pagerduty")(
    Adapter(
        label="PagerDuty Events v2",
        path="/v2/enqueue",
        read=read,
        example=_EXAMPLE,
        names_itself=True,
        snippets=(
            Snippet("Integration key (routing key)", "{key}"),
            Snippet("Events API address, in place of events.pagerduty.com", "{url}"),
            Snippet("alertmanager.yml", _ALERTMANAGER),
        ),
    )
)
