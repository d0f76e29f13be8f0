"""GoAlert's generic API (goalert.me/docs, "Generic API").

summary, details, action ("close"), dedup and meta, from the query, a form or JSON. Without dedup
the summary with its details is the identity, as in GoAlert.
"""

from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, key, plain
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, Snippet

_EXAMPLE = '{"summary": "Our first alert", "details": "Sent by hand", "dedup": "first-alert"}'
_SETUP = """curl -X POST '{url}' \\
  --data-urlencode 'summary=Our first alert' \\
  --data-urlencode 'dedup=first-alert'"""
_CLOSE = """curl -X POST '{url}' \\
  --data-urlencode 'summary=Our first alert' \\
  --data-urlencode 'dedup=first-alert' \\
  --data-urlencode 'action=close'"""


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("the body must be a JSON object, a form, or empty")
    summary, details = plain(body.get("summary"), 1024), plain(body.get("details"), 15_000)
    dedup = key(body.get("dedup"))
    over = plain(body.get("action"), 20).lower() == "close"
    if not summary and not (over and dedup):
        raise Malformed("summary is missing")
    labels = payload.labels(body.get("meta"))
    return [
        Signal(
            action="resolve" if over else "fire",
            fingerprint=dedup or fingerprint(summary, details),
            title=summary,
            description=details,
            severity=labels.get("severity", ""),
            service=labels.get("service", ""),
            labels=labels,
        )
    ]


ADAPTERS.add("goalert")(
    Adapter(
        label="GoAlert",
        path="/api/v2/generic/incoming?token={key}",
        read=read,
        example=_EXAMPLE,
        names_itself=True,
        snippets=(Snippet("Open an alert", _SETUP), Snippet("Close it", _CLOSE)),
    )
)
