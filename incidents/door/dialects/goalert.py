"""GoAlert's generic API: the key and the fields come in the query, a form or JSON."""

from typing import Any
from urllib.parse import parse_qsl

from incidents.door.dialect import Answer, Dialect, Inbound, parsed, parsed_form
from incidents.door.dialects import DIALECTS
from incidents.door.wire import Refusal, presented_key
from incidents.kernel import payload
from incidents.kernel.text import plain
from incidents.sources.adapters import ADAPTERS

_KEYS = ("token", "integrationKey", "integration_key")


class GoAlert(Dialect):
    kinds = ("goalert",)
    paths = ("/api/v2/generic/incoming",)
    key_in_body = True

    def key_of(self, inbound: Inbound) -> str:
        fields = {**payload.mapping(inbound.body), **inbound.query}
        named = (plain(fields.get(name), 200) for name in _KEYS)
        return next(filter(None, named), "") or presented_key(inbound.scope)

    def parse(self, inbound: Inbound) -> Any:
        """One object of all: the body goes before the query."""
        told: dict[str, Any] = {**inbound.query, **_meta(inbound.scope["query_string"])}
        if inbound.is_form:
            return {**told, **parsed_form(inbound.raw), **_meta(inbound.raw)}
        if not inbound.raw.strip():
            return told
        body = parsed(inbound.raw)
        if not isinstance(body, dict):
            raise Refusal(400, "The body must be a JSON object, a form, or empty.")
        return {**told, **body}

    def stored(self, inbound: Inbound) -> bytes:
        return payload.write({n: v for n, v in inbound.body.items() if n not in _KEYS})

    def accepted(self, inbound: Inbound) -> Answer:
        """With `Accept: application/json` a body. Alerts are numbered later than messages are
        answered: AlertID is a number of ours that stays the same for one dedup key."""
        if "application/json" not in inbound.header("accept"):
            return Answer(204)
        grant, (signal,) = inbound.grant, ADAPTERS["goalert"].signals(inbound.body)
        number = int(payload.digest(signal.fingerprint.encode())[:12], 16)
        service = str(grant.integration_id) if grant else ""
        return Answer(
            200, {"AlertID": number, "ServiceID": service, "IsNew": signal.action == "fire"}
        )

    def refused(self, refusal: Refusal) -> Answer:
        status = 400 if refusal.status == 422 else refusal.status
        return Answer(status, refusal.detail + "\n", b"text/plain; charset=utf-8", refusal.headers)


def _meta(encoded: bytes) -> dict[str, Any]:
    """`meta` may come several times, each `name=value`."""
    pairs = parse_qsl(encoded.decode("ascii", "replace"), max_num_fields=None)
    values = [value.partition("=") for name, value in pairs if name == "meta"]
    return {"meta": {name: value for name, _, value in values}} if values else {}


DIALECTS.add("goalert")(GoAlert())
