"""Sentry's webhook, signed with the client secret where the integration holds it."""

from incidents.door import signature
from incidents.door.dialect import Answer, Dialect, Inbound
from incidents.door.dialects import DIALECTS
from incidents.sources.adapters import ADAPTERS


class Sentry(Dialect):
    """A body holds the id of its event, so that one signature is one message. Sentry signs no
    time: its timestamp header says nothing that could be believed."""

    kinds = ("sentry",)
    paths = ("/hooks/sentry", "/hooks/sentry/{key}")
    limit = 1024 * 1024

    def verify(self, inbound: Inbound) -> None:
        secret = signature.secret_of(inbound)
        if secret:
            presented = inbound.header("sentry-hook-signature")
            signature.check(secret, inbound.raw, presented)
            inbound.signature = presented

    def accepted(self, inbound: Inbound) -> Answer:
        document = {"status": "accepted", "id": str(inbound.delivery_id)}
        if ADAPTERS["sentry"].signals(inbound.body):
            return Answer(202, document)
        what = inbound.header("sentry-hook-resource")[:40] or "message"
        detail = f"This {what} opens and closes nothing. It is kept, and otherwise ignored."
        return Answer(202, document | {"status": "ignored", "detail": detail})


DIALECTS.add("sentry")(Sentry())
