"""Opsgenie's Alert API v2: everything that changes an alert. What reads alerts is answered by
`incidents.api.opsgenie`.

Each request is answered with an id before it is carried out; the id can be asked about.
"""

import uuid
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final
from urllib.parse import parse_qs

from incidents.door.dialect import KIB, Answer, Dialect, Inbound, parsed
from incidents.door.dialects import DIALECTS
from incidents.door.wire import JSON, Refusal, header, presented_key
from incidents.kernel import clock, payload
from incidents.kernel.text import plain
from incidents.sources.adapters import opsgenie, opsgenie_ids

# Method and last part of the path → what is asked for.
_VERBS: Final[Mapping[tuple[str, str], str]] = {
    ("POST", "acknowledge"): "acknowledge",
    ("POST", "unacknowledge"): "unacknowledge",
    ("POST", "close"): "close",
    ("POST", "snooze"): "snooze",
    ("POST", "notes"): "note",
    ("POST", "tags"): "tag",
    ("DELETE", "tags"): "untag",
    ("POST", "details"): "detail",
    ("DELETE", "details"): "undetail",
    ("POST", "assign"): "assign",
    ("POST", "responders"): "responder",
    ("POST", "teams"): "team",
    ("POST", "escalate"): "escalate",
    ("PUT", "priority"): "priority",
    ("PUT", "message"): "message",
    ("PUT", "description"): "description",
}
_PARTS: Final = frozenset(part for _, part in _VERBS)
_MESSAGES: Final = {
    401: "Could not authenticate",
    422: "Request body is not processable. Please check the errors.",
    429: "You are making too many requests! To avoid errors, please slow down.",
}
_IN_QUERY: Final = ("user", "source", "note", "tags", "keys")


class Opsgenie(Dialect):
    kinds = ("opsgenie",)
    paths = ("/v2/alerts", "/v2/alerts/{rest*}")
    methods = ("POST", "PUT", "DELETE")
    leaves = frozenset({"GET", "HEAD"})
    limit = 512 * KIB

    def key(self, inbound: Inbound) -> str:
        scheme, _, key = header(inbound.scope, b"authorization").partition(" ")
        return key.strip() if scheme.lower() == "geniekey" else presented_key(inbound.scope)

    def parse(self, inbound: Inbound) -> Any:
        """The request beside its body, as the adapter reads both."""
        request = _request(inbound)
        told = parsed(inbound.raw) if inbound.raw.strip() or request["verb"] == "create" else {}
        if not isinstance(told, dict):
            raise Refusal(422, _MESSAGES[422], problems=["body: It must be a JSON object."])
        return {"request": request, "body": _from_query(inbound) | told}

    def stored(self, inbound: Inbound) -> bytes:
        own_id = opsgenie_ids.given(inbound.delivery_id, clock.now())
        request = {**inbound.body["request"], "id": own_id}
        return payload.write({"request": request, "body": inbound.body["body"]})

    def accepted(self, inbound: Inbound) -> Answer:
        request_id = str(inbound.delivery_id)
        took = round(monotonic() - inbound.began, 3)
        document = {
            "result": "Request will be processed",
            "took": took,
            "requestId": request_id,
        }
        headers = {
            "X-Request-ID": request_id,
            "X-Response-Time": f"{took:.3f}",
            "X-RateLimit-State": "OK",
        }
        return Answer(202, document, JSON, headers)

    def refused(self, refusal: Refusal) -> Answer:
        request_id, message = str(uuid.uuid4()), _MESSAGES.get(refusal.status, refusal.detail)
        if refusal.status == 401:
            message = f"{message}. {refusal.detail}"
        document: dict[str, Any] = {"message": message, "took": 0.0, "requestId": request_id}
        if refusal.status == 422:
            document["errors"] = dict(_parted(text) for text in refusal.problems)
        headers = {**refusal.headers, "X-Request-ID": request_id}
        if refusal.status == 429:
            headers |= {"X-RateLimit-State": "THROTTLED", "X-RateLimit-Reason": "ACCOUNT"}
        return Answer(refusal.status, document, JSON, headers)


def _parted(problem: str) -> tuple[str, str]:
    name, _, text = problem.partition(": ")
    return (name, text) if text else ("body", problem)


def _request(inbound: Inbound) -> dict[str, str]:
    """What the method and the path ask for. Raises Refusal."""
    rest = inbound.params.get("rest", "")
    if not rest:
        if inbound.method != "POST":
            raise Refusal(405, "Method Not Allowed", headers={"Allow": "GET, POST"})
        return {"verb": "create"}
    kind = inbound.query.get("identifierType") or "id"
    if kind not in opsgenie.IDENTIFIER_TYPES:
        problem = "identifierType: Identifier type should be one of [id, alias, tiny]."
        raise Refusal(422, _MESSAGES[422], problems=[problem])
    return _verb(inbound.method, rest) | {"identifierType": kind}


def _verb(method: str, rest: str) -> dict[str, str]:
    head, _, last = rest.rpartition("/")
    if head and (method, last) in _VERBS:
        return {"verb": _VERBS[method, last], "identifier": head}
    named, _, word = head.rpartition("/")
    if method == "POST" and word == "actions" and named:
        return {"verb": "action", "identifier": named, "action": last}
    if method == "DELETE" and not (head and last in _PARTS):
        return {"verb": "delete", "identifier": rest}
    if last in _PARTS:
        raise Refusal(405, "Method Not Allowed")
    raise Refusal(404, f"No handler found for {method} /v2/alerts/{rest[:200]}")


def _from_query(inbound: Inbound) -> dict[str, Any]:
    """What requests without a body say in their address; lists may be given in either way."""
    if inbound.method != "DELETE":
        return {}
    query = inbound.scope.get("query_string", b"").decode("ascii", "replace")
    pairs = parse_qs(query, max_num_fields=200)
    told: dict[str, Any] = {n: plain(pairs[n][-1], 15_000) for n in _IN_QUERY if n in pairs}
    for name in ("tags", "keys"):
        if name in pairs:
            told[name] = ",".join(pairs[name])
    return told


DIALECTS.add("opsgenie")(Opsgenie())
