"""Alertmanager's API v2: the alerts that Prometheus and amtool send. What reads alerts, and the
silences, are answered by `incidents.api.alertmanager`."""

from typing import Any

from incidents.door.dialect import KIB, Answer, Dialect, Inbound, parsed
from incidents.door.dialects import DIALECTS
from incidents.door.wire import JSON, Refusal
from incidents.kernel import clock, payload


class AlertmanagerApi(Dialect):
    """Who receives the webhook of an Alertmanager may use its key here too."""

    kinds = ("alertmanager-api", "alertmanager")
    paths = ("/api/v2/alerts",)
    leaves = frozenset({"GET", "HEAD"})
    limit = 1024 * KIB
    takes_nul = True  # labels of Prometheus are any UTF-8

    def parse(self, inbound: Inbound) -> Any:
        """The alerts beside the time they came, which their ends are measured by."""
        alerts = parsed(inbound.raw, takes_nul=True)
        if not isinstance(alerts, list):
            raise Refusal(400, "The body must be a list of alerts.")
        return {"receivedAt": clock.now().isoformat(), "alerts": alerts}

    def stored(self, inbound: Inbound) -> bytes:
        return payload.write(inbound.body)

    def accepted(self, inbound: Inbound) -> Answer:  # noqa: ARG002
        return Answer(200)

    def refused(self, refusal: Refusal) -> Answer:
        """A JSON string; its clients know 400 as the one fault of theirs in a body."""
        status = 400 if refusal.status == 422 else refusal.status
        return Answer(status, payload.write(refusal.detail).decode(), JSON, refusal.headers)


DIALECTS.add("alertmanager-api")(AlertmanagerApi())
