"""PagerDuty Events API v2."""

from typing import Any

from incidents.door.dialect import KIB, Answer, Dialect, Inbound
from incidents.door.dialects import DIALECTS
from incidents.door.wire import JSON, Refusal
from incidents.kernel import payload
from incidents.kernel.text import plain

_STATUSES_KEPT = frozenset({405, 413, 429, 503})
_NAMES = {429: "throttle exceeded", 503: "unavailable"}


class PagerDuty(Dialect):
    """`key_name` and `dedup_name` are what the protocol calls them."""

    kinds = ("pagerduty",)
    paths = ("/v2/enqueue",)
    limit = 512 * KIB
    key_in_body = True
    key_name = "routing_key"
    dedup_name = "dedup_key"

    def key(self, inbound: Inbound) -> str:  # noqa: ARG002  it is in the body only
        return ""

    def key_of(self, inbound: Inbound) -> str:
        key = plain(payload.mapping(inbound.body).get(self.key_name), 200)
        if not key:
            faults = [f"'{self.key_name}' is missing or blank"]
            raise Refusal(400, "Event object is invalid", problems=faults)
        return key

    def stored(self, inbound: Inbound) -> bytes:
        """A trigger without a dedup key is named by its delivery."""
        kept = {name: value for name, value in inbound.body.items() if name != self.key_name}
        return payload.write(kept | {self.dedup_name: self._dedup_key(inbound)})

    def accepted(self, inbound: Inbound) -> Answer:
        document: dict[str, Any] = {
            "status": "success",
            "message": "Event processed",
            self.dedup_name: self._dedup_key(inbound),
        }
        return Answer(202, document)

    def _dedup_key(self, inbound: Inbound) -> str:
        return plain(inbound.body.get(self.dedup_name), 255) or inbound.delivery_id.hex

    def refused(self, refusal: Refusal) -> Answer:
        """Clients of PagerDuty know 400 as "do not send this again" and expect it for all faults
        of theirs."""
        status = refusal.status if refusal.status in _STATUSES_KEPT else 400
        named = _NAMES.get(status, "invalid event")
        message = "Event object is invalid" if status == 400 else refusal.detail
        errors = refusal.problems or [refusal.detail]
        document = {"status": named, "message": message, "errors": errors}
        headers = refusal.headers if status == refusal.status else {}
        return Answer(status, document, JSON, headers)


DIALECTS.add("pagerduty")(PagerDuty())
