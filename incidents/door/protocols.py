"""The protocols the door speaks: where each carries its key, what it stores, how it answers."""

import re
import uuid
from http import HTTPStatus
from typing import Any, Final, Protocol

from django.conf import settings

from incidents.door.wire import JSON, PROBLEM, Refusal
from incidents.kernel import payload
from incidents.kernel.text import plain

KIB: Final = 1024
_FIELD = re.compile(r"([\w.\[\]]+) (?:is|must|needs)\b")


class Speaks(Protocol):
    """One protocol. `limit` bounds its bodies, in bytes; `key_in_body` says where its key is."""

    kind: str
    limit: int
    key_in_body: bool

    def key_of(self, body: Any) -> str:
        """The key in the parsed body, for protocols that carry it there."""

    def stored(self, body: Any, raw: bytes, delivery_id: uuid.UUID) -> bytes:
        """What is kept of the message: never its key."""

    def accepted(self, body: Any, delivery_id: uuid.UUID) -> dict[str, Any]:
        """The answer once it is committed; the status is 202."""

    def refused(self, refusal: Refusal) -> tuple[int, bytes, dict[str, Any]]:
        """Status, content type and document of a refusal."""


class Alertmanager:
    kind = "alertmanager"
    limit = 256 * KIB
    key_in_body = False

    def key_of(self, body: Any) -> str:  # noqa: ARG002  the key is in the address or a header
        return ""

    def stored(self, body: Any, raw: bytes, delivery_id: uuid.UUID) -> bytes:  # noqa: ARG002
        return raw

    def accepted(self, body: Any, delivery_id: uuid.UUID) -> dict[str, Any]:  # noqa: ARG002
        return {"status": "accepted", "id": str(delivery_id)}

    def refused(self, refusal: Refusal) -> tuple[int, bytes, dict[str, Any]]:
        return refusal.status, PROBLEM, problem(refusal)


class Native(Alertmanager):
    kind = "native"

    def accepted(self, body: Any, delivery_id: uuid.UUID) -> dict[str, Any]:
        answer = super().accepted(body, delivery_id)
        answer["trace"] = f"{settings.SITE_URL}/alerts/trace/{delivery_id}"
        if isinstance(body, list):
            answer["count"] = len(body)
        return answer


class PagerDuty:
    kind = "pagerduty"
    limit = 512 * KIB
    key_in_body = True

    def key_of(self, body: Any) -> str:
        key = plain(payload.mapping(body).get("routing_key"), 200)
        if not key:
            faults = ["'routing_key' is missing or blank"]
            raise Refusal(400, "Event object is invalid", problems=faults)
        return key

    def stored(self, body: Any, raw: bytes, delivery_id: uuid.UUID) -> bytes:  # noqa: ARG002
        """A trigger without a dedup key is named by its delivery."""
        kept = {name: value for name, value in body.items() if name != "routing_key"}
        return payload.write(kept | {"dedup_key": self._dedup_key(body, delivery_id)})

    def accepted(self, body: Any, delivery_id: uuid.UUID) -> dict[str, Any]:
        return {
            "status": "success",
            "message": "Event processed",
            "dedup_key": self._dedup_key(body, delivery_id),
        }

    def _dedup_key(self, body: Any, delivery_id: uuid.UUID) -> str:
        return plain(body.get("dedup_key"), 255) or delivery_id.hex

    def refused(self, refusal: Refusal) -> tuple[int, bytes, dict[str, Any]]:
        """Clients of PagerDuty know 400 as "do not send this again" and expect it for all faults
        of theirs."""
        known = {405, 413, 429, 503}
        status = refusal.status if refusal.status in known else 400
        named = {429: "throttle exceeded", 503: "unavailable"}.get(status, "invalid event")
        message = "Event object is invalid" if status == 400 else refusal.detail
        errors = refusal.problems or [refusal.detail]
        return status, JSON, {"status": named, "message": message, "errors": errors}


def problem(refusal: Refusal) -> dict[str, Any]:
    """A problem document (RFC 9457)."""
    title = HTTPStatus(refusal.status).phrase
    document: dict[str, Any] = {
        "type": f"urn:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    if refusal.problems:
        document["errors"] = [
            {"field": found[1] if (found := _FIELD.match(text)) else "", "message": text}
            for text in refusal.problems
        ]
    return document
