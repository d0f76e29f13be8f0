"""PagerDuty Events API v1. Its clients know 403 as "too fast, try again"."""

from typing import Any

from incidents.door.dialect import Answer, Inbound
from incidents.door.dialects import DIALECTS
from incidents.door.dialects.pagerduty import PagerDuty
from incidents.door.wire import Refusal


class EventsV1(PagerDuty):
    adapter = "pagerduty-v1"
    paths = ("/generic/2010-04-15/create_event.json",)
    key_name = "service_key"
    dedup_name = "incident_key"

    def accepted(self, inbound: Inbound) -> Answer:
        return Answer(200, super().accepted(inbound).document)

    def refused(self, refusal: Refusal) -> Answer:
        reply = super().refused(refusal)
        if refusal.status != 429:
            return reply
        document: Any = {"status": "rate limited", "message": refusal.detail}
        return Answer(403, document, reply.content_type, refusal.headers)


DIALECTS.add("pagerduty-v1")(EventsV1())
