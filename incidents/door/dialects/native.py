"""Our own event API."""

from django.conf import settings

from incidents.door.dialect import Answer, Dialect, Inbound
from incidents.door.dialects import DIALECTS


class Native(Dialect):
    kinds = ("native",)
    paths = ("/api/events",)

    def accepted(self, inbound: Inbound) -> Answer:
        delivery_id = str(inbound.delivery_id)
        document = {
            "status": "accepted",
            "id": delivery_id,
            "trace": f"{settings.SITE_URL}/alerts/trace/{delivery_id}",
        }
        if isinstance(inbound.body, list):
            return Answer(202, {**document, "count": len(inbound.body)})
        return Answer(202, document)


DIALECTS.add("native")(Native())
