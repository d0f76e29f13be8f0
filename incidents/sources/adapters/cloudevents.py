"""CloudEvents 1.0 (cloudevents.io): one event or a batch, as structured JSON.

The door turns the binary mode into this form. Identity is the source with the subject, or with the
type where there is none; a type or a status that speaks of an end resolves. An integration may map
the whole event itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from incidents.kernel import payload
from incidents.kernel.options import Options
from incidents.kernel.text import fingerprint, plain
from incidents.pipeline.signal import Action, Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet, mapping

MOST: Final = 1000
_REQUIRED: Final = ("id", "source", "type")
_STATED: Final = {*_REQUIRED, "specversion", "subject", "time", "datacontenttype", "dataschema"}
_TITLES: Final = ("title", "summary", "message", "name", "description")
_OVER: Final = frozenset({"resolved", "resolve", "recovered", "ok", "closed", "up", "success"})
_EXAMPLE = """{
  "specversion": "1.0",
  "id": "A234-1234-1234",
  "source": "/laptop",
  "type": "com.example.first_alert",
  "datacontenttype": "application/json",
  "data": {"title": "Our first alert", "severity": "warning"}
}"""
_SETUP = """curl -X POST {url} \\
  -H 'Content-Type: application/cloudevents+json' \\
  -d '{"specversion": "1.0", "id": "1", "source": "/laptop", "type": "com.example.disk_full",
       "data": {"title": "Our first alert", "severity": "warning"}}'"""
_KNATIVE = """apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: incidents
spec:
  broker: default
  subscriber:
    uri: {url}"""


def read(body: Any, options: Options) -> list[Signal]:
    events = body if isinstance(body, list) else [body]
    if not 1 <= len(events) <= MOST:
        raise Malformed(f"a batch must hold between 1 and {MOST} events, not {len(events)}")
    names = [f"events[{n}]." if isinstance(body, list) else "" for n in range(len(events))]
    problems = [
        text for name, event in zip(names, events, strict=True) for text in _problems(name, event)
    ]
    if problems:
        raise Malformed(*problems[:20])
    if mapping.is_told(options):
        return mapping.read(body, options)
    return [_signal(event) for event in events]


def _problems(name: str, event: object) -> list[str]:
    if not isinstance(event, dict):
        return [f"{name or 'the body.'}".rstrip(".") + " must be an object"]
    found = [f"{name}{part} is missing" for part in _REQUIRED if not plain(event.get(part), 10)]
    if event.get("specversion") != "1.0":
        found.append(f'{name}specversion must be "1.0"')
    return found


def _signal(event: Mapping[str, Any]) -> Signal:
    data = payload.mapping(event.get("data"))
    kind, source = plain(event.get("type"), 500), plain(event.get("source"), 1000)
    subject = plain(event.get("subject"), 1000)
    base, _, end = kind.rpartition(".")
    told = next(filter(None, (plain(data.get(name), 1024) for name in _TITLES)), "")
    text = event.get("data")
    return Signal(
        action=_action(end, data),
        fingerprint=fingerprint(source, subject or (base if end.lower() in _OVER else kind)),
        title=told or " ".join(filter(None, (kind, subject)))[:1024],
        description=plain(text, 15_000) if isinstance(text, str) else "",
        severity=plain(data.get("severity") or event.get("severity"), 40),
        service=plain(data.get("service") or event.get("service"), 120),
        link=payload.link(data.get("url") or data.get("link")),
        at=payload.moment(event.get("time")),
        labels=payload.labels({"type": kind, "source": source, "subject": subject, **_more(event)}),
        annotations=payload.tidy(data),
    )


def _action(end: str, data: Mapping[str, Any]) -> Action:
    words = {end.lower(), plain(data.get("status") or data.get("state"), 40).lower()}
    return "resolve" if words & _OVER else "fire"


def _more(event: Mapping[str, Any]) -> dict[str, Any]:
    """Extension attributes."""
    return {name: event[name] for name in event if name not in _STATED and name[:4] != "data"}


ADAPTERS.add("cloudevents")(
    Adapter(
        label="CloudEvents",
        path="/hooks/cloudevents/{key}",
        read_with=read,
        example=_EXAMPLE,
        fields=mapping.FIELDS,
        snippets=(Snippet("By hand", _SETUP), Snippet("Knative trigger", _KNATIVE)),
    )
)
