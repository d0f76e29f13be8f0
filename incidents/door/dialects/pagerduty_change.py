"""PagerDuty change events: the same keys as alerts, and nobody is woken."""

from incidents.door.dialect import Answer, Inbound
from incidents.door.dialects import DIALECTS
from incidents.door.dialects.pagerduty import PagerDuty
from incidents.kernel import payload


class Changes(PagerDuty):
    adapter = "pagerduty-change"
    paths = ("/v2/change/enqueue",)

    def stored(self, inbound: Inbound) -> bytes:
        return payload.write({n: v for n, v in inbound.body.items() if n != self.key_name})

    def accepted(self, inbound: Inbound) -> Answer:  # noqa: ARG002
        return Answer(202, {"status": "success", "message": "Change event processed"})


DIALECTS.add("pagerduty-change")(Changes())
