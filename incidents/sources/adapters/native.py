"""Our own events: `POST /api/events`, one object or a list of up to 1,000.

    {"type": "disk.full", "source": "db-1", "severity": "critical", "message": "/var is 98 % full",
     "correlation_id": "…", "service": "database", "labels": {…}, "timestamp": "…",
     "action": "fire"}

`type` and `source` say what kind of thing happened and where; `message` is the title people read;
`severity` takes any spelling the severity table knows. `action` is fire (the default), acknowledge
or resolve.

Identity: events with the same `correlation_id` are about one condition. Without it the condition
is the type at its source, for its service. The message takes no part, because messages hold figures
that change from event to event.
"""

from collections.abc import Mapping
from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter

MOST = 1000
ACTIONS: dict[str, Action] = {
    "fire": "fire",
    "acknowledge": "acknowledge",
    "resolve": "resolve",
}
_TEXTS = ("type", "source", "severity", "message", "correlation_id", "service", "action")

_EXAMPLE = """{
  "type": "first.alert",
  "source": "laptop",
  "severity": "warning",
  "message": "Our first alert"
}"""


def read(body: Any) -> list[Signal]:
    if isinstance(body, dict):
        events, names = [body], [""]
    elif isinstance(body, list):
        events, names = body, [f"events[{n}]." for n in range(len(body))]
    else:
        raise Malformed("the body must be an event object or a list of them")
    if not 1 <= len(events) <= MOST:
        raise Malformed(f"a list must hold between 1 and {MOST} events, not {len(events)}")
    problems = [
        text for name, event in zip(names, events, strict=True) for text in _problems(name, event)
    ]
    if problems:
        raise Malformed(*problems[:20])
    return [_signal(event) for event in events]


def _problems(name: str, event: object) -> list[str]:
    if not isinstance(event, dict):
        return [f"{name.rstrip('.')} must be an object"]
    found = [
        f"{name}{field} must be text"
        for field in _TEXTS
        if not isinstance(event.get(field, ""), str | int | float | None)
    ]
    action = _action(event)
    if action not in ACTIONS:
        found.append(f"{name}action must be fire, acknowledge or resolve")
    needed = ["message"] if action == "fire" else []
    if not plain(event.get("correlation_id"), 10):
        needed += ["type", "source"]
    return found + [f"{name}{field} is missing" for field in needed if not _has(event, field)]


def _has(event: Mapping[str, Any], field: str) -> bool:
    return plain(event.get(field), 10) != ""


def _action(event: Mapping[str, Any]) -> str:
    return plain(event.get("action"), 20).lower() or "fire"


def _signal(event: Mapping[str, Any]) -> Signal:
    kind, source = plain(event.get("type"), 200), plain(event.get("source"), 200)
    service = plain(event.get("service"), 120)
    message = plain(event.get("message"), 15_000)
    own = fingerprint(kind, source, service)
    said = payload.labels({"type": kind, "source": source, **payload.mapping(event.get("labels"))})
    return Signal(
        action=ACTIONS[_action(event)],
        fingerprint=key(event.get("correlation_id")) or own,
        title=message.split("\n", 1)[0][:1024],
        description=message if "\n" in message or len(message) > 1024 else "",
        severity=plain(event.get("severity"), 40),
        service=service,
        value=plain(event.get("value"), 60),
        link=payload.link(event.get("link")),
        at=payload.moment(event.get("timestamp")),
        labels=said,
    )


ADAPTERS.add("native")(
    Adapter(label="Our own event API", path="/api/events", read=read, example=_EXAMPLE)
)
