"""Grafana's webhook contact point, signed where the integration holds a secret.

With a timestamp header the signature is over `<time>:<body>`, so that it opens the door once.
"""

from incidents.door import signature
from incidents.door.dialect import Dialect, Inbound
from incidents.door.dialects import DIALECTS
from incidents.kernel.text import plain
from incidents.sources.adapters.grafana import SIGNATURE_HEADER


class Grafana(Dialect):
    kinds = ("grafana",)
    paths = ("/hooks/grafana", "/hooks/grafana/{key}")
    methods = ("POST", "PUT")
    takes_nul = True  # labels of Prometheus are any UTF-8

    def verify(self, inbound: Inbound) -> None:
        secret = signature.secret_of(inbound)
        if not secret:
            return
        name = plain(inbound.options.get("signature_header"), 80) or SIGNATURE_HEADER
        clock_header = plain(inbound.options.get("timestamp_header"), 80)
        presented, message = inbound.header(name), inbound.raw
        if clock_header:
            at = inbound.header(clock_header)
            message = at.encode("latin-1") + b":" + message
            signature.check(secret, message, presented)
            signature.check_time(at)
            inbound.signature = presented
        else:
            signature.check(secret, message, presented)


DIALECTS.add("grafana")(Grafana())
