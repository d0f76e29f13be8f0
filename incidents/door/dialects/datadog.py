"""Datadog's webhook: JSON, or a form where “Encode as form” is ticked."""

from typing import Any

from incidents.door.dialect import Dialect, Inbound, parsed, parsed_form
from incidents.door.dialects import DIALECTS
from incidents.kernel import payload


class Datadog(Dialect):
    kinds = ("datadog",)
    paths = ("/hooks/datadog", "/hooks/datadog/{key}")

    def parse(self, inbound: Inbound) -> Any:
        """The template is in the form's field `payload`, or each of its members is a field."""
        if not inbound.is_form:
            return parsed(inbound.raw)
        fields = parsed_form(inbound.raw)
        return parsed(fields["payload"].encode()) if "payload" in fields else fields

    def stored(self, inbound: Inbound) -> bytes:
        return payload.write(inbound.body) if inbound.is_form else inbound.raw


DIALECTS.add("datadog")(Datadog())
