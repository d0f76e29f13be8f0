"""CloudEvents over HTTP: structured, batch and binary mode, and the webhook profile's handshake."""

import base64
from typing import Any, Final
from urllib.parse import unquote

from incidents.door.dialect import Answer, Dialect, Inbound, parsed
from incidents.door.dialects import DIALECTS
from incidents.door.wire import Refusal, presented_key
from incidents.kernel import payload
from incidents.kernel.text import plain

_STRUCTURED: Final = "application/cloudevents+json"
_BATCH: Final = "application/cloudevents-batch+json"
_ORIGIN_SAFE: Final = 255


class CloudEvents(Dialect):
    kinds = ("cloudevents",)
    paths = ("/hooks/cloudevents", "/hooks/cloudevents/{key}")
    methods = ("POST", "OPTIONS")

    def key(self, inbound: Inbound) -> str:
        return (
            inbound.params.get("key")
            or presented_key(inbound.scope)
            or inbound.query.get("access_token", "")
        )

    def early(self, inbound: Inbound) -> Answer | None:
        """Who asks with a known key may send (abuse protection, webhook profile 4)."""
        if inbound.method != "OPTIONS":
            return None
        origin = plain(inbound.header("webhook-request-origin"), _ORIGIN_SAFE)
        headers = {"Allow": "POST"}
        if origin.isascii() and origin:
            headers["WebHook-Allowed-Origin"] = origin
            headers["WebHook-Allowed-Rate"] = str(self._rate(inbound))
        return Answer(200, headers=headers)

    def _rate(self, inbound: Inbound) -> int:
        """Requests a minute."""
        return int(inbound.grant.bucket.rate * 60) if inbound.grant else 0

    def parse(self, inbound: Inbound) -> Any:
        kind = _media_type(inbound)
        if kind in {_STRUCTURED, _BATCH}:
            return _of_shape(parsed(inbound.raw), list if kind == _BATCH else dict)
        if inbound.header("ce-specversion"):
            return _binary(inbound, kind)
        if kind in {"", "application/json"}:
            return parsed(inbound.raw)
        accepted = f"{_STRUCTURED}, {_BATCH}, or ce- headers with any type"
        raise Refusal(415, f"The content type {kind[:60]!r} is not read here. Send {accepted}.")

    def stored(self, inbound: Inbound) -> bytes:
        is_binary = bool(inbound.header("ce-specversion"))
        return payload.write(inbound.body) if is_binary else inbound.raw

    def once(self, inbound: Inbound) -> str:
        """An event is told apart by its source and id, however often it is sent."""
        events = inbound.body if isinstance(inbound.body, list) else [inbound.body]
        names = [
            payload.write([e.get("source"), e.get("id")]) for e in events if isinstance(e, dict)
        ]
        return "ce:" + payload.digest(*names)


def _media_type(inbound: Inbound) -> str:
    return inbound.header("content-type").partition(";")[0].strip().lower()


def _of_shape(value: Any, shape: type) -> Any:
    if not isinstance(value, shape):
        wanted = "a list of events" if shape is list else "one event"
        raise Refusal(400, f"With this content type the body is {wanted}.")
    return value


def _binary(inbound: Inbound, kind: str) -> dict[str, Any]:
    """The event in structured form: attributes from the headers, data from the body."""
    event: dict[str, Any] = {}
    for name, value in inbound.scope["headers"]:
        if name.startswith(b"ce-"):
            text = unquote(value.decode("latin-1"), errors="replace")
            if "\0" in text:
                raise Refusal(400, "An attribute holds a NUL character (%00). Remove it.")
            event[name[3:].decode("latin-1")] = text
    if kind:
        event["datacontenttype"] = kind
    if not inbound.raw:
        return event
    if kind.endswith(("/json", "+json")):
        return event | {"data": parsed(inbound.raw)}
    try:
        return event | {"data": inbound.raw.decode()}
    except UnicodeDecodeError:
        return event | {"data_base64": base64.b64encode(inbound.raw).decode()}


DIALECTS.add("cloudevents")(CloudEvents())
