"""What our own heartbeats say: signals, written down by `sources.heartbeats.saying`."""

from typing import Any

import msgspec

from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter


def read(body: Any) -> list[Signal]:
    try:
        return msgspec.convert(body, list[Signal])
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from error


ADAPTERS.add("heartbeat")(Adapter(label="Heartbeat", read=read))
