"""What programs are told: webhooks in the shape of Statuspage's, with `incident`, or with
`component_update` beside `component` (WIRE.md 3.9). They hold what the page's own JSON says."""

from typing import Any

from statuspage.models import Broadcast, ComponentChange, ComponentState, StatusPage
from statuspage.rendering import view
from statuspage.rendering.machine import objects, v2


def of_page(page: StatusPage) -> dict[str, Any]:
    return {
        "page": {"id": objects.id_of("page", page.pk), "name": page.name, "url": page.public_url}
    }


def of(broadcast: Broadcast) -> dict[str, Any]:
    """Empty for what programs are not told."""
    known = objects.read(view.load(broadcast.page))
    status = v2.status_of(known)
    page = {
        **of_page(broadcast.page)["page"],
        "status_indicator": status["indicator"],
        "status_description": status["description"],
    }
    if broadcast.update is not None:
        told = v2.incident_of(broadcast.update.public_incident, known)
    elif broadcast.maintenance_update is not None:
        told = v2.maintenance_of(broadcast.maintenance_update.maintenance, known)
    elif broadcast.change is not None:
        return {"page": page, **_of_change(broadcast.change, known)}
    else:
        return {}
    return {"page": page, "incident": told}


def _of_change(change: ComponentChange, known: objects.Known) -> dict[str, Any]:
    component = objects.id_of("component", change.component_id)
    return {
        "component_update": {
            "id": objects.id_of("change", change.pk),
            "component_id": component,
            "created_at": objects.iso(change.at),
            "old_status": v2.STATES[ComponentState(change.old)],
            "new_status": v2.STATES[ComponentState(change.new)],
        },
        "component": v2.component_of(change.component, known),
    }
