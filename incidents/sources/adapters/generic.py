"""Anything that can post JSON, read by the integration's own mapping.

While there is no mapping, or it does not fit, messages are kept and say so: the page that makes the
mapping shows the last of them.
"""

from typing import Any

from incidents.kernel.options import Options
from incidents.pipeline.signal import Malformed, Signal
from incidents.sources.adapters import ADAPTERS, Adapter, mapping

_EXAMPLE = '{"title": "Our first alert", "level": "warning", "state": "firing"}'


def read(body: Any, options: Options) -> list[Signal]:
    if not isinstance(body, dict | list):
        raise Malformed("the body must be a JSON object or a list")
    if not mapping.is_told(options):
        raise Malformed("this integration has no mapping yet; make one from this message")
    return mapping.read(body, options)


ADAPTERS.add("generic")(
    Adapter(
        label="Any JSON, by a mapping",
        path="/hooks/generic/{key}",
        read_with=read,
        example=_EXAMPLE,
        fields=mapping.FIELDS,
    )
)
