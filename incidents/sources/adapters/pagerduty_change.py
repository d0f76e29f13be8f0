"""PagerDuty change events (/v2/change/enqueue): what was deployed or switched. Never an alert."""

from collections.abc import Mapping
from typing import Any

from incidents.kernel import payload
from incidents.kernel.text import fingerprint, plain
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter


def read(body: Any) -> list[Signal]:
    if not isinstance(body, dict):
        raise Malformed("Event object must be a JSON object")
    event = body.get("payload")
    if not isinstance(event, dict):
        raise Malformed("'payload' is missing or blank")
    summary, source = plain(event.get("summary"), 1024), plain(event.get("source"), 255)
    if not summary:
        raise Malformed("'payload.summary' is missing or blank")
    details = payload.mapping(event.get("custom_details"))
    links = _links(body)
    return [
        Signal(
            action="change",
            fingerprint=fingerprint(summary, source, plain(event.get("timestamp"), 60)),
            title=summary,
            service=plain(event.get("component") or details.get("service"), 120),
            link=links[0]["href"] if links else "",
            at=payload.moment(event.get("timestamp")),
            labels=payload.labels({"source": source}),
            annotations={"links": links, "details": payload.tidy(details)},
        )
    ]


def _links(body: Mapping[str, Any]) -> list[dict[str, str]]:
    found = [payload.mapping(entry) for entry in payload.items(body.get("links"))[:20]]
    links = [(payload.link(entry.get("href")), plain(entry.get("text"), 200)) for entry in found]
    return [{"href": href, "text": text or href} for href, text in links if href]


ADAPTERS.add("pagerduty-change")(Adapter(label="Change event", read=read, names_itself=True))
