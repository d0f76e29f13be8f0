"""Statuspage's public JSON, version 2: what clients and widgets of it ask for (WIRE.md 3.9)."""

import json
from collections.abc import Sequence
from typing import Any, Final

from statuspage.models import (
    Component,
    ComponentGroup,
    ComponentState,
    Maintenance,
    MaintenanceState,
    MaintenanceUpdate,
    PublicIncident,
    PublicState,
    PublicUpdate,
    worst,
)
from statuspage.rendering.machine.objects import MOST, Known, document, id_of, iso, last_touched
from statuspage.rendering.pages import Document

JSON_TYPE: Final = "application/json; charset=utf-8"
STATES: Final = {
    ComponentState.OPERATIONAL: "operational",
    ComponentState.MAINTENANCE: "under_maintenance",
    ComponentState.DEGRADED: "degraded_performance",
    ComponentState.PARTIAL_OUTAGE: "partial_outage",
    ComponentState.MAJOR_OUTAGE: "major_outage",
}
_IMPACTS: Final = {
    ComponentState.OPERATIONAL: "none",
    ComponentState.MAINTENANCE: "maintenance",
    ComponentState.DEGRADED: "minor",
    ComponentState.PARTIAL_OUTAGE: "major",
    ComponentState.MAJOR_OUTAGE: "critical",
}
# In Statuspage's words, for there are clients that look for them.
_DESCRIPTIONS: Final = {
    ComponentState.OPERATIONAL: "All Systems Operational",
    ComponentState.MAINTENANCE: "Service Under Maintenance",
    ComponentState.DEGRADED: "Minor Service Outage",
    ComponentState.PARTIAL_OUTAGE: "Partial System Outage",
    ComponentState.MAJOR_OUTAGE: "Major Service Outage",
}


def documents(known: Known) -> list[Document]:
    incidents = [incident_of(row, known) for row in known.incidents]
    open_keys = {row.key for row in known.open_incidents}
    unresolved = [found for found in incidents if found["id"] in open_keys]
    told = [m for m in known.maintenances if m.state != MaintenanceState.CANCELLED]
    upcoming = _maintenances(known.upcoming[::-1], known)
    active = _maintenances(known.under_way, known)
    components, status = _components(known), status_of(known)
    bodies: dict[str, dict[str, Any]] = {
        "summary": {
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": [*active, *upcoming],
            "status": status,
        },
        "status": {"status": status},
        "components": {"components": components},
        "incidents": {"incidents": incidents[:MOST]},
        "incidents/unresolved": {"incidents": unresolved},
        "scheduled-maintenances": {"scheduled_maintenances": _maintenances(told[:MOST], known)},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"scheduled_maintenances": active},
    }
    page = _page(known)
    return [
        document(f"api/v2/{name}.json", JSON_TYPE, _text({"page": page, **body}))
        for name, body in bodies.items()
    ]


