"""What our own detection says: a list of conditions, written by `sources.detection.evaluation`."""

from datetime import datetime
from typing import Any

from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter


def read(payload: Any) -> list[Signal]:
    if not isinstance(payload, list):
        raise Malformed("a list of conditions is expected")
    return [_signal(item) for item in payload]


def _signal(item: dict[str, Any]) -> Signal:
    at = item["at"]
    return Signal(
        action=item["action"],
        fingerprint=item["fingerprint"],
        title=item["title"],
        description=item["description"],
        severity=item["severity"],
        service=item["service"],
        value=item["value"],
        at=datetime.fromisoformat(at) if at else None,
        labels=item["labels"],
        annotations=item["annotations"],
    )


ADAPTERS.add("detection")(Adapter(label="Detection", read=read))
