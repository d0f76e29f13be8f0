"""incident.io's HTTP alert source (api-docs.incident.io, "Create HTTP alert event").

{title, description, deduplication_key, status: firing or resolved, source_url, metadata}. An event
without a deduplication key is told apart by its title.
"""

from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

_EXAMPLE = """{
  "title": "Our first alert",
  "description": "Sent by hand",
  "deduplication_key": "first-alert",
  "status": "firing",
  "metadata": {"team": "payments"}
}"""
_SETUP = """curl -X POST {url} \\
  -H 'Content-Type: application/json' \\
  -H 'Authorization: Bearer {key}' \\
  -d '{"title": "Our first alert", "status": "firing", "deduplication_key": "first-alert"}'"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("the body must be a JSON object")
    title, status = plain(body.get("title"), 1024), plain(body.get("status"), 20).lower()
    problems = [] if title else ["title is missing"]
    if status not in {"firing", "resolved"}:
        problems.append("status must be firing or resolved")
    if problems:
        raise Malformed(*problems)
    labels = payload.labels(body.get("metadata"))
    return [
        Signal(
            action="resolve" if status == "resolved" else "fire",
            fingerprint=key(body.get("deduplication_key")) or fingerprint("title", title),
            title=title,
            description=plain(body.get("description"), 15_000),
            severity=labels.get("severity", ""),
            service=labels.get("service", ""),
            link=payload.link(body.get("source_url")),
            labels=labels,
            annotations=payload.tidy(payload.mapping(body.get("metadata"))),
        )
    ]


ADAPTERS.add("incident-io")(
    Adapter(
        label="incident.io HTTP source",
        path="/v2/alert_events/http/incidents",
        read=read,
        example=_EXAMPLE,
        snippets=(Snippet("As with incident.io, at this address", _SETUP),),
    )
)