def _text(found: dict[str, Any]) -> str:
    """Without angle brackets: what people write is no markup, wherever somebody puts it."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _page(known: Known) -> dict[str, Any]:
    return {
        "id": id_of("page", known.page.pk),
        "name": known.page.name,
        "url": known.page.public_url,
        "time_zone": "Etc/UTC",
        "updated_at": iso(known.now),
    }


def status_of(known: Known) -> dict[str, str]:
    state = worst(known.state_of(component) for component in known.components)
    return {"indicator": _IMPACTS[state], "description": _DESCRIPTIONS[state]}


def _components(known: Known) -> list[dict[str, Any]]:
    """Groups are components too, and come before what they hold."""
    found = [_group(group, known) for group in known.groups]
    return [*found, *(component_of(row, known) for row in known.components)]


def component_of(row: Component, known: Known) -> dict[str, Any]:
    start = row.known_since or row.created_at.date()
    return {
        "id": id_of("component", row.pk),
        "name": row.name,
        "status": STATES[known.state_of(row)],
        "created_at": iso(row.created_at),
        "updated_at": iso(row.changed_at),
        "position": row.position,
        "description": row.description or None,
        "showcase": row.shows_uptime,
        "start_date": start.isoformat(),
        "group_id": id_of("group", row.group_id) if row.group_id else None,
        "page_id": id_of("page", known.page.pk),
        "group": False,
        "only_show_if_degraded": row.only_if_degraded,
    }


def _group(group: ComponentGroup, known: Known) -> dict[str, Any]:
    """Its state is the worst of what it holds, in groups within it too."""
    inside = _within(group.pk, known)
    own = [row for row in known.components if row.group_id == group.pk]
    nested = [id_of("group", g.pk) for g in known.groups if g.parent_id == group.pk]
    dates = [row.created_at for row in inside] or [known.now]
    return {
        "id": id_of("group", group.pk),
        "name": group.name,
        "status": STATES[worst(known.state_of(row) for row in inside)],
        "created_at": iso(min(dates)),
        "updated_at": iso(max(row.changed_at for row in inside) if inside else known.now),
        "position": group.position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": id_of("group", group.parent_id) if group.parent_id else None,
        "page_id": id_of("page", known.page.pk),
        "group": True,
        "only_show_if_degraded": False,
        "components": [*(id_of("component", row.pk) for row in own), *nested],
    }


def _within(group_id: int, known: Known) -> list[Component]:
    ids, wanted = {group_id}, [group_id]
    while wanted:
        inner = [g.pk for g in known.groups if g.parent_id == wanted[-1] and g.pk not in ids]
        wanted.pop()
        ids.update(inner)
        wanted.extend(inner)
    return [row for row in known.components if row.group_id in ids]


def incident_of(row: PublicIncident, known: Known) -> dict[str, Any]:
    effects = list(row.effects.all())
    updates = list(row.updates.all())
    watching = [u.displayed_at for u in updates if u.state == PublicState.MONITORING]
    touched = {effect.component_id for effect in effects}
    return {
        "id": row.key,
        "name": row.title,
        "status": str(row.state),
        "created_at": iso(min([u.created_at for u in updates], default=row.started_at)),
        "updated_at": iso(last_touched(row)),
        "monitoring_at": iso(min(watching, default=None)),
        "resolved_at": iso(row.resolved_at),
        "impact": _IMPACTS[worst(effect.state for effect in effects)],
        "shortlink": f"{known.page.public_url}/{row.path}",
        "started_at": iso(row.started_at),
        "page_id": id_of("page", known.page.pk),
        "incident_updates": [_update(update, row.key, known) for update in updates],
        "components": [component_of(c, known) for c in known.components if c.pk in touched],
    }


def _update(update: PublicUpdate, key: str, known: Known) -> dict[str, Any]:
    ids = {row.slug: id_of("component", row.pk) for row in known.components}
    affected = [
        {
            "code": ids.get(change["slug"]) or id_of("removed", change["slug"]),
            "name": change["name"],
            "old_status": STATES[ComponentState(change["old"])],
            "new_status": STATES[ComponentState(change["new"])],
        }
        for change in update.changes
    ]
    return {
        "id": id_of("update", update.pk),
        "status": str(update.state),
        "body": update.body,
        "incident_id": key,
        "created_at": iso(update.created_at),
        "updated_at": iso(update.edited_at or update.created_at),
        "display_at": iso(update.displayed_at),
        "affected_components": affected or None,
        "deliver_notifications": update.notifies,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _maintenances(rows: Sequence[Maintenance], known: Known) -> list[dict[str, Any]]:
    return [maintenance_of(row, known) for row in rows]


def maintenance_of(row: Maintenance, known: Known) -> dict[str, Any]:
    touched = {component.pk for component in row.components.all()}
    return {
        "id": row.key,
        "name": row.title,
        "status": str(row.state),
        "created_at": iso(row.created_at),
        "updated_at": iso(last_touched(row)),
        "monitoring_at": None,
        "resolved_at": iso(row.ended_at),
        "impact": "maintenance",
        "shortlink": f"{known.page.public_url}/{row.path}",
        "started_at": iso(row.started_at or row.starts_at),
        "page_id": id_of("page", known.page.pk),
        "incident_updates": [_news(update, row, known) for update in row.updates.all()],
        "components": [component_of(c, known) for c in known.components if c.pk in touched],
        "scheduled_for": iso(row.starts_at),
        "scheduled_until": iso(row.ends_at),
    }


def _news(update: MaintenanceUpdate, row: Maintenance, known: Known) -> dict[str, Any]:
    is_on = update.state in {MaintenanceState.IN_PROGRESS, MaintenanceState.VERIFYING}
    status = STATES[ComponentState.MAINTENANCE if is_on else ComponentState.OPERATIONAL]
    ids = {component.pk for component in row.components.all()}
    affected = [
        {
            "code": id_of("component", component.pk),
            "name": component.name,
            "old_status": status,
            "new_status": status,
        }
        for component in known.components
        if component.pk in ids
    ]
    return {
        "id": id_of("news", update.pk),
        "status": str(update.state),
        "body": update.body,
        "incident_id": row.key,
        "created_at": iso(update.created_at),
        "updated_at": iso(update.created_at),
        "display_at": iso(update.created_at),
        "affected_components": affected or None,
        "deliver_notifications": row.notifies,
        "custom_tweet": None,
        "tweet_id": None,
    }
