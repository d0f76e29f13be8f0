"""incident.io's HTTP alert source."""

from incidents.door.dialect import Answer, Dialect, Inbound
from incidents.door.dialects import DIALECTS
from incidents.sources.adapters import ADAPTERS


class IncidentIo(Dialect):
    """Its address ends in the id of a source; ours are told apart by the key in the header."""

    kinds = ("incident-io",)
    paths = ("/v2/alert_events/http/{source}",)

    def accepted(self, inbound: Inbound) -> Answer:
        (signal,) = ADAPTERS["incident-io"].signals(inbound.body)
        document = {
            "deduplication_key": signal.fingerprint,
            "message": "Event accepted for processing",
            "status": "success",
        }
        return Answer(202, document)


DIALECTS.add("incident-io")(IncidentIo())
